"""Which clips of one camera are written: around events, or all the time. Writes none itself.

Called from two threads: the one that sees events, and the camera's, which passes orders to the decoder and
its reports back.
"""

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tenfold.cameras.clips.clips import Clips
from tenfold.cameras.clips.keeper import ClipKeeper
from tenfold.cameras.decoder.process import ClipReport
from tenfold.cameras.tables import CONTINUOUS, EVENTS, WHOLE, CameraRow
from tenfold.database.faults import AnyDatabaseError, trouble
from tenfold.errors import CameraError, TenfoldError

log = logging.getLogger(__name__)

# The longest clip of events, and the length of the clips of a continuous recording, in seconds.
LONGEST_SECONDS = 600.0
CONTINUOUS_SECONDS = 300.0
# Seconds from the beginning of an event until it is recognised.
SECONDS_TO_SEE = 5.0


@dataclass
class _Writing:
    """A clip that is written. until: when it ends, in Unix time."""

    clip: int
    start: float
    until: float


class ClipRecorder:
    """Has the clips of one camera written. room: whether there is room for another clip."""

    def __init__(self, camera: CameraRow, clips: Clips, room: threading.Event) -> None:
        self._camera, self._clips, self._room = camera, clips, room
        self.past = 0.0 if camera.recording == CONTINUOUS else camera.before + SECONDS_TO_SEE
        self.problem: TenfoldError | None = None
        self._lock = threading.Lock()
        self._orders: list[Mapping[str, Any]] = []
        self._events: _Writing | None = None
        self._all: _Writing | None = None
        self._before: _Writing | None = None  # the one before `_all`
        self._keeper = ClipKeeper(camera.id, clips, written=self._written, failed=self._failed)
        self.lost()  # what was written before this process

    def event_began(self, start: float, *, asked: bool = False) -> int | None:
        """A clip for an event that began at a Unix time; its number, or None where none is written.

        Args:
            asked: a rule asks for it, where the camera records nothing otherwise.
        """
        if self._camera.recording == CONTINUOUS:
            with self._lock:
                held = next(
                    (one for one in (self._all, self._before) if one and one.start <= start), self._all
                )
            return held.clip if held else None
        if self._camera.recording != EVENTS and not asked:
            return None
        with self._lock:
            since = start - self._camera.before
            # One whose time is over may be closed by now, though that was not reported yet.
            if self._events is None or self._events.until < max(start, time.time()):
                self._events = self._begin(EVENTS, since, since + LONGEST_SECONDS)
            elif self._events.until < self._events.start + LONGEST_SECONDS:
                self._end_at(self._events, self._events.start + LONGEST_SECONDS)
            return self._events.clip if self._events else None

    def events_ended(self, end: float) -> None:
        """Nothing moves any more since a Unix time."""
        with self._lock:
            if self._events:
                self._end_at(self._events, min(end + self._camera.after, self._events.until))

    def tend(self, moment: float) -> None:
        """Where all is recorded: begin the next clip where it is time to. Called each second or so."""
        self._keeper.keep()
        if self._camera.recording != CONTINUOUS:
            return
        with self._lock:
            if self._all is None or moment >= self._all.start + CONTINUOUS_SECONDS:
                self._before, self._all = self._all, None
                if self._before:
                    self._end_at(self._before, moment)
                self._all = self._begin(CONTINUOUS, moment, moment + 2 * CONTINUOUS_SECONDS)

    def orders(self) -> list[Mapping[str, Any]]:
        with self._lock:
            orders, self._orders = self._orders, []
        return orders

    def told(self, report: ClipReport) -> None:
        values: dict[str, Any] = {"bytes": report.bytes}
        if report.start is not None:
            values["started_at"] = datetime.fromtimestamp(report.start, UTC)
        if report.end is not None:
            values["ended_at"] = datetime.fromtimestamp(report.end, UTC)
        if report.state == "failed":
            log.warning("A clip of the camera %s failed: %s", self._camera.name, report.problem)
            self.problem = CameraError(
                f"A clip of the camera {self._camera.name}",
                "could not be written",
                received=report.problem,
                cure="Recording goes on with the next clip.",
                reason=report.reason or "clip-failed",
            )
        ended = report.state in ("whole", "failed")
        if ended:
            values["state"] = WHOLE
        elif report.bytes:
            self.problem = None
        nothing = report.state == "failed" and not report.bytes
        try:
            # Before it is no longer written: a clip that is neither is ended as one left behind.
            self._keeper.report(report.clip, None if nothing else values)
        finally:
            if ended:
                self._ended(report.clip)
            if report.cut and report.end is not None:
                self._go_on(report.clip, report.end)

    def _ended(self, clip: int) -> None:
        with self._lock:
            if self._events and self._events.clip == clip:
                self._events = None
            if self._all and self._all.clip == clip:
                self._all = None

    def _go_on(self, clip: int, since: float) -> None:
        """Begin another clip in place of one that ended too soon."""
        with self._lock:
            if self._events and self._events.clip == clip:
                self._events = self._begin(EVENTS, since, self._events.until)
            if self._all and self._all.clip == clip:
                self._before, self._all = self._all, self._begin(CONTINUOUS, since, self._all.until)

    def lost(self) -> None:
        with self._lock:
            self._events = self._all = self._before = None
            self._orders.clear()
        self._keeper.writer_ended()

    def finish(self, stop: threading.Event) -> None:
        self._keeper.finish(stop)

    def _written(self) -> set[int]:
        with self._lock:
            return {one.clip for one in (self._events, self._all, self._before) if one}

    def _failed(self, error: CameraError | AnyDatabaseError) -> None:
        """Note why nothing can be kept now; raises errors of the program."""
        known = error if isinstance(error, CameraError) else trouble(error)
        if known is None:
            raise error
        self.problem = known

    def _begin(self, kind: str, since: float, until: float) -> _Writing | None:
        if not self._room.is_set():
            self.problem = CameraError(
                "The disk with the clips",
                "is nearly full, and nothing is left that may be deleted",
                cure="Free some space there.",
                reason="clips-no-room",
            )
            return None
        try:
            row = self._clips.begin(self._camera.id, kind, datetime.fromtimestamp(since, UTC))
        except (CameraError, AnyDatabaseError) as error:
            self._failed(error)
            return None
        file = str(self._clips.written_to(row))
        self._orders.append({"clip": row.id, "file": file, "since": since, "until": until})
        return _Writing(row.id, since, until)

    def _end_at(self, writing: _Writing, until: float) -> None:
        writing.until = until
        self._orders.append({"clip": writing.clip, "until": until})
