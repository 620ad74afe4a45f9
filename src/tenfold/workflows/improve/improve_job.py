"""The job "improve": trains on corrections and evaluates the new model beside the old. Makes none live.

In order: corrected pictures are written as a dataset, together with the model's own data, so that it does not
forget; `tenfold train` continues from the live model; both models answer pictures that neither has learned
from; the new one is registered. Each is a step of the job: an interruption repeats only the present one.
"""

import json
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from tenfold.catalogue.edits.corrections import CorrectedEntries, CorrectedPicture
from tenfold.catalogue.entries.originals import Originals
from tenfold.datasets.dataset import Dataset
from tenfold.errors import TenfoldError
from tenfold.files import write_whole
from tenfold.inference import Classifier
from tenfold.jobs import TRAINING, JobType, Shape, Stopped, Work
from tenfold.models.improvements import EVALUATED, FAILED, RUNNING, STOPPED, Improvements
from tenfold.models.registry import CORRECTIONS, Registry
from tenfold.models.tables import Improvement
from tenfold.paths import Home
from tenfold.runs.run import Run
from tenfold.workflows.improve.data import MIXTURE, LessonWriter, check_classes, evenly, lessons
from tenfold.workflows.improve.evaluation import evaluate
from tenfold.workflows.improve.folders import copies_of, remove_copies, run_of
from tenfold.workflows.improve.recipe import arguments, name_of
from tenfold.workflows.steps import Step, go_on, report_step
from tenfold.workflows.train.own_data import TrainingData
from tenfold.workflows.train.process import TrainingProcess, tell


class ImproveParams(Shape):
    """An improvement to try."""

    improvement: int = Field(description="Its number.")


class ImproveResult(Shape):
    """How an improvement came out."""

    improvement: int
    model: str = Field(description="The hash of the new model.")
    verdict: Literal["better", "worse", "no-difference"]
    sentence: str = Field(description="The verdict and the figures in English.")


# The corrected pictures that are not learned from. An improvement that an earlier version began has them so.
_HELD_OUT = "judged.json"
IMPROVE = JobType("improve", TRAINING, ImproveParams, ImproveResult, lambda app: app.improve_job)


class ImproveJob:
    """Does the job "improve"."""

    def __init__(
        self,
        improvements: Improvements,
        corrected: CorrectedEntries,
        originals: Originals,
        registry: Registry,
        own: TrainingData,
        load: Callable[[Path], Classifier],
        home: Home,
        data_dir: Path,
    ) -> None:
        self._improvements, self._corrected, self._originals = improvements, corrected, originals
        self._registry, self._own, self._load = registry, own, load
        self._home, self._data_dir = home, data_dir

    def __call__(self, work: Work[ImproveParams]) -> ImproveResult:
        number = work.params.improvement
        try:
            return self._improve(work, self._improvements.get(number))
        except Stopped:
            if work.cancelled:
                self.end(number, STOPPED)
            raise
        except TenfoldError as error:
            if not work.interrupted:  # else it runs again
                self.end(number, FAILED, error.facts())
            raise

    def end(self, number: int, state: str, problem: dict[str, Any] | None = None) -> Improvement:
        """Record how it ended without a model, and delete the copies of people's pictures."""
        remove_copies(self._home, number)
        return self._improvements.set(number, state=state, problem=problem)

    def _improve(self, work: Work[ImproveParams], one: Improvement) -> ImproveResult:
        folder = copies_of(self._home, one.id)
        with self._registry.local_copy(one.base_hash) as base_path:
            return self._train(work, one, folder, base_path)

    def _train(
        self, work: Work[ImproveParams], one: Improvement, folder: Path, base_path: Path
    ) -> ImproveResult:
        report_step(work, 0, 0, "starting")
        base = self._load(base_path)

        report = partial(go_on, work)

        counts = work.step("data", lambda: self._write(one, base, folder, report))
        run = Run(self._home.runs / run_of(one.id))
        self._improvements.set(one.id, counts=counts, run=run.name, state=RUNNING)
        self._learn(work, one, base, base_path, counts)
        found = work.step("evaluate", lambda: self._evaluate(one, base, run.model_file, folder, report))
        model = self._registry.register(run.model_file, origin=CORRECTIONS, run=run.name, by=work.by)
        # The file has the figures of the few held-out corrections; for comparison with other models the usual
        # ones are used.
        told_of = found["own_test"] and found["own_test"]["new"]
        self._registry.measured(
            model.hash, told_of and (told_of["accuracy"], told_of["low"], told_of["high"])
        )
        self._improvements.set(
            one.id, state=EVALUATED, model_hash=model.hash, verdict=found["verdict"], comparison=found
        )
        remove_copies(self._home, one.id)
        return ImproveResult(
            improvement=one.id, model=model.hash, verdict=found["verdict"], sentence=found["sentence"]
        )

    def _learn(
        self,
        work: Work[ImproveParams],
        one: Improvement,
        base: Classifier,
        base_path: Path,
        counts: dict[str, Any],
    ) -> None:
        """Have the run's model file written. Raises Stopped where there was no time to."""
        run, folder = Run(self._home.runs / run_of(one.id)), copies_of(self._home, one.id)
        name = name_of(base.info, one.id)
        process = TrainingProcess(run, home=self._home.folder, data_dir=self._data_dir)
        epochs = int(one.options["epochs"])
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

    def _write(
        self, one: Improvement, base: Classifier, folder: Path, report: Callable[[int, int, Step], None]
    ) -> dict[str, Any]:
        """Write the dataset and the evaluation pictures as of now; returns how many of each."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        found = self._corrected.read()
        taught = lessons(found, base.info.labels, MIXTURE.least_new)
        own = self._open_own(one, base, report)
        check_classes(taught, own)
        writer = LessonWriter(
            folder,
            base,
            self._originals.read,
            MIXTURE,
            lambda d, t: report(d, t, "writing-pictures"),
        )
        written = writer.write(taught, own)
        kept = {"held_out": taught.held_out, "none": tuple(found.none_of_these())}
        plain = {name: [[p.hash, p.label] for p in pictures] for name, pictures in kept.items()}
        write_whole(folder / _HELD_OUT, json.dumps(plain).encode())
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

    def _evaluate(
        self,
        one: Improvement,
        base: Classifier,
        model: Path,
        folder: Path,
        report: Callable[[int, int, Step], None],
    ) -> dict[str, Any]:
        plain = json.loads((folder / _HELD_OUT).read_text(encoding="utf-8"))
        held_out, none = ([CorrectedPicture(*pair) for pair in plain[name]] for name in ("held_out", "none"))
        own = self._open_own(one, base, report)
        test = own.test.take(evenly(own.test, MIXTURE.own_test)) if own else None
        return evaluate(base, self._load(model), held_out, none, self._originals.read, test, report)

    def _open_own(
        self, one: Improvement, base: Classifier, report: Callable[[int, int, Step], None]
    ) -> Dataset | None:
        if not one.options["with_own_data"]:
            return None
        source = str(one.options["own_source"])
        return self._own.open(source, base.info, lambda d, t: report(d, t, "reading-own-pictures"))
