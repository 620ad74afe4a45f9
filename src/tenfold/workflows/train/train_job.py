"""Training runs: starting, watching, stopping and resuming them; the job "train" and the runs' folders.

Trains nothing itself (process.py starts `tenfold train`) and imports no torch.
"""

import json
import shutil
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, Field

from tenfold import modelfile
from tenfold.datasets.opening import CIFAR10
from tenfold.errors import TrainingError, UnknownModel, UnknownRun
from tenfold.files import write_whole
from tenfold.jobs import TRAINING, UNFINISHED, JobRow, Jobs, JobType, Shape, Stopped, Work
from tenfold.models.registry import RUN, Registry
from tenfold.networks import listing
from tenfold.paths import Home
from tenfold.recipes import recipe_file
from tenfold.recipes.recipe import Recipe
from tenfold.runs.listing import find_runs, new_run_folder
from tenfold.runs.lock import cannot_write, is_training
from tenfold.runs.run import Run
from tenfold.server_files import ServerFiles
from tenfold.workflows.train.choose_network import DEFAULT, NetworkChoice, choose_network
from tenfold.workflows.train.process import TrainingProcess, check_extra, tell

_LONGEST_NAME = 100
# A value in both TOML and JSON.
Setting = str | int | float | bool | list[str] | list[int] | list[float]


class TrainParams(Shape):
    """A run to train in."""

    run: str = Field(description="The run's name.")
    finish: bool = Field(default=False, description="Train no further; make a model of what it has learned.")


class TrainResult(Shape):
    """The registered model of a run."""

    run: str
    model: str = Field(description="Its hash.")
    name: str
    accuracy: float | None = Field(description="On the test part of its data, 0 to 1.")


TRAIN = JobType("train", TRAINING, TrainParams, TrainResult, lambda app: app.train)


class TrainingRequest(BaseModel, frozen=True):
    """A requested training. Missing values are taken from the network's published recipe."""

    data: str = Field(
        default=CIFAR10, description="cifar10, or a folder or manifest on the server.", max_length=4096
    )
    network: str = Field(
        default="",
        description="One of /api/v1/networks; empty: chosen by the pictures (`POST /api/v1/runs/network`).",
        max_length=100,
    )
    epochs: int | None = Field(default=None, ge=1, le=100_000, description="How often every picture is seen.")
    batch_size: int | None = Field(default=None, ge=1, le=100_000, description="Pictures in a step.")
    side: int | None = Field(default=None, ge=32, le=224, description="The pictures' side in pixels.")
    seed: int | None = Field(default=None, ge=0, le=2**31 - 1)
    start_from: str = Field(
        default="", description="A bundled model's name, a model's hash or a run's name.", max_length=200
    )
    teacher: str = Field(
        default="", description="Whose answers to learn from; as `start_from`.", max_length=200
    )
    name: str = Field(
        default="", description="What the model is called.", max_length=100, pattern=r"^[^\x00-\x1f]*$"
    )
    changes: dict[str, Setting] = Field(
        default={}, description="Further settings of the recipe, by dotted names: optimiser.rate."
    )

    def choice(self, files: ServerFiles) -> NetworkChoice:
        """The network that it takes. Raises DatasetError where the pictures cannot be listed."""
        if self.network:
            return NetworkChoice(network=self.network, reason="named")
        if self.start_from or self.teacher:
            return NetworkChoice(network=DEFAULT, reason="default")
        return choose_network(self.data, self.changes, files)

    def settled(self, files: ServerFiles) -> "TrainingRequest":
        """The same with the network that it takes. Raises as `choice`."""
        return self.model_copy(update={"network": self.choice(files).network})

    def recipe(self) -> Recipe:
        """The resulting recipe. Raises TrainingError where there is none."""
        listing.known(self.network)  # code of one's own is for the command line
        numbers = {name: getattr(self, name) for name in ("epochs", "batch_size", "side", "seed")}
        given = {name: value for name, value in numbers.items() if value is not None}
        return recipe_file.with_values(recipe_file.shipped(self.network), {**self.changes, **given})


class Train:
    """The runs' folders, in `runs` of tenfold's home, and the job "train", which trains in one."""

    def __init__(
        self, registry: Registry, jobs: Jobs, home: Home, data_dir: Path, files: ServerFiles
    ) -> None:
        self._registry, self._jobs, self._home, self._data_dir = registry, jobs, home, data_dir
        self._files = files
        self.runs = home.runs

    def start(self, request: TrainingRequest, moment: datetime, *, by: int) -> tuple[str, JobRow]:
        """Start a new run; returns its name and the job.

        An unfinished run of the same request is returned instead.

        Raises:
            MissingExtra: training is not installed.
            TrainingError, DatasetError: the request cannot be met.
        """
        check_extra()
        _check_data(request.data)
        request = request.settled(self._files)
        recipe = request.recipe()
        with ExitStack() as files:
            for source in (request.start_from, request.teacher):
                self._model(source, files)
        wanted = new_run_folder(self.runs, moment, (request.name or recipe.network)[:_LONGEST_NAME])
        folder, number = wanted, 1
        while not _made(folder):
            number += 1
            folder = wanted.with_name(f"{wanted.name}-{number}")
        asked = json.dumps(request.model_dump(), sort_keys=True)
        write_whole(Run(folder).request_file, asked.encode())
        job = self._jobs.submit(
            TRAIN,
            TrainParams(run=folder.name),
            title=f"Train {folder.name}",
            by=by,
            key=f"{TRAIN.kind} {asked}",
        )
        run = TRAIN.params_of(job).run
        if run != folder.name:  # an identical request came first
            shutil.rmtree(folder)
        return run, job

    def resume(self, name: str, *, finish: bool = False, by: int) -> JobRow:
        """Resume a run from its last finished epoch.

        Args:
            finish: train no further; make a model of what it has learned.

        Raises:
            UnknownRun: there is none of that name.
            TrainingError: it cannot be resumed.
            MissingExtra: training is not installed.
        """
        self.check_resumable(name)
        before = self._jobs.records.latest(TRAIN.kind, "run", [name]).get(name)
        if before is not None and before.state in UNFINISHED and not before.cancel:
            return self._jobs.get(before.id)
        params = TrainParams(run=name, finish=finish)
        return self._jobs.submit(TRAIN, params, title=f"Train {name}", by=by, key=f"{TRAIN.kind} {name}")

    def __call__(self, work: Work[TrainParams]) -> TrainResult:
        """Train to the end, and register the model."""
        name = work.params.run
        run = self.run(name)
        request = self.request(run) or TrainingRequest(network=DEFAULT)
        recipe = run.parse_recipe() if run.recipe_file.is_file() else request.recipe()
        again = ["--confined"]
        again += ["--finish"] if work.params.finish else []
        again += [f"--name={request.name}"] if request.name else []
        process = TrainingProcess(run, home=self._home.folder, data_dir=self._data_dir, report=True)
        with ExitStack() as files:
            ended = process.run(
                self._arguments(request, files),
                resuming=again,
                epochs=recipe.epochs,
                told=lambda done, total, stage: tell(work, done, total, stage),
                stopping=lambda: work.stopping,
            )
        if not ended:
            raise Stopped
        model = self._registry.register(run.model_file, origin=RUN, run=name, by=work.by)
        return TrainResult(run=name, model=model.hash, name=model.name, accuracy=model.accuracy)

    def run(self, name: str) -> Run:
        """The run of that name in the folder of runs. Raises UnknownRun where there is no such folder."""
        folder = self.runs / name
        plain = name not in ("", ".", "..") and not set(name) & set("/\\\0:")
        if not plain or folder.is_symlink() or not folder.is_dir():
            raise UnknownRun(f"The run {name!r:.100}", "does not exist", cure="Ask for the list of runs.")
        return Run(folder)

    def request(self, run: Run) -> TrainingRequest | None:
        """What was requested, where a run was started here."""
        try:
            return TrainingRequest(**run.request) if run.request else None
        except ValueError:  # another version's
            return None

    def found(self) -> list[Run]:
        """All runs that have figures, the newest first."""
        return [run for run in find_runs(self.runs) if not run.folder.is_symlink()]

    def not_started(self) -> list[Run]:
        """The runs that were requested and have no figures yet, the newest first."""
        folders = sorted(self.runs.glob("*"), reverse=True)
        return [run for run in map(Run, folders) if run.request_file.is_file() and not run.exists]

    def model(self, name: str) -> Path:
        """A run's model file. Raises UnknownRun, and TrainingError where it has none."""
        run = self.run(name)
        if not run.has_model:
            raise TrainingError(
                f"The run {name}",
                "has no model file",
                cure="Train it to its end, or finish it as it is.",
                reason="no-model-yet",
            )
        return run.model_file

    def check_resumable(self, name: str) -> None:
        """Raise TrainingError where a run cannot be resumed, MissingExtra without the train extra."""
        check_extra()
        run = self.run(name)
        if is_training(run.folder):
            raise TrainingError(
                f"The run {name}",
                "is being trained in",
                cure="Wait for it, or stop it.",
                reason="run-in-training",
            )
        if run.has_model and run.has_report:
            raise TrainingError(f"The run {name}", "has ended", cure="Start a new one.", reason="run-ended")
        if self.request(run) is None and not run.checkpoint_file.is_file():
            raise TrainingError(
                f"The run {name}",
                "kept nothing to go on with",
                cure="Start a new one.",
                reason="nothing-kept",
            )

    def rename(self, name: str, title: str) -> None:
        """Give a run a title; empty: its name. Raises UnknownRun, TrainingError."""
        run = self.run(name)
        try:
            write_whole(run.title_file, title.encode())
        except OSError as reason:
            raise cannot_write(run.folder, reason) from reason

    def delete(self, name: str) -> None:
        """Delete a run's folder. Raises TrainingError where it is being trained in, or holds no run."""
        run = self.run(name)
        if run.request_file.is_file() and not run.exists:
            shutil.rmtree(run.folder)
        else:
            run.delete()

    def _arguments(self, request: TrainingRequest, files: ExitStack) -> list[str]:
        """The command line of a run; `files` hold the models that it names."""
        given = ["--confined", f"--data={request.data}", f"--network={request.network}"]
        for option, number in (
            ("--epochs", request.epochs),
            ("--batch-size", request.batch_size),
            ("--side", request.side),
            ("--seed", request.seed),
        ):
            given += [f"{option}={number}"] if number is not None else []
        for option, text in (
            ("--from", self._model(request.start_from, files)),
            ("--teacher", self._model(request.teacher, files)),
            ("--name", request.name),
        ):
            given += [f"{option}={text}"] if text else []
        for name, value in request.changes.items():
            given += [f"--set={name}={json.dumps(value)}"]
        return given

    def _model(self, source: str, files: ExitStack) -> str:
        """The argument of `tenfold train` for a model. Raises TenfoldError where there is none."""
        if source in ("", *modelfile.BUNDLED):
            return source
        try:
            return str(files.enter_context(self._registry.local_copy(source)))
        except UnknownModel:
            return str(self.model(source))


def _check_data(source: str) -> None:
    """Raise TrainingError where the data to train on are not here."""
    if source != CIFAR10 and not Path(source).is_absolute():
        raise TrainingError(
            f"The data {source!r:.200}",
            "cannot be found this way",
            cure="Name cifar10, or the whole path of a folder or manifest on the server.",
            reason="no-such-data",
        )
    if source != CIFAR10 and not Path(source).exists():
        raise TrainingError(
            f"The data {source!r:.200}", "are not there", cure="Check the path.", reason="no-such-data"
        )


def _made(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        return False
    except OSError as reason:
        raise cannot_write(folder, reason) from reason
    return True
