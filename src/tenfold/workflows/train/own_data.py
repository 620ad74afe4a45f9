"""Finds the data that a model was trained on, where this machine still has them.

Reads no corrections. A bundled model's data are CIFAR-10, a run's those named in its folder, an improved
model's those of the model that it started from, and the data of a model that was taught on the page are its
draft's pictures.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tenfold import modelfile
from tenfold.datasets import cifar10
from tenfold.datasets.dataset import Dataset
from tenfold.datasets.opening import CIFAR10, open_dataset
from tenfold.drafts.tables import Draft
from tenfold.errors import DatasetError
from tenfold.modelfile import ModelInfo
from tenfold.models.improvements import Improvements
from tenfold.models.registry import TAUGHT, Registry
from tenfold.paths import Home
from tenfold.runs.run import Run
from tenfold.server_files import ServerFiles
from tenfold.workflows.drafts import TeachDrafts

_DRAFT = "draft:"
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class TrainingDataSource:
    """Where a model's own data are. problem: in words why they cannot be used; empty: they can.

    code: the same for programs: "unknown" where nobody knows what the model was trained on, or "missing".
    """

    source: str
    problem: str = ""

    @property
    def code(self) -> str:
        return "" if not self.problem else "missing" if self.source else "unknown"


class TrainingData:
    """Finds and opens models' own data."""

    def __init__(
        self,
        registry: Registry,
        improvements: Improvements,
        files: ServerFiles,
        home: Home,
        data_dir: Path,
        drafts: TeachDrafts,
    ) -> None:
        self._registry, self._improvements, self._files = registry, improvements, files
        self._home, self._data_dir, self._drafts = home, data_dir, drafts

    def of(self, model_hash: str) -> TrainingDataSource:
        """Where the model's own data are. Raises UnknownModel."""
        source = self._source(model_hash)
        if not source:
            return TrainingDataSource("", "It is not known what the model was trained on.")
        if source.startswith(_DRAFT):
            there = self._draft(source) is not None
            return TrainingDataSource(
                source, "" if there else "The draft that it was taught from was deleted."
            )
        if source != CIFAR10:
            there = Path(source).exists()
            return TrainingDataSource(source, "" if there else f"{source} is not there any more.")
        try:
            cifar10.find(self._data_dir)
        except DatasetError as reason:
            return TrainingDataSource(source, str(reason))
        return TrainingDataSource(source)

    def open(self, source: str, info: ModelInfo, progress: Progress) -> Dataset:
        """The data at the model's size; CIFAR-10 unchanged, which the model itself enlarges.

        Raises:
            DatasetError: they are not available.
            DraftError: a file of a draft cannot be read.
        """
        if source.startswith(_DRAFT):
            draft = self._draft(source)
            if draft is None:
                raise DatasetError(
                    f"The draft of the model {info.name}",
                    "was deleted",
                    cure="Go on without the model's own data (tenfold improve --no-own-data).",
                    reason="own-data-missing",
                )
            return self._drafts.dataset(draft, info, progress)
        return open_dataset(
            source,
            side=cifar10.SIDE if source == CIFAR10 else info.input_size,
            data_dir=self._data_dir,
            cache=self._home.cache,
            resize=info.resize,
            files=self._files,
            progress=progress,
        )

    def _source(self, model_hash: str) -> str:
        model = self._registry.get(model_hash)
        earlier = self._improvements.of_model(model_hash)
        if earlier is not None:
            return str(earlier.options.get("own_source", ""))
        if self._registry.info(model_hash).data_fingerprint == _cifar10_fingerprint():
            return CIFAR10
        if model.origin == TAUGHT and (draft := self._drafts.drafts.of_model(model_hash)) is not None:
            return f"{_DRAFT}{draft.id}"
        if not model.run:
            return ""
        return str(Run(self._home.runs / model.run).data.get("source", ""))

    def _draft(self, source: str) -> Draft | None:
        return self._drafts.drafts.find(int(source.removeprefix(_DRAFT)))


@cache
def _cifar10_fingerprint() -> str:
    """Of the data that the bundled model cifar10 was trained on."""
    return modelfile.read(modelfile.bundled("cifar10"))[1].data_fingerprint
