"""The model server: one queue of pictures for all callers, and a thread for each core.

Each thread takes the most urgent picture, reads it and runs the network on it, together with as many of those
that wait behind it as fill one run: pictures are only batched while all threads are busy, and nothing ever
waits for a batch to fill. Knows no HTTP, no catalogue, and not which model is the live one.
"""

import asyncio
import heapq
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import count
from typing import TYPE_CHECKING, TypeAlias

from tenfold.predictions import Prediction

if TYPE_CHECKING:
    from tenfold.inference.classifier import Classifier, Prepared

# The largest run in network inputs: larger ones gain hardly any speed, and delay others.
_ENOUGH_INPUTS = 12
# How long `close` waits for threads; one that hangs in a decoder is left behind.
_CLOSING_SECONDS = 5.0


class Priority(IntEnum):
    """The order in which pictures are answered."""

    LINE = 0
    HTTP = 1
    CAMERA = 2
    CATALOGUE = 3


class Closed(Exception):
    """The server was closed."""


class DeadlinePassed(Exception):
    """The picture's deadline passed before its turn came."""


# Reads one picture for a model, in one of the server's threads. May raise PictureError.
Read: TypeAlias = "Callable[[Classifier], Prepared]"
# A prediction, or why there is none: a PictureError where the picture is at fault, else what went wrong.
Outcome: TypeAlias = Prediction | Exception
Observe: TypeAlias = "Callable[[Classifier, Sequence[Prediction]], None]"


@dataclass(order=True)
class _Task:
    """A picture that waits. Ordered by priority, then by deadline, then by who came first."""

    priority: Priority
    deadline: float
    number: int
    model: "Classifier" = field(compare=False)
    read: "Read | None" = field(compare=False)
    observed: bool = field(compare=False)
    future: "Future[Prediction]" = field(compare=False, default_factory=Future)

    @property
    def kind(self) -> "tuple[Priority, Classifier, bool]":
        """The key of tasks that can share one run."""
        return self.priority, self.model, self.observed

    def forget(self, future: "Future[Prediction]") -> None:
        """The caller is gone, or has its answer: release the picture."""
        self.read = None


class ModelServer:
    """Answers pictures with a model that may be exchanged while it works. Safe in many threads.

    Callers that need several answers of one model read `model` once and pass it each time. A context manager;
    leaving it closes it.

    Args:
        model: answers to begin with.
        threads: how many pictures are worked on at the same time; 0 is one for each core.
        batch: the most pictures in one run of the network.
        observe: told of each run: the model, and its answers.
    """

    def __init__(
        self, model: "Classifier", *, threads: int = 0, batch: int = 16, observe: "Observe | None" = None
    ) -> None:
        self.workers = threads or os.cpu_count() or 1
        self.batch = batch
        self._model, self._observe = model, observe
        self._waiting: list[_Task] = []
        self._numbers = count()
        self._changed = threading.Condition()
        self._closed = False
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> "ModelServer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def model(self) -> "Classifier":
        """The one that answers now."""
        return self._model

    @property
    def running(self) -> bool:
        """Whether it takes pictures."""
        return not self._closed and all(thread.is_alive() for thread in self._threads)

    @property
    def waiting(self) -> int:
        """How many pictures wait for their turn."""
        return len(self._waiting)

    def swap(self, model: "Classifier") -> None:
        """Use another model from now on; the old one still answers what is queued."""
        self._model = model

    def submit(
        self,
        read: "Read",
        *,
        priority: Priority = Priority.CATALOGUE,
        deadline: float | None = None,
        model: "Classifier | None" = None,
        observed: bool = True,
    ) -> "Future[Prediction]":
        """Have a picture answered. A future that is cancelled before its turn costs nothing more.

        Args:
            deadline: seconds of `time.monotonic`; after it the outcome is DeadlinePassed.
            model: answers instead of the one that is live now.
            observed: whether `observe` is told of the answer: False for a picture that nobody took.

        Raises:
            Closed: the server was closed.
        """
        due = float("inf") if deadline is None else deadline
        with self._changed:
            if self._closed:
                raise Closed
            task = _Task(priority, due, next(self._numbers), model or self._model, read, observed)
            heapq.heappush(self._waiting, task)
            if len(self._threads) < self.workers:
                self._start()
            self._changed.notify()
        task.future.add_done_callback(task.forget)
        return task.future

    async def answer(
        self,
        read: "Read",
        *,
        priority: Priority = Priority.HTTP,
        deadline: float | None = None,
        model: "Classifier | None" = None,
        observed: bool = True,
    ) -> Prediction:
        """As `submit`, for a coroutine; cancelling it takes the picture off the queue."""
        asked = self.submit(read, priority=priority, deadline=deadline, model=model, observed=observed)
        return await asyncio.wrap_future(asked)

    def answer_each(
        self,
        reads: "Iterable[Read]",
        *,
        priority: Priority = Priority.CATALOGUE,
        model: "Classifier | None" = None,
    ) -> Iterator[Outcome]:
        """An outcome for each picture, in order; two batches at most are taken ahead. Raises Closed."""
        remaining, ahead = iter(reads), deque["Future[Prediction]"]()
        try:
            while True:
                while len(ahead) < 2 * self.batch and (read := next(remaining, None)) is not None:
                    ahead.append(self.submit(read, priority=priority, model=model))
                if not ahead:
                    return
                yield _outcome(ahead.popleft())
        finally:
            for future in ahead:
                future.cancel()

    def close(self) -> None:
        """Refuse what is queued and finish what is running. Never waits for a thread that hangs."""
        with self._changed:
            self._closed = True
            waiting, self._waiting = self._waiting, []
            self._changed.notify_all()
        for task in waiting:
            if task.future.set_running_or_notify_cancel():
                task.future.set_exception(Closed())
        end = time.monotonic() + _CLOSING_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))

    def _start(self) -> None:
        # Daemons: a thread that hangs must not keep the process from ending.
        name = f"tenfold-model-{len(self._threads) + 1}"
        thread = threading.Thread(target=self._work, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)  # once it runs: Ctrl-C may come in between, and `close` waits for these

    def _work(self) -> None:
        while (first := self._next()) is not None:
            self._serve(*first)
            del first  # a picture's bytes must not outlive its answer

    def _next(self) -> tuple[_Task, int] | None:
        """The most urgent task, and how many a run may take now; None once closed."""
        with self._changed:
            while not self._waiting:
                if self._closed:
                    return None
                self._changed.wait()
            # What waits is shared out, so that no thread idles while another has several.
            share = -(-len(self._waiting) // self.workers)
            return heapq.heappop(self._waiting), min(share, self.batch)

    def _beside(self, first: _Task) -> _Task | None:
        """The next task, if it is of the same kind as the first of a run."""
        with self._changed:
            following = self._waiting[0] if self._waiting else None
            if following is None or following.kind != first.kind:
                return None
            return heapq.heappop(self._waiting)

    def _serve(self, first: _Task, most: int) -> None:
        """One run: pictures are read until there are enough of them, and then answered together."""
        tasks, prepared = list[_Task](), list["Prepared"]()
        task: _Task | None = first
        while task is not None:
            most -= 1
            if (ready := _read(task)) is not None:
                tasks.append(task)
                prepared.append(ready)
            enough = most <= 0 or sum(len(one.pixels) for one in prepared) >= _ENOUGH_INPUTS
            task = None if enough else self._beside(first)
        if tasks:
            self._run(first.model, tasks, prepared)

    def _run(self, model: "Classifier", tasks: list[_Task], prepared: "list[Prepared]") -> None:
        """Answer prepared pictures; where a run fails, each alone, so that one does not fail the others."""
        try:
            answers = model.run(prepared)
            if len(answers) != len(tasks):
                raise RuntimeError(f"the network gave {len(answers)} answers for {len(tasks)} pictures")
        except Exception as reason:  # noqa: BLE001 - the caller gets it
            if len(tasks) == 1:
                tasks[0].future.set_exception(reason)
                return
            for task, one in zip(tasks, prepared, strict=True):
                self._run(model, [task], [one])
            return
        if self._observe is not None and tasks[0].observed:
            self._observe(model, answers)
        for task, answer in zip(tasks, answers, strict=True):
            task.future.set_result(answer)


def _read(task: _Task) -> "Prepared | None":
    """A task's picture; None where it was answered otherwise, or its caller is gone."""
    read, task.read = task.read, None
    if not task.future.set_running_or_notify_cancel() or read is None:
        return None
    if task.deadline < time.monotonic():
        task.future.set_exception(DeadlinePassed())
        return None
    try:
        return read(task.model)
    except Exception as reason:  # noqa: BLE001 - the caller gets it
        task.future.set_exception(reason)
        return None


def _outcome(future: "Future[Prediction]") -> Outcome:
    error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, Closed) or not isinstance(error, Exception):
        raise error
    return error
