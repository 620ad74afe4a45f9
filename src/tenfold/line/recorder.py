"""Writes the trail in a thread of its own. What could not be written is kept and tried again."""

import queue
import threading
import time
from collections.abc import Callable

from tenfold.errors import LineError
from tenfold.line.parts import Event, FaultBegan, FaultEnded, Recorded
from tenfold.line.trail import Entry, Trail

_AGAIN_SECONDS = 0.2
# So many rows may wait for a disk that takes none; nothing passes meanwhile.
_MOST_WAITING = 100_000


class Recorder:
    """A queue before a trail.

    Args:
        tell: called with Recorded for each part whose verdict is on the disk, and with the fault "trail".
    """

    def __init__(self, trail: Trail, tell: Callable[[Event], None]) -> None:
        self._trail, self._tell = trail, tell
        self._waiting: queue.Queue[Entry | None] = queue.Queue(_MOST_WAITING)
        self._ended = threading.Event()

    def put(self, entry: Entry) -> None:
        """Have a row written. Raises queue.Full where too many wait."""
        self._waiting.put_nowait(entry)

    def run(self) -> None:
        """Write rows, all that wait at once, until `finish`."""
        open_, failing = True, False
        while open_:
            entries: list[Entry] = []
            first = self._waiting.get()
            while first is not None:
                entries.append(first)
                try:
                    first = self._waiting.get_nowait()
                except queue.Empty:
                    break
            open_ = first is not None
            while entries:
                try:
                    self._trail.append(entries)
                except LineError:
                    failing = True
                    self._tell(FaultBegan("trail", time.monotonic()))
                    if self._ended.wait(_AGAIN_SECONDS):
                        return
                    continue
                if failing:
                    failing = False
                    self._tell(FaultEnded("trail", time.monotonic()))
                for entry in entries:
                    if entry.kind == "part" and entry.part is not None:
                        self._tell(Recorded(entry.part, time.monotonic()))
                break

    def finish(self, thread: threading.Thread, seconds: float = 5.0) -> None:
        """Write what waits and end the thread of `run`."""
        self._waiting.put(None)
        thread.join(seconds)
        self._ended.set()
        thread.join(seconds)
