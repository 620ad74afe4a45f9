"""Many requests' pictures through one network at a time, off the event loop.

Pictures are decoded in a thread pool; the network runs in one thread, on as many pictures as are ready. An
idle server never waits: the first picture runs alone, and those which come meanwhile form the next batch.
Knows nothing of HTTP.
"""

import asyncio
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import TypeVar

from tenfold.inference.classifier import Prepared
from tenfold.predictions import Prediction

Run = Callable[[Sequence[Prepared]], list[Prediction]]
T = TypeVar("T")
_Waiting = tuple[Prepared, asyncio.Future[Prediction]]


class Closed(Exception):
    """The batcher was not started, or was stopped."""


class Batcher:
    """Shares a network between concurrent callers. Used as an async context manager; leaving it answers
    what is waiting and takes nothing new.

    Args:
        run: the network; one call for many prepared pictures, an answer for each.
        size: the most pictures in one run.
        wait: the most seconds that a run which is not full waits for pictures being prepared at that moment.
        workers: threads that prepare; 0 means one for each core.
    """

    def __init__(self, run: Run, *, size: int, wait: float, workers: int = 0) -> None:
        self.workers = workers or os.cpu_count() or 1
        self._run, self._size, self._wait = run, size, wait
        self._preparing = 0
        self._waiting: asyncio.Queue[_Waiting | None] = asyncio.Queue()  # None: nothing comes after
        self._preparers = ThreadPoolExecutor(self.workers, "tenfold-prepare")
        self._runner = ThreadPoolExecutor(1, "tenfold-run")
        self._task: asyncio.Task[None] | None = None
        self._closed = True

    @property
    def running(self) -> bool:
        return not self._closed and self._task is not None and not self._task.done()

    async def __aenter__(self) -> "Batcher":
        self._task, self._closed = asyncio.create_task(self._serve()), False
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._task is not None
        self._closed = True
        self._waiting.put_nowait(None)
        await self._task
        self._preparers.shutdown(cancel_futures=True)
        self._runner.shutdown()

    async def prepare(self, job: Callable[[], T]) -> T:
        """What `job` returns, done in the thread pool for decoding."""
        if not self.running:
            raise Closed
        self._preparing += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._preparers, job)
        finally:
            self._preparing -= 1

    async def run(self, prepared: Prepared) -> Prediction:
        """The network's answer for one picture."""
        if not self.running:
            raise Closed
        future: asyncio.Future[Prediction] = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait((prepared, future))
        return await future

    async def _serve(self) -> None:
        last = False
        while not last:
            batch, last = await self._gather()
            wanted = [one for one in batch if not one[1].done()]  # done: the caller has gone
            if wanted:
                await self._answer(wanted)

    async def _gather(self) -> tuple[list[_Waiting], bool]:
        """The next batch, and whether it is the last."""
        batch: list[_Waiting] = []
        until = 0.0
        while len(batch) < self._size:
            if not batch or not self._waiting.empty():
                one = await self._waiting.get()
            elif not self._preparing:
                break
            else:
                until = until or asyncio.get_running_loop().time() + self._wait
                try:
                    async with asyncio.timeout_at(until):
                        one = await self._waiting.get()
                except TimeoutError:
                    break
            if one is None:
                return batch, True
            batch.append(one)
        return batch, False

    async def _answer(self, batch: list[_Waiting]) -> None:
        pictures = [prepared for prepared, _ in batch]
        run = asyncio.get_running_loop().run_in_executor(self._runner, self._run, pictures)
        [outcome] = await asyncio.gather(run, return_exceptions=True)
        if not isinstance(outcome, BaseException):
            for (_, future), prediction in zip(batch, outcome, strict=True):
                if not future.done():
                    future.set_result(prediction)
        elif len(batch) > 1:  # one bad picture must not fail the others
            for one in batch:
                await self._answer([one])
        elif not batch[0][1].done():
            batch[0][1].set_exception(outcome)
