"""A streaming camera for a station: gives the first frame after a part was triggered.

Any source of `tenfold.cameras` serves: USB, RTSP, MJPEG and HLS over HTTP; a recording plays over and over at
its own pace, to try a station with.
"""

import threading
import time
from collections.abc import Callable, Iterator

from tenfold.cameras.crops import jpeg
from tenfold.cameras.frames import Frame, FrameSource
from tenfold.errors import CameraError, LineError
from tenfold.line.pictures.camera import Shot

# Seconds without a frame after which a camera counts as away.
AWAY_SECONDS = 2.0
_AGAIN_SECONDS = 1.0


class StreamCamera:
    """The newest frame of a source. `run` it in a thread of its own.

    Args:
        recorded: it is a recording, which plays over and over.
        seen: called with each frame; must not wait long.

    Attributes:
        at: when the newest frame came, by the monotonic clock; 0: none came.
    """

    def __init__(
        self, source: FrameSource, name: str, seen: Callable[[Frame], None], *, recorded: bool
    ) -> None:
        self._source, self._name, self._seen, self._recorded = source, name, seen, recorded
        self._came = threading.Condition()
        self._newest: Frame | None = None
        self.at = 0.0
        self._problem = ""

    def run(self, stop: threading.Event) -> None:
        """Take frames until `stop` is set."""
        while not stop.is_set():
            try:
                for frame in _paced(self._source, stop) if self._recorded else self._source.frames(stop):
                    self._take(frame)
            except CameraError as error:
                self._problem = str(error)
                stop.wait(_AGAIN_SECONDS)

    @property
    def away(self) -> bool:
        """Whether no frame came for a while."""
        return not self.at or time.monotonic() - self.at > AWAY_SECONDS

    def take(self, seconds: float) -> Shot:
        """See `tenfold.line.pictures.camera.TriggeredCamera`: the next frame."""
        asked = time.monotonic()
        with self._came:
            self._came.wait_for(lambda: self.at > asked, timeout=max(0.0, seconds))
            frame, at = self._newest, self.at
        if frame is None or at <= asked:
            raise LineError(
                f"The camera {self._name}",
                "gave no picture",
                received=self._problem or f"none came within {max(0.0, seconds):.2g} s",
                cure="Check that it runs and that its address is right. Parts are rejected meanwhile.",
                reason="no-picture",
            )
        return Shot(frame.pixels, jpeg(frame.pixels), at)

    def _take(self, frame: Frame) -> None:
        with self._came:
            self._newest, self.at = frame, time.monotonic()
            self._came.notify_all()
        self._seen(frame)


def _paced(source: FrameSource, stop: threading.Event) -> Iterator[Frame]:
    """The frames of a recording at the pace of its times."""
    began, first = time.monotonic(), None
    for frame in source.frames(stop):
        first = frame.time if first is None else first
        stop.wait(max(0.0, began + frame.time - first - time.monotonic()))
        yield frame
