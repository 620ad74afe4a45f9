"""Keeps what a camera's decoder reports of its clips: stores them, writes their rows, makes them seekable.

In a thread of its own, which lives while there is something to do: a store or a database that is slow delays
no picture. Decides nothing about which clips are written.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Collection
from typing import Any

from tenfold.cameras.clips.clips import Clips
from tenfold.cameras.decoder.finishing import finish
from tenfold.cameras.tables import WHOLE, ClipRow
from tenfold.database.faults import AnyDatabaseError
from tenfold.errors import CameraError

# Seconds until a clip is tried again that could not be made seekable.
_AGAIN_SECONDS = 1.0


class ClipKeeper:
    """Keeps the clips of one camera.

    Args:
        written: the numbers of the clips that are written at this moment.
        failed: told why nothing can be kept now; raises what is a fault of the program.
    """

    def __init__(
        self,
        camera_id: int,
        clips: Clips,
        *,
        written: Callable[[], Collection[int]],
        failed: Callable[[CameraError | AnyDatabaseError], None],
    ) -> None:
        self._camera_id, self._clips, self._written, self._failed = camera_id, clips, written, failed
        self._lock = threading.Lock()
        # Reports that are not in the database yet; None: nothing was written.
        self._reports: dict[int, dict[str, Any] | None] = {}
        self._search = False  # for unfinished clips
        self._cut: deque[ClipRow] = deque()  # clips whose writer ended before they were made seekable
        self._finish: threading.Event | None = None  # those are to be made seekable, until it is set
        self._finish_from = 0.0  # by the monotonic clock
        self._due = self._busy = False
        self._fault: BaseException | None = None

    def report(self, clip: int, values: dict[str, Any] | None) -> None:
        """Have what is known of a clip kept; None: nothing was written, and its row goes."""
        with self._lock:
            self._reports[clip] = None if values is None else (self._reports.get(clip) or {}) | values
        self.keep()

    def writer_ended(self) -> None:
        """Have clips ended where they are that nobody writes any more."""
        self._search = True
        self.keep()

    def finish(self, stop: threading.Event) -> None:
        """Make those seekable that are not yet, one after the other, until `stop` is set."""
        self._finish = stop
        self.keep()

    def keep(self) -> None:
        """Have kept what is not yet; called again and again, as a store or a database may be away.

        Raises:
            Exception: a fault of the program that ended the thread.
        """
        with self._lock:
            fault, self._fault = self._fault, None
            self._due = True
            if not self._busy:
                self._busy = True
                threading.Thread(target=self._run, name="tenfold-clips", daemon=True).start()
        if fault:
            raise fault

    def _run(self) -> None:
        try:
            while self._anything_due():
                try:
                    self._keep_all()
                except (CameraError, AnyDatabaseError) as error:
                    self._failed(error)
        except BaseException as fault:  # noqa: BLE001 - raised where it is noticed, by `keep`
            self._fault, self._busy = fault, False

    def _anything_due(self) -> bool:
        with self._lock:
            self._busy, self._due = self._due, False
            return self._busy

    def _keep_all(self) -> None:
        while waiting := list(self._reports.items()):
            for clip, values in waiting:
                self._keep_report(clip, values)
        if self._search:
            self._end_unfinished()
        if self._finish and time.monotonic() >= self._finish_from:
            stop, self._finish = self._finish, None
            self._make_seekable(stop)

    def _keep_report(self, clip: int, values: dict[str, Any] | None) -> None:
        if values is None:
            self._clips.forget(clip)
        elif values.get("state") == WHOLE:
            self._clips.store(clip, **values)
        else:
            self._clips.change(clip, **values)
        with self._lock:
            if self._reports[clip] is values:  # nothing further was reported meanwhile
                del self._reports[clip]

    def _end_unfinished(self) -> None:
        self._search = False
        try:
            rows = self._clips.unfinished(self._camera_id)
            # After the rows: one that is begun meanwhile is in neither, or in both.
            written = {*self._written(), *self._reports}
            for row in rows:
                if row.id not in written:
                    self._clips.store(row.id)
                    self._cut.append(row)
        except (CameraError, AnyDatabaseError):
            self._search = True
            raise

    def _make_seekable(self, stop: threading.Event) -> None:
        for _ in range(len(self._cut)):
            if stop.is_set():
                return
            row = self._cut.popleft()
            try:
                size = self._clips.rewrite(row, lambda clip, other: finish(clip, other, stop))
            except FileNotFoundError:
                continue  # it is deleted
            except OSError:  # such as a full disk
                self._cut.append(row)
                self._finish, self._finish_from = stop, time.monotonic() + _AGAIN_SECONDS
                continue
            self.report(row.id, {"bytes": size})
