"""Chromium for the tests, started once in each process that runs them. Knows no page and no server.

The start of Playwright's driver and of Chromium takes 3 s of a core; a visit takes 0.4 s.
"""

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from playwright.sync_api import Browser, expect, sync_playwright

PATIENCE = 60_000  # milliseconds; a loaded machine is no failure
FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
FAKE_CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]


class Chromium:
    """Playwright and the browsers that it starts.

    Args:
        path: the program, one without windows where there is one.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._playwright = sync_playwright().start()
        self._loop = asyncio.get_running_loop()
        self._shared: Browser | None = None
        expect.set_options(timeout=PATIENCE)
        _run_none()

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Playwright may be called in here, and nothing else may start an event loop in this thread."""
        asyncio._set_running_loop(self._loop)
        try:
            yield
        finally:
            _run_none()

    def launch(self, *flags: str) -> Browser:
        """One more Chromium."""
        # Chromium without windows asks nobody, and so refuses nothing.
        asks = any("permission" in flag for flag in flags)
        path = (shutil.which("chromium") if asks else None) or self._path
        return self._playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags])

    def shared(self) -> Browser:
        """The Chromium of all tests; its camera shows a test picture."""
        if self._shared is None or not self._shared.is_connected():
            self._shared = self.launch(*FAKE_CAMERA)
        return self._shared

    def close(self) -> None:
        with self.in_use(), ExitStack() as stack:
            stack.callback(self._playwright.stop)
            if self._shared is not None:
                self._shared.close()


def _run_none() -> None:
    """Between calls Playwright's loop waits in a greenlet of its own, and this thread says that it runs."""
    asyncio._set_running_loop(None)
