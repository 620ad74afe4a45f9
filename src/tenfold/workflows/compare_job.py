"""The job "compare": registered models on the same pictures, and whether differences are significant."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, StringConstraints

from tenfold.datasets.dataset import Dataset
from tenfold.datasets.opening import CIFAR10, open_dataset, title_of
from tenfold.errors import DatasetError, UsageError
from tenfold.evaluation import comparison_page
from tenfold.evaluation.compare_models import Compared, compare_models
from tenfold.evaluation.comparison import check_classes
from tenfold.inference import Classifier
from tenfold.jobs import WORK, JobType, Shape, Start, Work
from tenfold.models.registry import Registry
from tenfold.models.tables import RegisteredModel
from tenfold.server_files import ServerFiles
from tenfold.storage import BlobStore, read_if_there
from tenfold.workflows.model_reports import FigureCaveat
from tenfold.workflows.steps import go_on, report_step

if TYPE_CHECKING:
    from tenfold.runtime.app import App

_MOST = 8
Key = Annotated[str, StringConstraints(max_length=64)]
Split = Literal["test", "validation", "training", "all"]


class CompareParams(Shape):
    """Models to compare."""

    models: list[Key] = Field(description="Hashes of two or more models.", max_length=_MOST)
    data: str = Field(
        default="cifar10", description="cifar10, or a folder or manifest on the server.", max_length=4096
    )
    split: Split = Field(
        default="test", description="Which part; a folder without parts is split as training splits it."
    )


class ComparedModel(Shape):
    """A model's figures, 0 to 1 where they are shares."""

    hash: str
    pictures: int
    accuracy: float
    accuracy_low: float = Field(description="The lower end of the 95 % interval.")
    accuracy_high: float
    macro_f1: float
    calibration_error: float
    cross_entropy: float
    kept: float = Field(description="How many pictures it does not call none of these.")
    caveats: list[FigureCaveat] = Field([], description="What has to be known beside the figures.")


class ComparedPair(Shape):
    """Two models: the second's accuracy minus the first's, -1 to 1."""

    first: str
    second: str
    difference: float
    low: float = Field(description="The lower end of its 95 % interval.")
    high: float
    mcnemar_mid_p: float = Field(description="McNemar's test: how likely such a difference is by chance.")
    mcnemar_mid_p_holm: float = Field(description="The same, corrected for the number of pairs (Holm).")
    right_both: int = Field(description="Pictures that both get right.")
    right_only_first: int
    right_only_second: int
    right_neither: int
    better: str | None = Field(description="Which is better; null where it may be chance.")
    sentence: str = Field(description="What can be said, in English.")


class CompareResult(Shape):
    """What a comparison found."""

    data: str
    split: Split
    pictures: int
    models: dict[str, ComparedModel]
    differences: list[ComparedPair]


class Compare:
    """Does the job "compare"; a report is kept as job.html."""

    def __init__(
        self,
        registry: Registry,
        load: Callable[[Path], Classifier],
        files: ServerFiles,
        reports: BlobStore,
        cache: Path,
        data_dir: Path,
    ) -> None:
        self._registry, self._load, self._files = registry, load, files
        self._reports, self._cache, self._data_dir = reports, cache, data_dir

    def page(self, job: str) -> bytes | None:
        """A job's page; None before it has ended."""
        return read_if_there(self._reports, f"{job}.html")

    def __call__(self, work: Work[CompareParams]) -> CompareResult:
        keys, source, split = work.params.models, work.params.data, work.params.split
        registered = [self._registry.get(key) for key in keys]
        names = names_of(registered)
        models = {}
        for name, key in zip(names, keys, strict=True):
            with self._registry.local_copy(key) as path:
                models[name] = self._load(path)

        def progress(done: int, total: int, name: str) -> None:
            go_on(work, done, total, "asking-model", model=name)

        def opening(side: int, resize: str) -> Dataset:
            report_step(work, 0, 0, "reading-data")
            return open_dataset(
                source,
                side=side,
                data_dir=self._data_dir,
                cache=self._cache,
                resize=resize,
                to_train=False,
                files=self._files,
            )

        found = compare_models(models, opening, split, progress)
        facts = found.facts()
        for name, key in zip(names, keys, strict=True):
            facts["models"][name]["hash"] = key
        compared = [Compared(name, model) for name, model in models.items()]
        page = comparison_page.render(compared, found, title_of(source), split)
        self._reports.put(f"{work.id}.html", page.encode(errors="replace"))
        return CompareResult(data=source, split=split, **facts)


def names_of(models: Sequence[RegisteredModel]) -> list[str]:
    """A name for each that no other has: its own, its run, or the start of its hash."""
    plain = [one.name for one in models]
    with_runs = [f"{one.name} ({one.run or one.hash[:8]})" for one in models]
    with_hashes = [f"{one.name} ({one.hash[:8]})" for one in models]
    chosen = []
    for place, name in enumerate(plain):
        if plain.count(name) == 1:
            chosen.append(name)
        else:
            chosen.append(with_runs[place] if with_runs.count(with_runs[place]) == 1 else with_hashes[place])
    return chosen


def _check(app: "App", params: CompareParams) -> CompareParams:
    """The parameters with each model once; raises TenfoldError where they cannot be compared on the data."""
    keys = list(dict.fromkeys(params.models))
    models = [app.registry.get(key) for key in keys]
    if len(keys) < 2:
        raise UsageError(
            "A comparison", "needs two models or more", received=f"{len(keys)}", reason="two-models-needed"
        )
    check_classes({name: one.classes for name, one in zip(names_of(models), models, strict=True)})
    if params.data != CIFAR10 and not (Path(params.data).is_absolute() and Path(params.data).exists()):
        raise DatasetError(
            f"The data {params.data!r:.200}",
            "are not there",
            cure="Name cifar10, or the whole path of a folder or manifest on the server.",
            reason="no-such-data",
        )
    return CompareParams(models=keys, data=params.data, split=params.split)


def _title(app: "App", params: CompareParams) -> str:
    return f"Compare {' and '.join(app.registry.get(key).name for key in params.models)}"


COMPARE = JobType(
    "compare",
    WORK,
    CompareParams,
    CompareResult,
    lambda app: app.compare,
    Start("administrator", _title, _check, action="model.compare"),
)
