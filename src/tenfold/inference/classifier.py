"""Runs a model file: pictures in, predictions out. Knows nothing of where pictures come from or go.

Two halves, so that a server can spread them: `prepare` reads and cuts one picture (a processor's work,
safe in many threads), `run` sends many prepared pictures through the network at once.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tenfold import images, modelfile
from tenfold.errors import ModelFileError, UsageError
from tenfold.images import Limits, PictureSource
from tenfold.inference import views
from tenfold.inference.network import Network
from tenfold.inference.server import ModelServer, Read
from tenfold.inference.views import View
from tenfold.modelfile import ModelInfo
from tenfold.predictions import Prediction

PICTURES_PER_RUN = 16
EVIDENCE_CELLS = 28


@dataclass(frozen=True, eq=False)
class Prepared:
    """One picture, ready for the network.

    pixels: uint8 `[V, S, S, 3]`; shown: where each view was taken; width, height: of the pixels it was cut
    from; picture_size: width and height of the whole upright picture, which may have been read smaller.
    """

    pixels: NDArray[np.uint8]
    shown: list[View]
    width: int
    height: int
    picture_size: tuple[int, int]


class Runtime(Protocol):
    """What runs a network."""

    def run(self, inputs: NDArray[np.uint8]) -> tuple[NDArray[np.float32], ...]:
        """The network's four outputs for uint8 `[N, S, S, 3]`, N of at least 1."""


class NetworkClassifier:
    """Classifies pictures with a network in any runtime, by the rules of a model file's facts."""

    def __init__(self, info: ModelInfo, network: Runtime, limits: Limits | None = None) -> None:
        self.info = info
        self.limits = limits or Limits()
        self._network = network

    def classify(self, picture: PictureSource, *, name: str | None = None) -> Prediction:
        """Classify one picture: a path, bytes, a file object, a PIL image or an array `[H, W, 3]`.

        Raises:
            PictureError: it is no picture, damaged or too large; `name` is what the message calls it.
        """
        return self.run([self.prepare(picture, name=name)])[0]

    def prepare(self, picture: PictureSource, *, name: str | None = None) -> Prepared:
        """Read one picture and cut its views. Raises PictureError."""
        size = self.info.input_size
        read = images.load(picture, name=name, limits=self.limits, needed=images.needed(size))
        pixels, (height, width) = read.pixels, read.pixels.shape[:2]
        shown = views.views(self.info.views, width, height, size)
        inputs = views.cut(pixels, shown, size, self.info.resize)
        return Prepared(inputs, shown, width, height, (read.width, read.height))

    def run(self, prepared: Sequence[Prepared]) -> list[Prediction]:
        """Classify prepared pictures."""
        if not prepared:
            return []
        inputs = np.concatenate([one.pixels for one in prepared])
        probabilities, embedding, maps, novelty = self.raw(inputs)
        predictions, start = [], 0
        for one in prepared:
            part = slice(start, start := start + len(one.shown))
            predictions.append(
                self._combine(one, probabilities[part], embedding[part], maps[part], novelty[part])
            )
        return predictions

    def raw(self, inputs: NDArray[np.uint8]) -> tuple[NDArray[np.float32], ...]:
        """The model's four outputs for uint8 `[N, H, W, 3]`, one view each, nothing combined.

        Pictures of another size than the network's are resized by the file's rule.

        Returns:
            probabilities `[N, K]`, embedding `[N, D]`, evidence `[N, K, h, w]`, novelty `[N]`.
        """
        size = self.info.input_size
        if inputs.shape[1:3] != (size, size):
            inputs = np.stack([images.resize(one, size, self.info.resize) for one in inputs])
        return self._network.run(inputs)

    def _combine(
        self,
        one: Prepared,
        probabilities: NDArray[np.float32],
        embedding: NDArray[np.float32],
        maps: NDArray[np.float32],
        novelty: NDArray[np.float32],
    ) -> Prediction:
        mean = probabilities.mean(axis=0, dtype=np.float64)
        mean /= mean.sum()
        best = int(mean.argmax())
        strangeness = float(novelty.mean())
        return Prediction(
            label=self.info.labels[best],
            confidence=float(mean[best]),
            probabilities={k: float(p) for k, p in zip(self.info.labels, mean, strict=True)},
            known=strangeness <= self.info.threshold,
            novelty=strangeness,
            seen=partial(_evidence, one, maps),
            embedding=_unit(embedding.mean(axis=0)),
        )


class Classifier(NetworkClassifier):
    """Classifies pictures with one model file. Safe to use from several threads.

    Args:
        model: path of a model file, or the name of a bundled one; None is `photo`, of CIFAR-10's ten classes.
        threads: how many pictures are read, and parts of a run answered, at the same time; 0 is one for each
            core.
        limits: what is refused as too large.

    Raises:
        ModelFileError: the file is missing, not ours, damaged or too new.
    """

    def __init__(
        self, model: str | os.PathLike[str] | None = None, *, threads: int = 0, limits: Limits | None = None
    ) -> None:
        self.path = modelfile.locate(model)
        content, info = modelfile.read(self.path)
        _check_rules(info, self.path)
        self.sha256 = hashlib.sha256(content).hexdigest()
        self.bytes = len(content)
        self._threads = threads or os.cpu_count() or 1
        super().__init__(info, Network(content, self.path, self._threads), limits)

    @classmethod
    def teach(
        cls,
        source: str | os.PathLike[str],
        output: str | os.PathLike[str],
        *,
        name: str = "",
        backbone: str | os.PathLike[str] | None = None,
        **more: Any,
    ) -> "Classifier":
        """Teach own classes from a folder of pictures; a classifier with the model file that was written.

        Arguments (`more`: keep, limits, cache, progress) and errors are those of `tenfold.teach`, which also
        says how well they are told apart.
        """
        import tenfold  # the package's front, which knows the parts above this one

        return cls(tenfold.teach(source, output, name=name, backbone=backbone, **more).path)

    def classify_many(self, pictures: Iterable[PictureSource]) -> list[Prediction]:
        """Classify pictures in order, many at a time.

        Raises:
            PictureError: one of them cannot be used; the first such.
            UsageError: this is one picture, not many.
        """
        return list(self.classify_each(pictures))

    def classify_each(self, pictures: Iterable[PictureSource]) -> Iterator[Prediction]:
        """As `classify_many`, one prediction at a time; holds no more than two batches of pictures."""
        if isinstance(pictures, str | bytes | os.PathLike):
            raise UsageError(
                "classify_many", "takes many pictures", received="one path or one file", cure="Give a list."
            )
        with ModelServer(self, threads=self._threads, batch=PICTURES_PER_RUN) as server:
            for outcome in server.answer_each(reading(picture) for picture in pictures):
                if isinstance(outcome, Exception):
                    raise outcome
                yield outcome


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), np.float32)


def _evidence(one: Prepared, maps: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """The views' maps laid over the picture, 0 to 1; None where a map is a single cell."""
    if maps.shape[2:] == (1, 1):
        return None
    evidence = np.maximum(views.lay_over(maps, one.shown, one.width, one.height, EVIDENCE_CELLS), 0)
    return np.asarray(evidence / max(evidence.max(), np.float32(1e-9)))


def reading(picture: PictureSource) -> Read:
    """Has a `ModelServer` read this picture."""
    return lambda classifier: classifier.prepare(picture)


def _check_rules(info: ModelInfo, path: str | os.PathLike[str]) -> None:
    for what, rule, known in (
        ("views rule", info.views, tuple(views.RULES)),
        ("resize rule", info.resize, images.RESIZE_RULES),
    ):
        if rule not in known:
            raise ModelFileError(
                f"The model file {os.fspath(path)}",
                f"asks for a {what} that this tenfold does not know",
                received=f"{rule!r}; known are {', '.join(known)}",
                cure="Install a newer tenfold.",
                reason="model-newer",
            )
