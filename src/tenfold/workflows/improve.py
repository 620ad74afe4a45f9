"""The job "improve": trains on corrections and evaluates the new model beside the old. Makes none live.

In order: what people corrected is written as a dataset, beside pictures of the model's own data, so that it
does not forget; `tenfold train` continues from the live model; both models answer pictures that neither has
learned from; the new one is registered. Each is a step: whatever ends the process costs the one at hand.
"""

import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from tenfold.catalogue.edits.corrections import CorrectedEntries, CorrectedPicture
from tenfold.catalogue.entries.originals import Originals
from tenfold.datasets.dataset import Dataset
from tenfold.errors import DatasetError, MissingExtra, RegistryError, TenfoldError, UnknownImprovement
from tenfold.files import write_whole
from tenfold.inference import Classifier
from tenfold.jobs import CANCELLED, TRAINING, JobRow, Jobs, JobType, Shape, Stopped, Work
from tenfold.models.improvements import BETTER, FAILED, JUDGED, RUNNING, STOPPED, Improvements
from tenfold.models.registry import CORRECTIONS, INSISTED, WON, Registry
from tenfold.models.tables import Improvement, LiveChange
from tenfold.paths import Home
from tenfold.runs.run import Run
from tenfold.workflows.improvement_data import (
    LearningSet,
    Mixture,
    Writer,
    check_alone,
    check_classes,
    evenly,
    lessons,
)
from tenfold.workflows.improvement_evaluation import judge
from tenfold.workflows.improvement_folders import copies_of, kept_copies, remove_copies, run_of
from tenfold.workflows.improvement_recipe import EPOCHS, arguments, name_of
from tenfold.workflows.switch_model import ModelSwitch
from tenfold.workflows.training_data import TrainingData, TrainingDataSource
from tenfold.workflows.training_process import TrainingProcess, check_extra, tell
from tenfold.workflows.training_steps import STEPS

# Fewer corrected pictures than this teach nothing that could be measured.
LEAST = 10


class ImproveParams(Shape):
    """An improvement to try."""

    improvement: int = Field(description="Its number.")


class ImproveResult(Shape):
    """How an improvement came out."""

    improvement: int
    model: str = Field(description="The hash of the new model.")
    verdict: Literal["better", "worse", "no-difference"]
    sentence: str = Field(description="The verdict and the figures in English.")


IMPROVE = JobType("improve", TRAINING, ImproveParams, ImproveResult)


@dataclass(frozen=True)
class Readiness:
    """Whether an improvement can be started. reason, code: why not, in words and for programs; empty: it can.

    code: "too-few", "none-kept-back", "none-to-learn" or "missing-extra".
    counted: how many corrected pictures are of classes that can be learned; `least` of them are needed.
    per_class: corrected pictures of each class, "" for none of them; held_out: how many of all are kept back.
    own: the live model's own data, and why they cannot be used.
    """

    corrected: int
    counted: int
    held_out: int
    per_class: dict[str, int]
    base: str
    own: TrainingDataSource
    code: str
    reason: str
    least: int = LEAST

    @property
    def ready(self) -> bool:
        return not self.code


class Improve:
    """Improvements on the live model: whether one can start, starting one, the job itself, making one live.

    Args:
        load: makes a classifier of a model file.
        home: tenfold's folder.
        data_dir: where CIFAR-10 is.
        mixture: how corrected pictures and own data are mixed.
    """

    def __init__(
        self,
        improvements: Improvements,
        corrected: CorrectedEntries,
        originals: Originals,
        registry: Registry,
        switch: ModelSwitch,
        jobs: Jobs,
        own: TrainingData,
        load: Callable[[Path], Classifier],
        *,
        home: Home,
        data_dir: Path,
        mixture: Mixture | None = None,
    ) -> None:
        self.improvements, self._corrected, self._originals = improvements, corrected, originals
        self._registry, self._switch, self._jobs, self._own = registry, switch, jobs, own
        self._load, self._home, self._data_dir = load, home, data_dir
        self._mixture = mixture or Mixture()

    def readiness(self) -> Readiness:
        """How things stand now."""
        base = self._registry.live()
        found = self._corrected.read()
        labels = tuple(self._registry.get(base).classes)
        taught = lessons(found, labels, self._mixture.least_new)
        code, reason = _missing(taught) or _no_extra() or ("", "")
        return Readiness(
            corrected=len(found.pictures),
            counted=len(taught.pictures) + len(taught.held_out),
            held_out=len(found.held_out()),
            per_class={label: count.all for label, count in found.counts().items()},
            base=base,
            own=self._own.of(base),
            code=code,
            reason=reason,
        )

    def begin(
        self, *, with_own_data: bool = True, epochs: int | None = None, by: int
    ) -> tuple[Improvement, JobRow]:
        """Have an improvement on the live model tried.

        Raises:
            MissingExtra: training is not installed.
            RegistryError: there are too few corrections, or one is running.
            DatasetError: the model's own data are wanted and not there, or needed and not wanted.
        """
        check_extra()
        now = self.readiness()
        if not now.ready:
            raise RegistryError(
                "An improvement", "cannot start", received=now.reason, cure="Correct some more."
            )
        taught = lessons(
            self._corrected.read(), tuple(self._registry.get(now.base).classes), self._mixture.least_new
        )
        if with_own_data and now.own.problem:
            raise DatasetError(
                "The live model's own data",
                "cannot be used",
                received=now.own.problem,
                cure="Bring them back, or go on without them (tenfold improve --no-own-data): then every "
                "class needs corrected pictures.",
            )
        if not with_own_data:
            check_alone(taught)
        options = {
            "with_own_data": with_own_data,
            "epochs": epochs or EPOCHS,
            "own_source": now.own.source,
            "mixture": asdict(self._mixture),
        }
        name = self._registry.get(now.base).name
        job = self._jobs.submit_new(
            IMPROVE,
            lambda session, job_id: ImproveParams(
                improvement=self.improvements.begin(session, job_id, now.base, by, options).id
            ),
            title=f"Train {name} on {len(taught.pictures):,} corrected pictures",
            by=by,
            key=IMPROVE.kind,
        )
        if job is None:
            raise RegistryError(
                "The live model",
                "is being improved already",
                received=f"improvement {self.improvements.latest(1)[0].id}",
                cure="Wait for it, or cancel its job.",
            )
        return self.improvements.get(IMPROVE.params_of(job).improvement), job

    def make_live(self, improvement_id: int, *, insist: bool, by: int) -> LiveChange:
        """Answer with the improved model from now on.

        Raises:
            UnknownImprovement: there is none.
            RegistryError: it has no model, or has not won and nobody insists.
        """
        one = self.improvements.get(improvement_id)
        subject = f"The model of improvement {improvement_id}"
        if one.model_hash is None:
            raise RegistryError(subject, "does not exist", received=f"the improvement is {one.state}")
        if one.verdict != BETTER and not insist:
            raise RegistryError(
                subject, "did not win", received=f"{one.verdict}", cure="Insist to use it anyway."
            )
        if self._registry.live() not in (one.base_hash, one.model_hash) and not insist:
            raise RegistryError(
                subject,
                "won against a model that is not live any more",
                cure="Improve the live one, or insist to use it anyway.",
            )
        reason = WON if one.verdict == BETTER else INSISTED
        return self._switch.go_live(one.model_hash, by=by, reason=reason)

    def get(self, improvement_id: int) -> Improvement:
        """One of them, as it is now. Raises UnknownImprovement."""
        return self._settled(self.improvements.get(improvement_id))

    def latest(self, limit: int = 50, before: int | None = None) -> list[Improvement]:
        """The newest first, as they are now."""
        return [self._settled(one) for one in self.improvements.latest(limit, before)]

    def _settled(self, one: Improvement) -> Improvement:
        """As it is, also where its job ended without a word: cancelled while it waited, or by a fault."""
        if one.state != RUNNING or (outcome := self._jobs.outcome(one.job_id)) is None:
            return one
        now = self.improvements.get(one.id)  # its job may have written more before it ended
        if now.state != RUNNING:
            return now
        state, problem = outcome
        return self._ended(one.id, STOPPED if state == CANCELLED else FAILED, problem)

    def __call__(self, work: Work[ImproveParams]) -> ImproveResult:
        number = work.params.improvement
        try:
            return self._improve(work, self.improvements.get(number))
        except Stopped:
            if work.cancelled:
                self._ended(number, STOPPED)
            raise
        except TenfoldError as error:
            if not work.interrupted:  # else it runs again
                self._ended(number, FAILED, error.facts())
            raise

    def _ended(self, number: int, state: str, problem: dict[str, Any] | None = None) -> Improvement:
        """Record how it ended without a model. Copies of people's pictures go."""
        remove_copies(self._home, number)
        return self.improvements.change(number, state=state, problem=problem)

    def clean(self) -> None:
        """Remove the copies of people's pictures of improvements that do not run any more.

        Whoever ends one removes them; this is for those that ended by a fault of the program, or because
        their process was killed too often, or were cancelled while none ran.
        """
        for number in kept_copies(self._home):
            if not self._runs(number):
                remove_copies(self._home, number)

    def _runs(self, number: int) -> bool:
        with suppress(UnknownImprovement):
            return self.get(number).state == RUNNING
        return False

    def _improve(self, work: Work[ImproveParams], one: Improvement) -> ImproveResult:
        folder = copies_of(self._home, one.id)
        with self._registry.local_copy(one.base_hash) as base_path:
            return self._train(work, one, folder, base_path)

    def _train(
        self, work: Work[ImproveParams], one: Improvement, folder: Path, base_path: Path
    ) -> ImproveResult:
        work.progress(0, 0, STEPS["starting"])
        base = self._load(base_path)

        def report(done: int, total: int, message: str) -> None:
            if work.stopping:
                raise Stopped
            work.progress(done, total, message)

        counts = work.step("data", lambda: self._write(one, base, folder, report))
        run = Run(self._home.runs / run_of(one.id))
        self.improvements.change(one.id, counts=counts, run=run.name, state=RUNNING)
        process = TrainingProcess(run, home=self._home.folder, data_dir=self._data_dir)
        epochs, name = int(one.options["epochs"]), name_of(base.info, one.id)
        ended = process.run(
            arguments(
                base.info,
                base_path,
                folder,
                name=name,
                epochs=epochs,
                pictures=counts["own"] + counts["views"] * counts["repeats"],
                repeated=bool(counts["own"]),
            ),
            epochs=epochs,
            told=lambda done, total, stage: tell(work, done, total, stage),
            stopping=lambda: work.stopping,
            resuming=[f"--views={base.info.views}", f"--name={name}"],
        )
        if not ended:
            raise Stopped
        found = work.step("judge", lambda: self._judge(one, base, run.model_file, folder, report))
        model = self._registry.register(run.model_file, origin=CORRECTIONS, run=run.name, by=work.by)
        # The file tells of the few corrections kept back; beside other models stands what is measured alike.
        told_of = found["own_test"] and found["own_test"]["new"]
        self._registry.measured(
            model.hash, told_of and (told_of["accuracy"], told_of["low"], told_of["high"])
        )
        self.improvements.change(
            one.id, state=JUDGED, model_hash=model.hash, verdict=found["verdict"], comparison=found
        )
        remove_copies(self._home, one.id)
        return ImproveResult(
            improvement=one.id, model=model.hash, verdict=found["verdict"], sentence=found["sentence"]
        )

    def _write(
        self, one: Improvement, base: Classifier, folder: Path, report: Callable[[int, int, str], None]
    ) -> dict[str, Any]:
        """The dataset and what is to be judged by, as they are at this moment; how many of each."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        found = self._corrected.read()
        taught = lessons(found, base.info.labels, self._mixture.least_new)
        own = self._open_own(one, base, report)
        check_classes(taught, own)
        writer = Writer(
            folder,
            base,
            self._originals.read,
            self._mixture,
            lambda d, t: report(d, t, STEPS["writing-pictures"]),
        )
        written = writer.write(taught, own)
        kept = {"held_out": taught.held_out, "none": tuple(found.none_of_these())}
        plain = {name: [[p.hash, p.label] for p in pictures] for name, pictures in kept.items()}
        write_whole(folder / "judged.json", json.dumps(plain).encode())
        return {
            "pictures": len(taught.pictures),
            "views": written.views,
            "repeats": written.repeats,
            "own": written.own,
            "held_out": len(taught.held_out),
            "new_classes": list(taught.new),
            "left_out": dict(taught.left_out),
            "none_of_these": taught.none,
            "contradicted": found.contradicted,
            "unread": written.unread,
        }

    def _judge(
        self,
        one: Improvement,
        base: Classifier,
        model: Path,
        folder: Path,
        report: Callable[[int, int, str], None],
    ) -> dict[str, Any]:
        plain = json.loads((folder / "judged.json").read_text(encoding="utf-8"))
        held_out, none = ([CorrectedPicture(*pair) for pair in plain[name]] for name in ("held_out", "none"))
        own = self._open_own(one, base, report)
        test = own.test.take(evenly(own.test, self._mixture.own_test)) if own else None
        return judge(base, self._load(model), held_out, none, self._originals.read, test, report)

    def _open_own(
        self, one: Improvement, base: Classifier, report: Callable[[int, int, str], None]
    ) -> Dataset | None:
        if not one.options["with_own_data"]:
            return None
        source = str(one.options["own_source"])
        return self._own.open(source, base.info, lambda d, t: report(d, t, STEPS["reading-own-pictures"]))


def _missing(taught: LearningSet) -> tuple[str, str] | None:
    """What an improvement still wants, for programs and in words; None where it wants nothing."""
    have = len(taught.pictures) + len(taught.held_out)
    if have < LEAST:
        return "too-few", f"{have} corrected pictures of classes that can be learned, and it takes {LEAST}"
    if not taught.held_out:
        words = "none of the corrected pictures fell to those kept back for judging (one in five does)"
        return "none-kept-back", words
    if not taught.pictures:
        return "none-to-learn", "all corrected pictures are kept back for judging, or are none of the classes"
    return None


def _no_extra() -> tuple[str, str] | None:
    try:
        check_extra()
    except MissingExtra as missing:
        return missing.code, str(missing)
    return None
