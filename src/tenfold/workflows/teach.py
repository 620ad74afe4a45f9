"""From a folder of a few pictures of each class to a model file, in seconds and without torch.

Reads pictures as a training does; what is learned and how it is evaluated is `tenfold.teaching`'s.
"""

import hashlib
import os
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from tenfold import __version__, images, modelfile
from tenfold.datasets.cifar10 import NAMES
from tenfold.datasets.dataset import Dataset
from tenfold.datasets.labelled import fingerprint
from tenfold.datasets.opening import listed, open_dataset
from tenfold.datasets.recordings import in_order, recordings
from tenfold.errors import DatasetError
from tenfold.evaluation.class_mapping import joined
from tenfold.export import partial
from tenfold.inference import Classifier
from tenfold.modelfile import ClassName, ModelInfo
from tenfold.teaching import model_file, own_sample
from tenfold.teaching.teach import KEEP, MOST, Taught
from tenfold.teaching.teach import teach as learn

Progress = Callable[[int, int], None]
_PER_RUN = 64
# The number of pictures of each class from which training a network is usually better than teaching.
MANY = 500


@dataclass(frozen=True, eq=False)
class TaughtModel:
    """A model that was taught.

    Attributes:
        sample: beside it what the model says of its own pictures, without the pictures, so that it can be
            refitted on corrections; `tenfold models add` adds it too.
        taught: what was learned, and how well the classes are told apart.
        sources: where each picture came from, by its number in `taught.assessment.mistakes`.
        skipped: files that gave no picture.
        seconds: from the first picture to the finished file.
    """

    path: Path
    sample: Path
    taught: Taught
    sources: tuple[str, ...]
    skipped: int
    seconds: float

    @property
    def advice(self) -> str:
        """Advice as a sentence where another method would do better; else empty."""
        if len(self.taught.classes) > 1 and min(self.taught.counts) >= MANY:
            return (
                f"With {MANY} pictures or more of each class `tenfold train` usually does better, in hours."
            )
        return ""


def teach(
    source: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    name: str = "",
    backbone: str | os.PathLike[str] | None = None,
    keep: float = KEEP,
    limits: images.Limits | None = None,
    cache: str | os.PathLike[str] | None = None,
    progress: Progress = lambda done, total: None,
) -> TaughtModel:
    """Teach own classes from a folder `class-name/picture.jpg` or a manifest, and write the model file.

    Parts such as train and test are taken together: the figures are cross-validated. Frames of one recording
    (`tenfold.datasets.recordings`) are held out together.

    Args:
        source: 2 pictures of each class at least, 5,000 in all at most; with a single class, everything
            unlike it is none of these.
        output: the model file.
        name: what the model is called; else as the folder.
        backbone: a model file with the network to teach; None is the bundled model photo.
        keep: the share of known pictures that "none of these" may not touch, 0 to 1.
        limits: what is refused as too large.
        cache: a folder for decoded pictures; without it they are decoded at every call.
        progress: called with the pictures decoded and the pictures in all.

    Raises:
        DatasetError: the pictures cannot be read, or are too few or too many.
        ModelFileError: the backbone cannot be taught, or the output or its sample cannot be written.
    """
    begun = time.perf_counter()
    path = Path(modelfile.locate(backbone))
    classifier = Classifier(path)
    with TemporaryDirectory() if cache is None else nullcontext(os.fspath(cache)) as folder:
        data = _opened(os.fspath(source), classifier.info, Path(folder), limits or images.Limits(), progress)
        pictures = joined((data.training, data.validation, data.test))
        pictures = pictures.take(in_order(pictures.sources))
        embeddings = embeddings_of(classifier, pictures.pictures)
        prints = fingerprint(pictures.digests(), pictures.labels, len(pictures.classes))
        parts = partial.suits(pictures.pictures)
    groups = recordings(pictures.sources, [pictures.classes[label] for label in pictures.labels])
    taught = learn(embeddings, pictures.labels, pictures.classes, groups, keep=keep)
    title = name or Path(os.path.realpath(source)).stem
    target = Path(output)
    info = facts(title, classifier.info, taught, prints, parts=parts)
    model_file.write(target, path, taught, info, parts=parts)
    key = hashlib.sha256(target.read_bytes()).hexdigest()
    sample = own_sample.put_beside(target, key, own_sample.of_taught(taught, embeddings, pictures.labels))
    seconds = time.perf_counter() - begun
    return TaughtModel(target, sample, taught, pictures.sources, len(data.skipped), seconds)


def embeddings_of(classifier: Classifier, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The embeddings `[N, D]` of pictures at the model's size."""
    parts = [pictures[at : at + _PER_RUN] for at in range(0, len(pictures), _PER_RUN)]
    return np.concatenate([classifier.raw(np.ascontiguousarray(part))[1] for part in parts])


def facts(
    name: str, backbone: ModelInfo, taught: Taught, data_fingerprint: str, *, parts: bool = True
) -> ModelInfo:
    """The facts in the model file: how many pictures it learned from, without the pictures.

    Args:
        parts: whether it checks that no part of a picture is missing.
    """
    return ModelInfo(
        name=name,
        classes=tuple(ClassName(label, NAMES.get(label, {})) for label in taught.classes),
        input_size=backbone.input_size,
        resize=backbone.resize,
        # The same views as in training.
        views="whole",
        temperature=taught.temperature,
        threshold=taught.threshold,
        known_rate=taught.known_rate,
        network={
            "name": "taught",
            "parts": f"the backbone of {backbone.name}, and a head that was taught",
            "head": {"weight": model_file.WEIGHT, "scale": 1.0},
            **partial.facts(parts),
        },
        training={
            "method": "a linear head on frozen features",
            "backbone": backbone.name,
            "pictures": dict(zip(taught.classes, taught.counts, strict=True)),
            "penalty": taught.penalty,
        },
        data_fingerprint=data_fingerprint,
        scores={"cross-validation": taught.assessment.summary()},
        licence=backbone.licence,
        tenfold_version=__version__,
    )


def _opened(source: str, info: ModelInfo, cache: Path, limits: images.Limits, progress: Progress) -> Dataset:
    found = listed(source)
    if len(found.entries) > MOST:
        raise DatasetError(
            found.name,
            "has too many pictures to teach from",
            received=f"{len(found.entries):,}, at most {MOST:,}",
            cure="Train a network on them with `tenfold train`, or take fewer.",
        )
    return open_dataset(
        source,
        side=info.input_size,
        data_dir=cache,
        cache=cache,
        resize=info.resize,
        to_train=False,
        limits=limits,
        progress=progress,
    )
