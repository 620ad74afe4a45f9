"""An asyncio server in a thread of its own. Knows no protocol."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeAlias

# Serves until the event is set. Calls its first argument once it listens; the words that it returns say why
# it ended.
Serve: TypeAlias = Callable[[Callable[[], None], asyncio.Event], Awaitable[str]]


class ServerThread:
    """Runs a server until `close`.

    Args:
        name: of the thread.
        faults: errors that end it, and become `error`.

    Attributes:
        error: why it does not serve; empty while it does.
    """

    def __init__(self, name: str, serve: Serve, faults: tuple[type[Exception], ...]) -> None:
        self._serve, self._faults = serve, faults
        self._loop, self._stop, self._started = asyncio.new_event_loop(), asyncio.Event(), threading.Event()
        self.error = "it did not start"
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def start(self, seconds: float) -> str:
        """Begin, and wait until it listens; why it does not, "": it does."""
        self._thread.start()
        self._started.wait(seconds)
        return self.error

    def call(self, function: Callable[..., object], *arguments: Any) -> None:
        """Call a function in the thread, unless it has ended."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(function, *arguments)

    def close(self, seconds: float) -> None:
        """End it, and wait for that for `seconds` at most."""
        self.call(self._stop.set)
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
                self.error = runner.run(self._until_stopped())
        except self._faults as error:
            self.error = str(error)
        finally:
            self._started.set()

    async def _until_stopped(self) -> str:
        return await self._serve(self._listens, self._stop)

    def _listens(self) -> None:
        self.error = ""
        self._started.set()
