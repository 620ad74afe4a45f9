"""The threads in which a server does what would block its event loop, a bounded pool for each kind of work.

Slow work of one kind (a disk that takes seconds for each write) then delays only that kind. Does not know
what it runs. The model has threads of its own.
"""

import asyncio
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
_KEEPING, _READING, _ANSWERING = 8, 8, 2


class Threads:
    """Pools for keeping (disk writes), painting (decoding to show), reading (database and small files),
    answering (serialising large answers) and loading (model files, one at a time: each is read whole).

    Args:
        painting: pictures decoded at the same time.
    """

    def __init__(self, painting: int) -> None:
        self._keeping = ThreadPoolExecutor(_KEEPING, "tenfold-keep")
        self._painting = ThreadPoolExecutor(painting, "tenfold-paint")
        self._reading = ThreadPoolExecutor(_READING, "tenfold-read")
        self._answering = ThreadPoolExecutor(_ANSWERING, "tenfold-answer")
        self._loading = ThreadPoolExecutor(1, "tenfold-load")

    async def keep(self, do: Callable[P, T], *args: P.args, **more: P.kwargs) -> T:
        return await _run(self._keeping, functools.partial(do, *args, **more))

    async def paint(self, do: Callable[P, T], *args: P.args, **more: P.kwargs) -> T:
        return await _run(self._painting, functools.partial(do, *args, **more))

    async def read(self, do: Callable[P, T], *args: P.args, **more: P.kwargs) -> T:
        return await _run(self._reading, functools.partial(do, *args, **more))

    async def answer(self, do: Callable[P, T], *args: P.args, **more: P.kwargs) -> T:
        return await _run(self._answering, functools.partial(do, *args, **more))

    async def load(self, do: Callable[P, T], *args: P.args, **more: P.kwargs) -> T:
        return await _run(self._loading, functools.partial(do, *args, **more))

    def close(self) -> None:
        """Takes nothing new. Does not wait for what runs."""
        for pool in (self._keeping, self._painting, self._reading, self._answering, self._loading):
            pool.shutdown(wait=False, cancel_futures=True)


async def _run(pool: ThreadPoolExecutor, do: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(pool, do)
