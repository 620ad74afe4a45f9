"""The service that watches the cameras of the tables: starts, changes and stops one for each row.

Several processes may share the cameras of one database: each is watched by one of them, and taken over when
that one has died. Knows nothing of what is seen.
"""

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from tenfold.cameras.cameras import Cameras
from tenfold.cameras.events import CameraEvents
from tenfold.cameras.tables import CameraRow
from tenfold.jobs import Jobs
from tenfold.runtime.supervisor import Fault, Health, Supervisor

if TYPE_CHECKING:
    from tenfold.workflows.watch_cameras.camera import CameraWatch

_SECONDS_BETWEEN_TICKS = 1.0
# How often a camera's state is written for other processes.
_SECONDS_BETWEEN_REPORTS = 5.0
STOP_SECONDS = 2.0


class WatchedCameras:
    """The service.

    Args:
        watch: makes what watches one camera.
        describe: puts an error into words.
    """

    name = "cameras"

    def __init__(
        self,
        cameras: Cameras,
        events: CameraEvents,
        jobs: Jobs,
        watch: "Callable[[CameraRow], CameraWatch]",
        describe: Callable[[Exception], Fault],
    ) -> None:
        self._cameras, self._events, self._jobs = cameras, events, jobs
        self._watch, self._describe = watch, describe
        self._running: dict[int, tuple[CameraWatch, Supervisor]] = {}
        self._woken = threading.Event()
        self._reported = 0.0

    def wake(self) -> None:
        self._woken.set()

    def run(self, stop: threading.Event) -> None:
        try:
            while not stop.is_set():
                self._woken.clear()
                self._list()
                for watch, _ in list(self._running.values()):
                    watch.tend()
                if time.monotonic() - self._reported >= _SECONDS_BETWEEN_REPORTS:
                    self._report()
                self._woken.wait(0 if stop.is_set() else _SECONDS_BETWEEN_TICKS)
        finally:
            self._end(list(self._running))
            self._cameras.release(self._jobs.me)

    def running(self, camera_id: int) -> "CameraWatch | None":
        """What watches a camera in this process; None where nothing does."""
        found = self._running.get(camera_id)
        return found[0] if found else None

    def health(self, camera_id: int) -> Health | None:
        """How the watching of a camera in this process fares, apart from the camera itself."""
        found = self._running.get(camera_id)
        return found[1].health()[0] if found else None

    def _list(self) -> None:
        """Watch the cameras that this process has claimed, as their rows are now, and no others."""
        mine = {row.id: row for row in self._cameras.claim(self._jobs.me, self._jobs.workers())}
        self._end(
            [
                camera_id
                for camera_id, (watch, _) in self._running.items()
                if camera_id not in mine or mine[camera_id].changed_at != watch.row.changed_at
            ]
        )
        new = [row for row in mine.values() if row.id not in self._running]
        if new:
            self._events.cut([row.id for row in new])
        for row in new:
            watch = self._watch(row)
            supervisor = Supervisor([watch], self._describe)
            self._running[row.id] = watch, supervisor
            supervisor.start()

    def _report(self) -> None:
        self._reported = time.monotonic()
        if self._running:
            statuses = {camera_id: watch.status() for camera_id, (watch, _) in self._running.items()}
            self._cameras.tell(self._jobs.me, statuses)

    def _end(self, cameras: list[int]) -> None:
        """Stop watching cameras, all at the same time."""
        ending = [self._running.pop(camera_id)[1] for camera_id in cameras]
        threads = [threading.Thread(target=one.stop, args=(STOP_SECONDS,)) for one in ending]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
