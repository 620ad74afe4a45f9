"""The job "reclassify": runs another model on all entries; a second job applies its answers.

Where the two models differ only by a correction of the head, the answer is computed from the stored one, and
the picture is not read again.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from pydantic import Field

from tenfold.catalogue.edits.reclassification import (
    APPLYING,
    FAILED,
    READY,
    RUNNING,
    EntryToClassify,
    Reclassifications,
)
from tenfold.catalogue.entries.originals import Originals
from tenfold.catalogue.entries.tables import Reclassification
from tenfold.catalogue.similar.stored_answers import StoredAnswers
from tenfold.database import Session
from tenfold.errors import CatalogueError, PictureError, TenfoldError
from tenfold.inference import Classifier
from tenfold.inference.classifier import Prepared
from tenfold.inference.server import ModelServer, Outcome, Priority
from tenfold.jobs import WORK, JobRow, Jobs, JobType, Shape, Stopped, Work
from tenfold.modelfile import ModelInfo
from tenfold.models.registry import Registry
from tenfold.predictions import Prediction
from tenfold.workflows.corrected_models import CorrectedModels
from tenfold.workflows.steps import report_step

# Entries whose answers are written together; an interruption costs at most one batch.
BATCH = 64
# As many where no picture has to be read.
STORED_BATCH = 1024
# The state that an unfinished one gets once its job has ended: an interrupted application can be repeated.
_UNFINISHED = {RUNNING: FAILED, APPLYING: READY}


class ReclassifyParams(Shape):
    """A reclassification to ask the other model for, or to apply."""

    reclassification: int = Field(description="Its number.")
    apply: bool = Field(default=False, description="Apply its answers.")


class ReclassifyResult(Shape):
    """What a model answered, or how many entries were changed."""

    reclassification: int
    count: int = Field(description="Entries that it answered for, or that changed.")
    changed: int = Field(default=0, description="Entries that would get another class.")
    unread: int = Field(default=0, description="Entries whose picture cannot be read.")
    action: int | None = Field(default=None, description="The action that applied the answers.")


# An application that has started is completed: half of it must not remain.
RECLASSIFY = JobType(
    "reclassify",
    WORK,
    ReclassifyParams,
    ReclassifyResult,
    lambda app: app.reclassify,
    steps={
        "asking-other-model": "asking the other model",
        "taking-over": "taking over what the other model said",
    },
    handles_cancel=True,
)


class Reclassify:
    """Runs a registered model on every entry, and applies its answers on request."""

    def __init__(
        self,
        found: Reclassifications,
        originals: Originals,
        registry: Registry,
        jobs: Jobs,
        server: ModelServer,
        load: Callable[[Path], Classifier],
        stored: StoredAnswers,
        models: CorrectedModels,
    ) -> None:
        self.found, self._originals, self._registry, self._jobs = found, originals, registry, jobs
        self._server, self._load = server, load
        self._stored, self._models = stored, models

    def begin(self, model_hash: str, *, by: int) -> tuple[Reclassification, JobRow]:
        """Start to run a model on every entry.

        Raises:
            UnknownModel: there is none with this hash.
            CatalogueError: another reclassification is running.
        """
        model = self._registry.get(model_hash)
        job = self._jobs.submit_new(
            RECLASSIFY,
            lambda session, job_id: ReclassifyParams(
                reclassification=self.found.begin(session, job_id, model_hash, by).id
            ),
            title=f"Reclassify with {model.name}",
            by=by,
            key=RECLASSIFY.kind,
        )
        if job is None:
            raise CatalogueError(
                "The catalogue",
                "is being reclassified already",
                cure="Wait for it, or cancel its job.",
                reason="reclassifying-already",
            )
        return self.found.get(RECLASSIFY.params_of(job).reclassification), job

    def apply(self, number: int, *, by: int) -> tuple[Reclassification, JobRow]:
        """Start to apply a model's answers. Raises CatalogueError where they are not all there."""

        def started(session: Session, job_id: str) -> ReclassifyParams:
            self.found.start_applying(session, job_id, number, by=by)
            return ReclassifyParams(reclassification=number, apply=True)

        job = self._jobs.submit_new(
            RECLASSIFY,
            started,
            title=f"Take over reclassification {number}",
            by=by,
            key=f"{RECLASSIFY.kind} apply {number}",
        )
        one = self.found.get(number)
        return one, job or self._jobs.get(one.job_id or "")

    def get(self, number: int) -> Reclassification:
        """One of them, as it is now. Raises NotInCatalogue."""
        return self._settled(self.found.get(number))

    def latest(self, limit: int = 50) -> list[Reclassification]:
        """The newest first, as they are now, without discarded ones."""
        return [self._settled(one) for one in self.found.latest(limit)]

    def discard(self, number: int) -> None:
        """Discard answers, and cancel the job. Raises CatalogueError where they were applied."""
        one = self.found.get(number)
        self.found.discard(number)
        if one.job_id is not None and one.state == RUNNING:
            self._jobs.cancel(one.job_id)

    def __call__(self, work: Work[ReclassifyParams]) -> ReclassifyResult:
        number = work.params.reclassification
        if work.params.apply:
            return self._apply(work, number)
        try:
            return self._ask(work, number)
        except TenfoldError:
            self.found.set(number, state=FAILED)
            raise

    def _settled(self, one: Reclassification) -> Reclassification:
        """As it is, also where its job ended without a word: cancelled while it waited, or by a fault."""
        if one.state not in _UNFINISHED or self._jobs.outcome(one.job_id) is None:
            return one
        now = self.found.get(one.id)  # its job may have written more before it ended
        if (now.state, now.job_id) != (one.state, one.job_id):
            return now
        return self.found.set(one.id, state=_UNFINISHED[one.state])

    def _ask(self, work: Work[ReclassifyParams], number: int) -> ReclassifyResult:
        model = self.found.get(number).model_hash
        info, classifier = self._registry.info(model), None
        total, after, failed, batch = self.found.total(), 0, 0, STORED_BATCH
        while some := self.found.todo(number, batch, after):
            if work.stopping:
                if work.cancelled:
                    self.found.set(number, state=FAILED)
                raise Stopped
            known = self._by_stored(some, model, info)
            batch = STORED_BATCH if len(known) == len(some) else BATCH
            some = some[:batch]
            unknown = [asked for asked in some if asked.entry not in known]
            read: dict[int, Outcome] = {}
            if unknown:
                classifier = classifier or self._loaded(model)
                reads = [partial(self._read, asked) for asked in unknown]
                said = self._server.answer_each(reads, priority=Priority.CATALOGUE, model=classifier)
                read = {asked.entry: answer for asked, answer in zip(unknown, said, strict=True)}
            answers = [
                (asked.entry, answer)
                for asked in some
                if not isinstance(answer := known.get(asked.entry) or read[asked.entry], Exception)
            ]
            self.found.propose(number, answers)
            failed, after = failed + len(some) - len(answers), some[-1].entry
            report_step(work, self.found.get(number).count + failed, total, "asking-other-model")
        one = self.found.set(number, state=READY)
        return ReclassifyResult(reclassification=number, count=one.count, changed=one.changed, unread=failed)

    def _loaded(self, model: str) -> Classifier:
        with self._registry.local_copy(model) as path:
            return self._load(path)

    def _by_stored(
        self, some: Sequence[EntryToClassify], wanted: str, info: ModelInfo
    ) -> dict[int, Prediction]:
        """The model's answers for entries, computed from stored answers; entries without one are left out."""
        base = self._models.base(wanted)
        siblings = self._models.siblings(base)
        if len(siblings) == 1 or not self._models.shows_once(info):
            return {}
        stored = self._stored.of_entries([asked.entry for asked in some], base, siblings)
        said = self._models.predictions(list(stored.values()), info, wanted)
        return dict(zip(stored, said, strict=True))

    def _read(self, one: EntryToClassify, classifier: Classifier) -> Prepared:
        """One picture read and cut. In one of several threads."""
        try:
            content = self._originals.read(one.hash)
        except CatalogueError as reason:
            raise PictureError(one.name, "cannot be read from the store", received=str(reason)) from reason
        return classifier.prepare(content, name=one.name)

    def _apply(self, work: Work[ReclassifyParams], number: int) -> ReclassifyResult:
        model = self.found.get(number).model_hash

        def report(done: int, total: int) -> None:
            report_step(work, done, total, "taking-over")
            # Half of it must not remain: it continues at the next start, and cannot be cancelled.
            if done < total and work.interrupted:
                raise Stopped

        action = self.found.apply(
            number,
            threshold=self._registry.info(model).threshold,
            embedding=self._models.base(model),
            progress=report,
        )
        return ReclassifyResult(reclassification=number, action=action.id, count=action.count)
