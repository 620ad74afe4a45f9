"""The parts of the container that keep cameras, their events and their clips. Know no model."""

from typing import TYPE_CHECKING

from tenfold.runtime.foundation import part
from tenfold.runtime.notifying import Notifying

if TYPE_CHECKING:
    from tenfold.cameras.cameras import Cameras
    from tenfold.cameras.clips import Clips
    from tenfold.cameras.events import CameraEvents


class CameraTables(Notifying):
    """The tables of cameras, and what is recorded."""

    @part
    def cameras(self) -> "Cameras":
        from tenfold.cameras.cameras import Cameras

        return Cameras(self.database)

    @part
    def camera_events(self) -> "CameraEvents":
        from tenfold.cameras.events import CameraEvents

        return CameraEvents(self.database, self.tell.note)

    @part
    def clips(self) -> "Clips":
        from tenfold.cameras.clips import Clips

        return Clips(self.database, self.blobs("clips"), self.home.clips)
