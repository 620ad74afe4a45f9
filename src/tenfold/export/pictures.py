"""The pictures that an export is calibrated on, has its threshold chosen by and is compared on, all as files.

Knows datasets; runs no model.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tenfold.datasets.dataset import Dataset
from tenfold.datasets.labelled import LabelledPictures
from tenfold.datasets.opening import CIFAR10, listed, open_dataset, title_of
from tenfold.errors import DatasetError
from tenfold.evaluation.class_mapping import joined, with_classes
from tenfold.modelfile import ModelInfo
from tenfold.server_files import ServerFiles

# Pictures for calibration: MinMax is as good as percentiles on this many, and more change little.
CALIBRATION = 192
# Pictures for the threshold: the kept share is known to a percent or two.
THRESHOLD = 1000
# By which layers are chosen that stay in float, of those for the threshold.
TRIAL = 400
# Fewer test pictures that are a small part of all say too little: then all are compared on.
ENOUGH_TEST = 50


@dataclass(frozen=True)
class ExportPictures:
    """Pictures of a model's classes.

    Attributes:
        source: what they were opened by: "cifar10", or a path.
        title: what people call them.
        split: the part that is compared on.
        files: of that part, at most as many as were asked for.
        labels: of each of `files`, the place of its class among the model's.
        names: of each, for people.
        threshold: by which the limit of novelty is measured again.
        calibration: by which ranges of integers are chosen.
        fingerprint: SHA-256 over the contents of `files` and their labels.
    """

    source: str
    title: str
    split: str
    files: tuple[Path, ...]
    labels: tuple[int, ...]
    names: tuple[str, ...]
    threshold: tuple[Path, ...]
    calibration: tuple[Path, ...]
    fingerprint: str


def open_pictures(
    source: str,
    info: ModelInfo,
    folder: Path,
    *,
    data_dir: Path,
    cache: Path,
    limit: int | None = None,
    split: str = "",
    files: ServerFiles | None = None,
) -> ExportPictures:
    """Choose the pictures: compared on test pictures, or on all where a source has too few for parts.

    Args:
        source: "cifar10", or a folder or manifest of the model's classes.
        folder: an empty one; CIFAR-10's pictures are written into it as PNG.
        data_dir: where CIFAR-10 is.
        cache: the folder for decoded pictures.
        limit: the most pictures to compare on, a fixed random choice; None: all.
        split: the part to compare on, as a receipt names it: "test" or "all"; "": chosen here.
        files: opens what was named to a server.

    Raises:
        DatasetError: there is no such data, it has other classes, or no picture.
    """
    data = open_dataset(
        source,
        side=info.input_size if source != CIFAR10 else 32,
        data_dir=data_dir,
        cache=cache,
        resize=info.resize,
        to_train=False,
        files=files,
    )
    split, compared = _compared(data, split)
    parts = [with_classes(part, info.labels) for part in (compared, data.validation, data.training)]
    if not len(compared):
        raise DatasetError(
            f"The data {title_of(source)}",
            "hold no picture to compare on",
            cure="Name other pictures with --data.",
            reason="no-pictures-to-measure",
        )
    parts[1:] = [part if len(part) else parts[0] for part in parts[1:]]
    chosen = [
        part.take(evenly(len(part), most))
        for part, most in zip(parts, (limit, THRESHOLD, CALIBRATION), strict=True)
    ]
    paths = _written(chosen, folder) if source == CIFAR10 else _found(chosen, source, files)
    return ExportPictures(
        source=source,
        title=title_of(source),
        split=split,
        files=paths[0],
        labels=tuple(int(label) for label in chosen[0].labels),
        names=chosen[0].sources or tuple(f"picture {n:,}" for n in evenly(len(compared), limit)),
        threshold=paths[1],
        calibration=paths[2],
        fingerprint=fingerprint(paths[0], chosen[0].labels),
    )


def evenly(count: int, most: int | None) -> NDArray[np.int64]:
    """At most `most` of `count` places, a fixed random choice, in order; all for None."""
    return np.sort(np.random.default_rng(1).permutation(count)[:most])


def fingerprint(files: Sequence[Path], labels: Sequence[int] | NDArray[np.int64]) -> str:
    """SHA-256 in hex over files, in their order, and their labels."""
    found = hashlib.sha256()
    for file, label in zip(files, labels, strict=True):
        found.update(hashlib.sha256(file.read_bytes()).digest() + int(label).to_bytes(2, "big"))
    return found.hexdigest()


def _compared(data: Dataset, split: str) -> tuple[str, LabelledPictures]:
    test, every = len(data.test), len(data.training) + len(data.validation) + len(data.test)
    says_enough = test >= ENOUGH_TEST or 3 * test >= every
    if split == "test" or (not split and test >= len(data.test.classes) and says_enough):
        return "test", data.test
    return "all", joined((data.training, data.validation, data.test))


def _written(parts: Sequence[LabelledPictures], folder: Path) -> list[tuple[Path, ...]]:
    found = []
    for part, data in enumerate(parts):
        files = tuple(folder / f"{part}-{place}.png" for place in range(len(data)))
        for file, pixels in zip(files, data.pictures, strict=True):
            Image.fromarray(pixels).save(file, compress_level=1)
        found.append(files)
    return found


def _found(
    parts: Sequence[LabelledPictures], source: str, files: ServerFiles | None
) -> list[tuple[Path, ...]]:
    paths = {one.source: one.path for one in listed(source, files, some=True).entries}
    return [tuple(paths[name] for name in part.sources) for part in parts]
