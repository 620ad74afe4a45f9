"""The model's answers for pictures that wait for them: the job "classify", and what `ingest` uses too.

Answers are written a batch at a time, so that a process that ends loses no more than one batch; entries
without an answer stay waiting and are found again. Any number of processes share the work: each claims a
batch under its worker's name, and the claims of a worker that died are released. Knows no folder or HTTP.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from types import MappingProxyType
from typing import TypeAlias

from pydantic import Field

from tenfold import images
from tenfold.catalogue.entries.originals import Originals
from tenfold.catalogue.entries.tables import SYSTEM
from tenfold.catalogue.ingest.ingest import Ingest, PendingEntry
from tenfold.catalogue.similar.perceptual_hash import perceptual_hash
from tenfold.errors import CatalogueError, PictureError
from tenfold.inference import Classifier
from tenfold.inference.classifier import Prepared
from tenfold.inference.server import Closed, ModelServer, Outcome, Priority
from tenfold.jobs import WORK, Jobs, JobType, Shape, Stopped, Work
from tenfold.predictions import Prediction
from tenfold.processes import WorkersStopped

# The batch size: entries that are claimed, classified and written together.
BATCH = 64
# Attempts for a picture that raises an unexpected error.
MOST_ATTEMPTS = 3
# Attempts for a picture during which the process died. That is seldom the picture's fault, which after the
# first time is decoded in a process of its own.
MOST_INTERRUPTIONS = 10
# How long a job stays when nothing waits: pictures come in many small uploads.
_LINGER_SECONDS = 3.0
_SECONDS_BETWEEN_CHECKS = 0.2
log = logging.getLogger(__name__)


class ClassifyParams(Shape):
    """No parameters: every entry that waits is classified."""


class ClassifyResult(Shape):
    """How many entries got an answer, and how many could not."""

    classified: int
    failed: int = Field(description="Entries whose picture is damaged.")


CLASSIFY = JobType(
    "classify", WORK, ClassifyParams, ClassifyResult, lambda app: app.classify_pending, alone=True
)


# What the model said about a picture, or why it could say nothing.
Answer: TypeAlias = Prediction | PictureError
_NONE: Mapping[str, bytes] = MappingProxyType({})


@dataclass(frozen=True, eq=False)
class Answering:
    """Entries that the model server answers.

    Attributes:
        model: that answers all of them.
        futures: of the entries, in their order; fewer where the server was closed meanwhile.
        perceptual_hashes: of those that were read, by entry id.
    """

    model: Classifier
    waiting: Sequence[PendingEntry]
    futures: list["Future[Prediction]"]
    perceptual_hashes: dict[int, int]


class ClassifyPending:
    """Does the job "classify": answers everything that waits.

    Args:
        server: answers; each batch is answered by the model that is live when it begins.
        jobs: has the names of the workers that live, this process's among them.
        embedding_of: the model whose embeddings a model has, both by their hashes.

    Attributes:
        claiming: held while this worker takes entries, until `begin` has them.
    """

    def __init__(
        self,
        ingest: Ingest,
        originals: Originals,
        server: ModelServer,
        jobs: Jobs,
        embedding_of: Callable[[str], str] = lambda model: model,
    ) -> None:
        self._ingest, self._originals, self._server, self._jobs = ingest, originals, server, jobs
        self._embedding_of = embedding_of
        # Two jobs of one process have one worker, and must not answer the same pictures.
        self.claiming = threading.RLock()
        self._held = set[int]()

    @property
    def worker(self) -> str:
        """The name under which this process claims entries."""
        return self._jobs.me

    def __call__(self, work: Work[ClassifyParams]) -> ClassifyResult:
        done, failed, idle_since = 0, 0, time.monotonic()
        while True:
            work.go_on()
            answered = self.answer()
            if answered:
                done, failed = done + len(answered), failed + sum(not fine for fine in answered.values())
                work.progress(done, done + (BATCH if len(answered) == BATCH else 0))
                idle_since = time.monotonic()
            elif time.monotonic() - idle_since > _LINGER_SECONDS:
                return ClassifyResult(classified=done - failed, failed=failed)
            else:
                time.sleep(_SECONDS_BETWEEN_CHECKS)

    def answer(self, among: Sequence[int] | None = None) -> dict[int, bool]:
        """Classify one batch of waiting entries.

        A picture that was being answered when the process ended is tried again alone, and decoded in a child
        process; it is set aside where that ends too.

        Args:
            among: only these entries.

        Returns:
            The entries that got an answer, and whether it was one: False where the picture is damaged, or was
            set aside. Empty where nothing waits.

        Raises:
            Stopped: this process stops; no attempt is counted for what has no answer by then.
        """
        answers: dict[int, Answer] = {}
        while not answers:
            with self.claiming:
                waiting = self._claim(among)
                if not waiting:
                    break
                answering = self.begin(waiting)
            answers = self.end(answering)
        return {entry: not isinstance(said, PictureError) for entry, said in answers.items()}

    def begin(self, waiting: Sequence[PendingEntry], contents: Mapping[str, bytes] = _NONE) -> Answering:
        """Have the model server answer entries that this worker holds; returns at once.

        Args:
            contents: of some of the pictures, by their hashes; others are read from the store.

        Raises:
            Stopped: this process stops.
        """
        model, perceptual_hashes = self._server.model, dict[int, int]()
        answering = Answering(model, waiting, [], perceptual_hashes)
        with self.claiming:
            self._held.update(one.entry for one in waiting)
        try:
            for one in waiting:
                read = partial(self._read, one, perceptual_hashes, contents.get(one.hash))
                answering.futures.append(self._server.submit(read, priority=Priority.CATALOGUE, model=model))
        except Closed:
            self.end(answering)
        return answering

    def end(self, answering: Answering, *, cut_short: bool = False) -> dict[int, Answer]:
        """Wait for answers and write them; an entry that is to be tried again has none.

        Args:
            cut_short: take what there is; other entries wait again, and no attempt is counted for them.

        Raises:
            Stopped: this process stops.
        """
        if cut_short:
            for future in answering.futures:
                future.cancel()
        answers, stopped = dict[int, Answer](), []
        try:
            for one, future in zip_longest(answering.waiting, answering.futures):
                outcome = None if future is None else _outcome(future)
                if outcome is None:
                    stopped.append(one.entry)
                elif (answer := _answer(one, outcome)) is not None:
                    answers[one.entry] = answer
            if answers:
                self._ingest.take_answers(
                    list(answers.items()),
                    answering.model.sha256,
                    threshold=answering.model.info.threshold,
                    perceptual_hashes=answering.perceptual_hashes,
                    embedding=self._embedding_of(answering.model.sha256),
                )
            if stopped:
                self._ingest.put_back(stopped)
        finally:
            with self.claiming:
                self._held.difference_update(one.entry for one in answering.waiting)
        if stopped and not cut_short:
            raise Stopped
        return answers

    def _claim(self, among: Sequence[int] | None) -> list[PendingEntry]:
        return self._ingest.begin(
            BATCH, among, worker=self.worker, living=self._jobs.workers(), besides=self._held
        )

    def _read(
        self,
        one: PendingEntry,
        perceptual_hashes: dict[int, int],
        content: bytes | None,
        model: Classifier,
    ) -> Prepared:
        """One picture read and cut, and its perceptual hash. In one of several threads."""
        if one.attempts > MOST_INTERRUPTIONS:
            raise _given_up(one, "each time the process ended")
        try:
            content = self._originals.read(one.hash) if content is None else content
        except CatalogueError as reason:
            raise PictureError(
                one.name,
                "cannot be read from the store",
                received=str(reason),
                cure=reason.cure,
                reason="original-missing",
            ) from reason
        needed = images.needed(model.info.input_size)
        again = one.attempts > 1
        read = images.load(content, name=one.name, limits=self._ingest.limits, needed=needed, isolated=again)
        perceptual_hashes[one.entry] = perceptual_hash(read.pixels)
        return model.prepare(read.pixels, name=one.name)


def _outcome(future: "Future[Prediction]") -> Outcome | None:
    """What came of a picture; None: it was not tried, because this process stops."""
    try:
        return future.result()
    except (CancelledError, Closed, WorkersStopped):
        return None
    except Exception as reason:  # noqa: BLE001 - the caller says what becomes of it
        return reason


def _answer(one: PendingEntry, outcome: Outcome) -> Answer | None:
    """The answer for an entry; None: it is tried again."""
    if isinstance(outcome, Prediction | PictureError):
        return outcome
    log.error("%s could not be classified (attempt %d)", one.name, one.attempts, exc_info=outcome)
    if one.attempts < MOST_ATTEMPTS:
        return None
    return _given_up(one, type(outcome).__name__)


def _given_up(one: PendingEntry, received: str) -> PictureError:
    return PictureError(
        one.name,
        f"could not be classified in {one.attempts} attempts",
        received=received,
        cure="Add it again to try it again; the log says what went wrong.",
        reason="gave-up",
    )


def wake(jobs: Jobs, ingest: Ingest) -> None:
    """Start jobs that classify all waiting entries: one for each worker, at most one for each batch.

    A job that is about to end may be counted as running: callers that add pictures call this again after a
    while.
    """
    workers = len({jobs.me, *jobs.workers()})
    batches = -(-ingest.waits(BATCH * workers) // BATCH)
    for number in range(batches):
        key = f"{CLASSIFY.kind} {number}"
        jobs.submit(CLASSIFY, ClassifyParams(), title="Classify new pictures", by=SYSTEM, key=key)
