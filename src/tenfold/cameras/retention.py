"""Deletes events and clips by their age, by the room that they may take, and before the disk is full.

Clips of events go with their events; the events of clips that were deleted for their size stay. A clip counts
for each class of which an event is in it.
"""

import logging
import shutil
import threading
import time
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tenfold.cameras.cameras import Cameras
from tenfold.cameras.clips import Clips
from tenfold.cameras.events import CameraEvents
from tenfold.cameras.tables import CONTINUOUS, CameraRow, ClipRow
from tenfold.clock import ClockWatch
from tenfold.database import now
from tenfold.storage import BlobStore

log = logging.getLogger(__name__)

# A clip is written before its event is, or after: one without events is not deleted at once.
_SECONDS_WITHOUT_EVENTS = 600.0
_SECONDS_BETWEEN_RECONCILIATIONS = 3600.0
# If the clock jumps forward by more than this it may be wrong: nothing is deleted by age for a day.
_JUMP_SECONDS = 3600.0
_SECONDS_TO_SET_IT_RIGHT = 24 * 3600.0


class Retention:
    """Keeps what was seen and recorded within its limits.

    Args:
        crops: the store of the pictures of events.
        reserve: bytes of the disk that are kept free.
        forget: told the numbers of the catalogue's entries whose events were deleted.
        free: how many bytes are free where a folder is.

    Attributes:
        room: set while there is room for another clip.
    """

    def __init__(
        self,
        cameras: Cameras,
        events: CameraEvents,
        clips: Clips,
        crops: BlobStore,
        *,
        reserve: int,
        forget: Callable[[Collection[int]], object] = lambda entries: None,
        free: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
    ) -> None:
        self._cameras, self._events, self._clips, self._crops = cameras, events, clips, crops
        self._reserve, self._free, self._forget = reserve, free, forget
        self.room = threading.Event()
        self.room.set()
        self._reconciled_at: datetime | None = None
        self._clock = ClockWatch()
        self._by_age_from = 0.0  # by the monotonic clock

    def tidy(self) -> None:
        """Delete what is due now. Called often: between two calls the disk must not fill up."""
        cameras = self._cameras.all(removed=True)
        if not cameras:
            return
        self._watch_clock()
        for camera in cameras:
            if time.monotonic() >= self._by_age_from:
                self._by_age(camera)
            for label, most in camera.keep_bytes_of.items():
                self._by_size(camera, most, label)
            if camera.keep_bytes:
                self._by_size(camera, camera.keep_bytes)
        self._before_the_disk_is_full()
        due = now() - timedelta(seconds=_SECONDS_BETWEEN_RECONCILIATIONS)
        if self._clips.folder.is_dir() and (self._reconciled_at is None or self._reconciled_at < due):
            self._reconciled_at = now()
            found = self._clips.reconcile()
            if found.lost:
                log.warning("%d clips were gone from %s", found.lost, self._clips.folder)
            if found.unknown:
                words = "%d clips in %s are of no camera here; they take room until somebody deletes them"
                log.warning(words, found.unknown, self._clips.folder)

    def _watch_clock(self) -> None:
        step = self._clock.set_by()
        if step > _JUMP_SECONDS:
            self._by_age_from = time.monotonic() + _SECONDS_TO_SET_IT_RIGHT
            log.warning(
                "The clock went forward by %.0f s: for a day no clip and no event goes by its age", step
            )
        elif step < -_JUMP_SECONDS:
            self._by_age_from = 0.0

    def _by_age(self, camera: CameraRow) -> None:
        moment = now()
        cutoff = moment - timedelta(days=camera.keep_days)
        for label, days in camera.keep_days_of.items():
            self._delete_older(camera, moment - timedelta(days=days), label=label)
        self._delete_older(camera, cutoff, without=list(camera.keep_days_of))
        settled = moment - timedelta(seconds=_SECONDS_WITHOUT_EVENTS)
        while rows := self._clips.without_events(camera.id, settled):
            self._clips.delete(rows, "age")
        while rows := self._clips.oldest(camera_id=camera.id, kind=CONTINUOUS, before=cutoff):
            self._clips.delete(rows, "age")

    def _delete_older(self, camera: CameraRow, moment: datetime, **which: Any) -> None:
        while old := self._events.older(camera.id, moment, **which):
            for row in old:
                if row.crop:
                    self._crops.delete(row.crop)
            self._forget([row.entry_id for row in old if row.entry_id is not None])
            self._events.delete([row.id for row in old])

    def _by_size(self, camera: CameraRow, most: int, label: str | None = None) -> None:
        over = self._clips.used(camera.id, label) - most
        while over > 0 and (rows := self._clips.oldest(camera_id=camera.id, label=label)):
            over -= self._clips.delete(_enough(rows, over), "size")

    def _before_the_disk_is_full(self) -> None:
        if not self._clips.folder.is_dir():
            return
        while (missing := self._reserve - self._free(self._clips.folder)) > 0:
            rows = self._clips.oldest() if self._clips.local else []
            if not rows:
                self.room.clear()
                return
            self._clips.delete(_enough(rows, missing), "disk")
        self.room.set()


def _enough(rows: list[ClipRow], size: int) -> list[ClipRow]:
    """The first clips that together have at least `size` bytes, or all of them."""
    taken, found = 0, list[ClipRow]()
    for row in rows:
        if taken >= size:
            break
        found.append(row)
        taken += row.bytes
    return found
