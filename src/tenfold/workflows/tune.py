"""Has a server's model run in the way that is fastest on this machine, which is measured once and kept.

Says how fast the model's exports with 8-bit integers are beside it, but does not use them: they do not give
the same answer to every picture, so a person decides. Knows no HTTP.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from tenfold.evaluation.report.speed import machine
from tenfold.files import write_whole
from tenfold.inference import Classifier
from tenfold.inference.tuning import SECONDS, Speed, measured, ways
from tenfold.storage import BlobStore
from tenfold.workflows.export_job import ModelExports

_INT8 = "onnx-int8"
_KEPT = TypeAdapter(dict[str, list[Speed]])


@dataclass(frozen=True)
class Int8:
    """An export with 8-bit integers.

    Attributes:
        name: of its file.
        times: how many times as many pictures a second as the model it was made of.
        agreement: the share of pictures with the same first answer, by its receipt.
    """

    name: str
    times: float
    agreement: float


@dataclass(frozen=True)
class Tuned:
    """The fastest way of a model, the speed of the slowest that was tried, and its int8 exports."""

    speed: Speed
    slowest: float
    int8: tuple[Int8, ...]


class Tune:
    """Measures, and keeps what it found for this processor, this runtime and this file.

    Args:
        file: where it is kept.
        cores: the most pictures at a time.
        seconds: for each way.
    """

    def __init__(
        self,
        file: Path,
        exports: ModelExports,
        blobs: BlobStore,
        load: Callable[[Path], Classifier],
        *,
        cores: int,
        seconds: float = SECONDS,
    ) -> None:
        self._file, self._exports, self._blobs, self._load = file, exports, blobs, load
        self._ways, self._seconds = ways(cores), seconds

    def __call__(self, model: Classifier) -> Tuned:
        """What is fastest for `model` here. Raises OSError where that cannot be kept."""
        speeds = self._speeds(model.sha256, lambda: model)
        best = speeds[0]
        return Tuned(best, speeds[-1].rate, tuple(self._int8(model.sha256, best)))

    def _speeds(self, sha256: str, opened: Callable[[], Classifier]) -> list[Speed]:
        """The speed of each way, the fastest first: kept, or measured now, with what `opened` gives."""
        here = machine()
        key = f"{here['processor']}, {here['cores']} cores, onnxruntime {here['onnxruntime']}, {sha256}"
        kept = self._kept()
        found = kept.get(key, [])
        if {one.way for one in found} != set(self._ways):
            found = kept[key] = measured(opened(), self._ways, self._seconds)
            write_whole(self._file, _KEPT.dump_json(kept, indent=1))
        return found

    def _kept(self) -> dict[str, list[Speed]]:
        """What was found before; nothing where the file is missing or damaged: it is measured again."""
        try:
            return _KEPT.validate_json(self._file.read_bytes())
        except (FileNotFoundError, ValidationError):
            return {}

    def _int8(self, model: str, best: Speed) -> Iterator[Int8]:
        for export in self._exports.of_model(model):
            if export.receipt.format != _INT8 or not export.receipt.good:
                continue
            file = export.receipt.files[0]
            speeds = self._speeds(file.sha256, partial(self._opened, export.keys[file.name]))
            yield Int8(file.name, speeds[0].rate / best.rate, export.receipt.agreement.value)

    def _opened(self, key: str) -> Classifier:
        with self._blobs.local_copy(key) as path:
            return self._load(path)
