"""The pictures that an improvement learns from, as a dataset for `tenfold train --data`. Trains nothing.

Corrected pictures are photographs, shown to the model as several views; a model's own data may be cut-outs of
its input's size. So each corrected picture is written as the views that the model gets, each of the input's
size, and the model's own pictures beside them, so that it does not forget.
"""

import csv
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tenfold.catalogue.edits.corrections import CorrectedPicture, Corrections
from tenfold.catalogue.entries.tables import NONE
from tenfold.datasets.dataset import Dataset
from tenfold.datasets.labelled import LabelledPictures
from tenfold.errors import CatalogueError, DatasetError, PictureError
from tenfold.inference import Classifier

MANIFEST = "pictures.csv"
# Without own data, the share of each class's pictures that goes into the validation part.
_VALIDATION_SHARE = 0.2
Row = tuple[str, str, str]
# How many classes a message names.
_NAMED = 5


@dataclass(frozen=True)
class Mixture:
    """How corrected pictures and the model's own are mixed.

    Attributes:
        own: own training pictures at most, evenly of each class.
        own_validation: own pictures at most to calibrate and choose the threshold by.
        own_test: own pictures at most to evaluate by.
        share: the share of the training pictures that should be views of corrected ones, 0 to 1.
        most_repeats: how often a view is repeated at most.
        least_new: how many pictures a class that the model does not know needs.
    """

    own: int = 5000
    own_validation: int = 2000
    own_test: int = 10_000
    share: float = 0.25
    most_repeats: int = 8
    least_new: int = 10


MIXTURE = Mixture()


@dataclass(frozen=True)
class LearningSet:
    """The training and held-out pictures.

    Attributes:
        pictures: corrected ones to train on.
        held_out: those for evaluation: of the classes that are learned, and of none of the classes.
        classes: what the new model knows, sorted.
        new: the classes among them that the old one does not know.
        left_out: classes with too few pictures, and how many they have to learn from.
        none: how many pictures are none of the classes; they cannot be learned from.
    """

    pictures: tuple[CorrectedPicture, ...]
    held_out: tuple[CorrectedPicture, ...]
    classes: tuple[str, ...]
    new: tuple[str, ...]
    left_out: Mapping[str, int]
    none: int


def lessons(corrections: Corrections, labels: Sequence[str], least_new: int) -> LearningSet:
    """The learning set of corrections for a model of these classes."""
    counts = corrections.counts()
    strange = {k: n.training for k, n in counts.items() if k not in labels and k != NONE}
    left_out = {label: count for label, count in strange.items() if count < least_new}
    new = tuple(label for label in strange if label not in left_out)
    known = {*labels, *new, NONE}
    return LearningSet(
        pictures=tuple(one for one in corrections.training() if one.label not in left_out),
        held_out=tuple(one for one in corrections.held_out() if one.label in known),
        classes=tuple(sorted({*labels, *new})),
        new=new,
        left_out=left_out,
        none=len(corrections.none_of_these()),
    )


@dataclass(frozen=True)
class WrittenDataset:
    """Counts of what was written: views of corrected pictures, how often each is repeated, own pictures."""

    manifest: Path
    views: int
    repeats: int
    own: int
    unread: int


class LessonWriter:
    """Writes lessons and own pictures into a folder; existing files are overwritten with the same content.

    Args:
        classifier: the model to improve on: its views, and how it reads pictures.
        read: the content of a hash.
    """

    def __init__(
        self,
        folder: Path,
        classifier: Classifier,
        read: Callable[[str], bytes],
        mixture: Mixture,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> None:
        self._folder, self._classifier, self._read = folder, classifier, read
        self._mixture, self._progress = mixture, progress

    def write(self, taught: LearningSet, own: Dataset | None) -> WrittenDataset:
        """Write the pictures and the manifest that names them."""
        self._folder.mkdir(parents=True, exist_ok=True)
        learned, evaluated = self._parts(taught, alone=own is None)
        views, unread = self._views(learned)
        rows: list[Row] = [] if own is None else list(self._own(own))
        kept = sum(part == "train" for _, _, part in rows)
        repeats = repeats_of(len(views), kept, self._mixture)
        rows += views * repeats
        if own is None:
            others, more = self._views(evaluated, whole=True)
            rows, unread = rows + others, unread + more
        manifest = self._folder / MANIFEST
        with manifest.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([("path", "label", "split"), *rows])
        return WrittenDataset(manifest, len(views), repeats, kept, unread)

    def _parts(
        self, taught: LearningSet, *, alone: bool
    ) -> tuple[list[tuple[CorrectedPicture, str]], list[tuple[CorrectedPicture, str]]]:
        """Corrected pictures for training, and those for the parts that own data would fill."""
        if not alone:
            return [(one, "train") for one in taught.pictures], []
        learned, evaluated = [], []
        for label in taught.classes:
            of_class = [one for one in taught.pictures if one.label == label]
            chosen = math.ceil(_VALIDATION_SHARE * len(of_class)) if len(of_class) > 1 else 0
            evaluated += [(one, "val") for one in of_class[:chosen]]
            learned += [(one, "train") for one in of_class[chosen:]]
        evaluated += [(one, "test") for one in taught.held_out if one.label != NONE]
        return learned, evaluated

    def _views(
        self, pictures: Sequence[tuple[CorrectedPicture, str]], *, whole: bool = False
    ) -> tuple[list[Row], int]:
        """Each view of each picture, unmirrored; and how many pictures could not be read."""
        place = self._folder / "corrected"
        place.mkdir(exist_ok=True)
        rows, unread = [], 0
        for number, (one, part) in enumerate(pictures):
            self._progress(number, len(pictures))
            try:
                prepared = self._classifier.prepare(self._read(one.hash), name=one.hash)
            except (PictureError, CatalogueError):
                unread += 1
                continue
            boxes: set[tuple[float, ...]] = set()
            for index, (pixels, view) in enumerate(zip(prepared.pixels, prepared.shown, strict=True)):
                if view.mirrored or view.box in boxes or (whole and boxes):
                    continue
                boxes.add(view.box)
                file = place / f"{one.hash}-{index}.png"
                _save(pixels, file)
                rows.append((f"corrected/{file.name}", one.label, part))
        return rows, unread

    def _own(self, own: Dataset) -> Iterator[Row]:
        mixture = self._mixture
        for part, pictures, most in (
            ("train", own.training, mixture.own),
            ("val", own.validation, mixture.own_validation),
            ("test", own.test, mixture.own_test),
        ):
            place = self._folder / "own" / part
            place.mkdir(parents=True, exist_ok=True)
            chosen = evenly(pictures, most)
            for number, index in enumerate(chosen):
                if number % 100 == 0:
                    self._progress(number, len(chosen))
                _save(pictures.pictures[index], place / f"{index}.png")
                yield f"own/{part}/{index}.png", pictures.classes[pictures.labels[index]], part


def check_alone(taught: LearningSet) -> None:
    """Raise DatasetError where a class would be forgotten, or could not be calibrated, without own data."""
    counts = {label: sum(p.label == label for p in taught.pictures) for label in taught.classes}
    few = [label for label, count in counts.items() if count < 2]
    if few:
        raise DatasetError(
            "Without the model's own data",
            "every class needs two corrected pictures to learn from",
            received=f"too few of {', '.join(few[:_NAMED])}{' and others' if len(few) > _NAMED else ''}",
            cure="Use its own data, or confirm some pictures of these classes.",
            reason="two-corrected-needed",
        )


def check_classes(taught: LearningSet, own: Dataset | None) -> None:
    """Raise DatasetError where a class of the model has no picture to learn from."""
    if own is None:
        check_alone(taught)
        return
    have = {*own.training.classes, *(one.label for one in taught.pictures if one.label != NONE)}
    lacking = [label for label in taught.classes if label not in have]
    unknown = [label for label in own.training.classes if label not in taught.classes]
    if lacking or unknown:
        raise DatasetError(
            "The model's own data",
            "are not those of its classes any more",
            received=f"no pictures of {lacking[0]}" if lacking else f"pictures of {unknown[0]}",
            cure="Bring them back as they were, or go on without them.",
            reason="own-data-missing",
        )


def evenly(data: LabelledPictures, most: int) -> NDArray[np.int64]:
    """Indices of at most `most` pictures, equally many of each class, at least one; deterministic."""
    if len(data) <= most:
        return np.arange(len(data))
    order = np.random.default_rng(1).permutation(len(data))
    each = max(1, most // len(data.classes))
    of_class = [order[data.labels[order] == k][:each] for k in range(len(data.classes))]
    return np.sort(np.concatenate(of_class)).astype(np.int64)


def repeats_of(views: int, own: int, mixture: Mixture) -> int:
    """How often each view of a corrected picture is repeated beside `own` own pictures."""
    if not own or not views:
        return 1
    wanted = mixture.share * own / (1 - mixture.share)
    return min(mixture.most_repeats, max(1, round(wanted / views)))


def _save(pixels: NDArray[np.uint8], file: Path) -> None:
    Image.fromarray(np.ascontiguousarray(pixels)).save(file, compress_level=1)
