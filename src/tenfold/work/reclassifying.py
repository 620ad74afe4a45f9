"""The job "reclassify": another model asked about all entries, and its answers taken over when told to.

Params are `reclassification`, its number, and `apply` where its answers are to be taken over.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from tenfold.catalogue.reclassification import FAILED, READY, RUNNING, Asked, Reclassifications
from tenfold.catalogue.store import Store
from tenfold.catalogue.tables import Reclassification
from tenfold.errors import CatalogueError, PictureError, TenfoldError
from tenfold.inference import Classifier
from tenfold.inference.classifier import Prepared
from tenfold.inference.server import ModelServer, Priority
from tenfold.jobs import JobRow, Jobs, Stopped, Work
from tenfold.registry.models import Registry

KIND = "reclassify"
# Entries whose answers are kept together; whatever ends the work costs no more than one lot.
LOT = 64


class Reclassifying:
    """Asks a registered model about every entry, and takes its answers over when told to.

    Args:
        server: lends its threads to the model that is asked.
        load: makes a classifier of a model file.
    """

    def __init__(
        self,
        found: Reclassifications,
        store: Store,
        registry: Registry,
        jobs: Jobs,
        server: ModelServer,
        load: Callable[[Path], Classifier],
    ) -> None:
        self.found, self._store, self._registry, self._jobs = found, store, registry, jobs
        self._server, self._load = server, load

    def begin(self, model_hash: str, *, by: int) -> tuple[Reclassification, JobRow]:
        """Have a model asked about every entry.

        Raises:
            UnknownModel: there is none with this hash.
            CatalogueError: another reclassification is at work.
        """
        model = self._registry.get(model_hash)
        for other in self.found.latest():
            if other.state == RUNNING and other.job_id and self._jobs.get(other.job_id).ended_at is None:
                raise CatalogueError(
                    "The catalogue",
                    "is being reclassified already",
                    received=f"reclassification {other.id}",
                    cure="Wait for it, or cancel its job.",
                )
        one = self.found.begin(model_hash, by)
        return self._submitted(one, f"Reclassify with {model.name}", {"reclassification": one.id}, by)

    def apply(self, number: int, *, by: int) -> tuple[Reclassification, JobRow]:
        """Have a model's answers taken over. Raises CatalogueError where they are not all there."""
        one = self.found.start_applying(number, by=by)
        params = {"reclassification": number, "apply": True}
        return self._submitted(one, f"Take over reclassification {number}", params, by)

    def discard(self, number: int) -> None:
        """Throw answers away, and end the work on them. Raises CatalogueError where they were taken over."""
        one = self.found.get(number)
        self.found.discard(number)
        if one.job_id is not None and one.state == RUNNING:
            self._jobs.cancel(one.job_id)

    def __call__(self, work: Work) -> dict[str, Any]:
        number = int(work.params["reclassification"])
        if work.params.get("apply"):
            return self._apply(work, number)
        try:
            return self._ask(work, number)
        except TenfoldError:
            self.found.change(number, state=FAILED)
            raise

    def _submitted(
        self, one: Reclassification, title: str, params: dict[str, Any], by: int
    ) -> tuple[Reclassification, JobRow]:
        job = self._jobs.submit(KIND, params, title=title, by=by, key=f"{KIND} {params}")
        return self.found.change(one.id, job_id=job.id), job

    def _ask(self, work: Work, number: int) -> dict[str, Any]:
        one = self.found.get(number)
        classifier = self._load(self._registry.path(one.model_hash))
        total, after, failed = self.found.total(), 0, 0
        while some := self.found.todo(number, LOT, after):
            if work.stopping:
                if work.cancelled:
                    self.found.change(number, state=FAILED)
                raise Stopped
            reads = [partial(self._read, asked) for asked in some]
            said = self._server.answer_each(reads, priority=Priority.CATALOGUE, model=classifier)
            answers = [
                (asked.entry, answer)
                for asked, answer in zip(some, said, strict=True)
                if not isinstance(answer, Exception)
            ]
            self.found.propose(number, answers)
            failed, after = failed + len(some) - len(answers), some[-1].entry
            work.progress(self.found.get(number).count + failed, total, "asking the other model")
        one = self.found.change(number, state=READY)
        return {"reclassification": number, "count": one.count, "changed": one.changed, "unread": failed}

    def _read(self, one: Asked, classifier: Classifier) -> Prepared:
        """One picture read and cut. In one of several threads."""
        try:
            content = self._store.read(one.hash)
        except CatalogueError as reason:
            raise PictureError(one.name, "cannot be read from the store", received=str(reason)) from reason
        return classifier.prepare(content, name=one.name)

    def _apply(self, work: Work, number: int) -> dict[str, Any]:
        classifier = self._load(self._registry.path(self.found.get(number).model_hash))

        def told(done: int, total: int) -> None:
            work.progress(done, total, "taking over what the other model said")
            # Half taken over is no end: it goes on at the next start, and is not cancelled.
            if work.stopping and not work.cancelled and done < total:
                raise Stopped

        action = self.found.apply(number, threshold=classifier.info.threshold, progress=told)
        return {"reclassification": number, "action": action.id, "count": action.count}
