"""Improvements on the live model: whether one can start, starting one, how each stands, making one live.

An improvement is a training on corrections. The job does the work (job.py).
"""

from contextlib import suppress
from dataclasses import asdict

from tenfold.catalogue.edits.corrections import CorrectedEntries
from tenfold.errors import DatasetError, MissingExtra, RegistryError, UnknownImprovement, counted
from tenfold.jobs import CANCELLED, JobRow, Jobs
from tenfold.modelfile import ModelInfo
from tenfold.models.improvements import BETTER, FAILED, RUNNING, STOPPED, Improvements
from tenfold.models.registry import INSISTED, WON, Registry
from tenfold.models.tables import Improvement, LiveChange
from tenfold.paths import Home
from tenfold.workflows.improve.data import check_alone, lessons
from tenfold.workflows.improve.folders import kept_copies, remove_copies
from tenfold.workflows.improve.head import has_head, mixture
from tenfold.workflows.improve.job import IMPROVE, ImproveJob, ImproveParams
from tenfold.workflows.improve.readiness import Readiness, missing
from tenfold.workflows.improve.recipe import EPOCHS
from tenfold.workflows.switch_model import ModelSwitch
from tenfold.workflows.train.own_data import TrainingData
from tenfold.workflows.train.process import check_extra


class Improve:
    """Starts improvements, and says how they stand.

    Args:
        job: what does the work, and ends those whose job ended without a word.
        home: tenfold's folder.
    """

    def __init__(
        self,
        improvements: Improvements,
        corrected: CorrectedEntries,
        registry: Registry,
        switch: ModelSwitch,
        jobs: Jobs,
        own: TrainingData,
        job: ImproveJob,
        home: Home,
    ) -> None:
        self.improvements, self._corrected, self._registry = improvements, corrected, registry
        self._switch, self._jobs, self._own, self._job, self._home = switch, jobs, own, job, home

    def readiness(self) -> Readiness:
        """How things stand now."""
        base = self._registry.live()
        found = self._corrected.read()
        labels = tuple(self._registry.get(base).classes)
        info = self._registry.info(base)
        taught = lessons(found, labels, mixture(info).least_new)
        code, reason = missing(taught) or _no_extra(info) or ("", "")
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
            MissingExtra: the model has no head to refit, and training is not installed.
            RegistryError: there are too few corrections, or one is running.
            DatasetError: the model's own data are wanted and not there, or needed and not wanted.
        """
        now = self.readiness()
        info = self._registry.info(now.base)
        if not has_head(info):
            check_extra()
        if not now.ready:
            raise RegistryError(
                "An improvement",
                "cannot start",
                received=now.reason,
                cure="Correct some more.",
                reason="not-enough-corrections",
            )
        mix = mixture(info)
        taught = lessons(self._corrected.read(), tuple(self._registry.get(now.base).classes), mix.least_new)
        if with_own_data and now.own.problem:
            raise DatasetError(
                "The live model's own data",
                "cannot be used",
                received=now.own.problem,
                cure="Bring them back, or go on without them (tenfold improve --no-own-data): then every "
                "class needs corrected pictures.",
                reason="own-data-missing",
            )
        if not with_own_data:
            check_alone(taught)
        options = {
            "with_own_data": with_own_data,
            "epochs": epochs or EPOCHS,
            "own_source": now.own.source,
            "mixture": asdict(mix),
        }
        name = self._registry.get(now.base).name
        job = self._jobs.submit_new(
            IMPROVE,
            lambda session, job_id: ImproveParams(
                improvement=self.improvements.begin(session, job_id, now.base, by, options).id
            ),
            title=f"Train {name} on {counted(len(taught.pictures), 'corrected picture')}",
            by=by,
            key=IMPROVE.kind,
        )
        if job is None:
            raise RegistryError(
                "The live model",
                "is being improved already",
                received=f"improvement {self.improvements.latest(1)[0].id}",
                cure="Wait for it, or cancel its job.",
                reason="improving-already",
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
            raise RegistryError(
                subject, "does not exist", received=f"the improvement is {one.state}", reason="no-model-yet"
            )
        if one.verdict != BETTER and not insist:
            raise RegistryError(
                subject,
                "did not win",
                received=f"{one.verdict}",
                cure="Insist to use it anyway.",
                reason="did-not-win",
            )
        if self._registry.live() not in (one.base_hash, one.model_hash) and not insist:
            raise RegistryError(
                subject,
                "won against a model that is not live any more",
                cure="Improve the live one, or insist to use it anyway.",
                reason="base-not-live",
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
        return self._job.end(one.id, STOPPED if state == CANCELLED else FAILED, problem)

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


def _no_extra(base: ModelInfo) -> tuple[str, str] | None:
    """What is missing to train; a head is refitted without the train extra."""
    if has_head(base):
        return None
    try:
        check_extra()
    except MissingExtra as missing:
        return missing.code, str(missing)
    return None
