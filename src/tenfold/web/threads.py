"""Thread pools for work that would block the server's event loop, one for each kind of work.

Slow work of one kind (a disk that takes seconds for each write) then delays only that kind. The model has
threads of its own. Knows nothing of the work.
"""

import asyncio
import contextvars
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
_WRITING, _READING, _SERIALISING = 8, 8, 2


class ThreadPool:
    """A bounded pool of threads: `await pool(function, *args)` gives the function's result."""

    def __init__(self, threads: int, name: str) -> None:
        self._executor = ThreadPoolExecutor(threads, f"tenfold-{name}")

    async def __call__(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        # In its context the log finds which request it is for.
        call = functools.partial(contextvars.copy_context().run, function, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._executor, call)

    def close(self) -> None:
        """Accept no new work. Does not wait for running work."""
        self._executor.shutdown(wait=False, cancel_futures=True)


class Threads:
    """The pools of one server.

    Args:
        decoding: how many pictures are decoded at the same time.

    Attributes:
        write: disk writes.
        decode: decoding pictures to show them.
        read: database queries and small files.
        serialise: large answers as JSON.
        load: model files, one at a time, because each is read whole.
    """

    def __init__(self, decoding: int) -> None:
        self.write = ThreadPool(_WRITING, "write")
        self.decode = ThreadPool(decoding, "decode")
        self.read = ThreadPool(_READING, "read")
        self.serialise = ThreadPool(_SERIALISING, "serialise")
        self.load = ThreadPool(1, "load")

    def close(self) -> None:
        """Close every pool."""
        for pool in (self.write, self.decode, self.read, self.serialise, self.load):
            pool.close()
