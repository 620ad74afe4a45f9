"""Improvements on the live model: whether one can start, starting one, how each stands, making one live.

An improvement is a head refitted on corrections (refit.py), in seconds, or a training on them (job.py).
"""

from contextlib import suppress
from dataclasses import asdict
from typing import Any

from tenfold.catalogue.edits.corrections import CorrectedEntries, Corrections
from tenfold.errors import (
    DatasetError,
    MissingExtra,
    ModelFileError,
    RegistryError,
    TrainingError,
    UnknownImprovement,
    counted,
)
from tenfold.jobs import CANCELLED, JobRow, Jobs
from tenfold.modelfile import ModelInfo
from tenfold.models.improvements import BETTER, FAILED, RUNNING, STOPPED, Improvements
from tenfold.models.registry import INSISTED, WON, Registry
from tenfold.models.tables import Improvement, LiveChange
from tenfold.paths import Home
from tenfold.workflows.corrected_models import CorrectedModels
from tenfold.workflows.improve.data import MIXTURE, check_alone, lessons
from tenfold.workflows.improve.folders import kept_copies, remove_copies
from tenfold.workflows.improve.improve_job import IMPROVE, ImproveJob, ImproveParams
from tenfold.workflows.improve.readiness import ImprovementReadiness, missing, too_few
from tenfold.workflows.improve.recipe import EPOCHS
from tenfold.workflows.improve.refit_job import REFIT
from tenfold.workflows.switch_model import ModelSwitch
from tenfold.workflows.train.own_data import TrainingData
from tenfold.workflows.train.process import check_extra

# A refit learns no class that the model does not know, however many pictures there are of it.
_NEVER = 1_000_000


class Improve:
    """Starts improvements, and reports their state."""

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
        models: CorrectedModels,
    ) -> None:
        self.improvements, self._corrected, self._registry = improvements, corrected, registry
        self._switch, self._jobs, self._own, self._job, self._home = switch, jobs, own, job, home
        self._models = models

    def readiness(self) -> ImprovementReadiness:
        """Whether an improvement can be started now."""
        return self._readiness(self._corrected.read())

    def _readiness(self, found: Corrections) -> ImprovementReadiness:
        base = self._registry.live()
        info = self._registry.info(base)
        taught = lessons(found, info.labels, MIXTURE.least_new)
        code, reason = _frozen(info) or missing(taught) or _no_extra() or ("", "")
        known = lessons(found, info.labels, _NEVER)
        quick_code, quick_reason = self._no_head(base) or too_few(known) or ("", "")
        own = self._own.of(base)
        return ImprovementReadiness(
            corrected=len(found.pictures),
            counted=len(taught.pictures) + len(taught.held_out),
            held_out=len(found.held_out()),
            per_class={label: count.all for label, count in found.counts().items()},
            base=base,
            own=own,
            code=code,
            reason=reason,
            quick_code=quick_code,
            quick_reason=quick_reason,
            sampled=self._models.has_sample(self._models.base(base)) or not own.problem,
        )

    def begin(
        self, *, deep: bool = False, with_own_data: bool = True, epochs: int | None = None, by: int
    ) -> tuple[Improvement, JobRow]:
        """Start an improvement on the live model.

        Args:
            deep: train the network, in place of refitting its head.
            with_own_data: learn from the model's own data too.
            epochs: of a training; None: as many as usual.

        Raises:
            MissingExtra: it is to be trained, and training is not installed.
            TrainingError: it is to be trained, and its backbone cannot be.
            ModelFileError: its head is to be refitted, and it has none that can be.
            RegistryError: there are too few corrections, or one is running.
            DatasetError: the model's own data are wanted and not there, or needed and not wanted.
        """
        found = self._corrected.read()
        now = self._readiness(found)
        info = self._registry.info(now.base)
        if deep:
            _check_trainable(info)
            check_extra()
        elif now.quick_code == "no-head":
            self._models.novelty(self._models.base(now.base))  # raises, with the cure
        code, reason = (now.code, now.reason) if deep else (now.quick_code, now.quick_reason)
        if code:
            raise RegistryError(
                "An improvement",
                "cannot start",
                received=reason,
                cure="Correct some more.",
                reason="not-enough-corrections",
            )
        taught = lessons(found, info.labels, MIXTURE.least_new if deep else _NEVER)
        if with_own_data and now.own.problem and (deep or not now.sampled):
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
            "epochs": (epochs or EPOCHS) if deep else 0,
            "own_source": now.own.source,
            "quick": not deep,
        }
        if deep:
            options |= {"mixture": asdict(MIXTURE), "learned": [one.hash for one in taught.pictures]}
        return self._submitted(now.base, deep, len(taught.pictures), options, by)

    def _submitted(
        self, base: str, deep: bool, pictures: int, options: dict[str, Any], by: int
    ) -> tuple[Improvement, JobRow]:
        kind = IMPROVE if deep else REFIT
        what = "Train" if deep else "Refit"
        job = self._jobs.submit_new(
            kind,
            lambda session, job_id: ImproveParams(
                improvement=self.improvements.begin(session, job_id, base, by, options).id
            ),
            title=f"{what} {self._registry.get(base).name} on {counted(pictures, 'corrected picture')}",
            by=by,
            key=kind.kind,
        )
        if job is None:
            raise RegistryError(
                "The live model",
                "is being improved already",
                received=f"improvement {self.improvements.latest(1)[0].id}",
                cure="Wait for it, or cancel its job.",
                reason="improving-already",
            )
        return self.improvements.get(kind.params_of(job).improvement), job

    def _no_head(self, key: str) -> tuple[str, str] | None:
        """Why the head of a model cannot be refitted; None where it can."""
        try:
            self._models.novelty(self._models.base(key))
        except ModelFileError as reason:
            return "no-head", str(reason)
        return None

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
        """Its state, also where its job ended silently: cancelled while it waited, or by a fault."""
        if one.state != RUNNING or (outcome := self._jobs.outcome(one.job_id)) is None:
            return one
        now = self.improvements.get(one.id)  # its job may have written more before it ended
        if now.state != RUNNING:
            return now
        state, problem = outcome
        return self._job.end(one.id, STOPPED if state == CANCELLED else FAILED, problem)

    def clean(self) -> None:
        """Remove the copies of people's pictures of improvements that do not run any more.

        An improvement that ends removes its own; this is for those that ended by a fault of the program, or
        because their process was killed too often, or were cancelled while they waited.
        """
        for number in kept_copies(self._home):
            if not self._runs(number):
                remove_copies(self._home, number)

    def _runs(self, number: int) -> bool:
        with suppress(UnknownImprovement):
            return self.get(number).state == RUNNING
        return False


def _frozen(info: ModelInfo) -> tuple[str, str] | None:
    """Why a network cannot be trained further; None where it can."""
    try:
        _check_trainable(info)
    except TrainingError as reason:
        return "frozen", str(reason)
    return None


def _check_trainable(info: ModelInfo) -> None:
    """Raise TrainingError where a model's backbone stays as it is, as its file says."""
    if isinstance(info.network.get("head"), dict):
        raise TrainingError(
            f"The model {info.name}",
            "cannot be trained further",
            received="its backbone stays as it is",
            cure="Refit its head (tenfold improve), or train a model of your own on exported pictures "
            "(tenfold catalogue export, tenfold train).",
        )


def _no_extra() -> tuple[str, str] | None:
    """What is missing to train."""
    try:
        check_extra()
    except MissingExtra as missing:
        return missing.code, str(missing)
    return None
