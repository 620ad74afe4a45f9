"""Writes the trail in its own thread. Rows that could not be written are kept and tried again."""

import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from tenfold.errors import LineError
from tenfold.line.parts import Event, FaultBegan, FaultEnded, Recorded
from tenfold.line.trail.trail import Trail, TrailEntry

_AGAIN_SECONDS = 0.2
# How many rows may wait while the disk takes none; nothing passes meanwhile.
_MOST_WAITING = 100_000


class TrailRecorder:
    """A queue before a trail. tell: told Recorded for each part on the disk, and the fault "trail"."""

    def __init__(self, trail: Trail, tell: Callable[[Event], None]) -> None:
        self._trail, self._tell = trail, tell
        self._waiting: queue.Queue[TrailEntry | None] = queue.Queue(_MOST_WAITING)
        self._given_up = threading.Event()
        self._failing = False
        self._thread = threading.Thread(target=self._run, name="tenfold-trail", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def put(self, entry: TrailEntry) -> None:
        """Have a row written. Raises queue.Full where too many wait."""
        self._waiting.put_nowait(entry)

    def finish(self, seconds: float = 5.0) -> None:
        """Write what waits, for `seconds` at most, and end."""
        with suppress(queue.Full):
            self._waiting.put(None, timeout=seconds)
        self._thread.join(seconds)
        self._given_up.set()
        self._thread.join(seconds)

    def _run(self) -> None:
        more = True
        while more:
            entries, more = self._next()
            while entries and not self._written(entries):
                if self._given_up.wait(_AGAIN_SECONDS):
                    return

    def _next(self) -> tuple[list[TrailEntry], bool]:
        """All that waits, once something does; and whether more is to come."""
        found: list[TrailEntry] = []
        entry = self._waiting.get()
        while entry is not None:
            found.append(entry)
            try:
                entry = self._waiting.get_nowait()
            except queue.Empty:
                return found, True
        return found, False

    def _written(self, entries: list[TrailEntry]) -> bool:
        try:
            self._trail.append(entries)
        except LineError:
            self._failing = True
            self._tell(FaultBegan("trail", time.monotonic()))
            return False
        if self._failing:
            self._failing = False
            self._tell(FaultEnded("trail", time.monotonic()))
        for entry in entries:
            if entry.kind == "part" and entry.part is not None:
                self._tell(Recorded(entry.part, time.monotonic()))
        return True
