"""A camera whose frames are sent to it, such as the camera of a browser."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from tenfold import images
from tenfold.cameras.frames import Frame, SourceFacts
from tenfold.cameras.sources.state import CameraState, Fault
from tenfold.errors import CameraError, PictureError

_POLL_SECONDS = 0.1
_WHOLE = 1 << 30  # the shortest side that is wanted: no frame is read at a reduced scale
# A frame of a page's camera; none is larger than 4K.
_LIMITS = images.Limits(pixels=3840 * 2160, bytes=8_000_000)


class PushedCamera:
    """A live source that is fed with pictures; of several that wait only the newest is read.

    Args:
        name: what the camera is called.
        now: Unix time.
    """

    def __init__(self, name: str, *, now: Callable[[], float] = time.time) -> None:
        self._description = f"browser:{name}"
        self._now = now
        self._changed = threading.Condition()
        self._waiting: tuple[bytes, float, int] | None = None
        self._pushed = 0
        self._size: tuple[int, int] | None = None
        self._state = CameraState(phase="waiting")

    @property
    def facts(self) -> SourceFacts:
        """Its size is that of the last frame. Raises CameraError before the first."""
        if self._size is None:
            raise CameraError(
                self._description, "has sent no picture", reason="timeout",
                cure="Open the camera in the page, and allow the page to use it.",
            )  # fmt: skip
        return SourceFacts(self._description, True, *self._size, codec="mjpeg")

    @property
    def state(self) -> CameraState:
        """How it fares."""
        return self._state

    def push(self, jpeg: bytes) -> None:
        """Bring a frame; it replaces one that waits. It is read, and refused, by whoever takes the frames.

        Args:
            jpeg: a picture in any format that tenfold reads.
        """
        with self._changed:
            self._waiting = jpeg, self._now(), self._pushed
            self._pushed += 1
            self._changed.notify_all()

    def frames(self, stop: threading.Event) -> Iterator[Frame]:
        """Yield the newest frame whenever there is one, until `stop` is set; for one receiver.

        What cannot be read is passed over, and stands in `state` until a frame can be read again.
        """
        while not stop.is_set():
            with self._changed:
                if self._waiting is None:
                    self._changed.wait(_POLL_SECONDS)
                brought, self._waiting = self._waiting, None
            frame = self._read(*brought) if brought is not None else None
            if frame is not None:
                yield frame

    def _read(self, jpeg: bytes, at: float, number: int) -> Frame | None:
        try:
            pixels = images.read(jpeg, name=self._description, limits=_LIMITS, needed=_WHOLE)
        except PictureError as error:
            fault = Fault(error.reason, str(error), at)
            self._state = replace(self._state, faults=(fault,), last_fault=fault, arrived=number + 1)
            return None
        height, width, _ = pixels.shape
        self._size = width, height
        given = self._state.frames + 1
        self._state = replace(
            self._state, phase="running", last_frame=at, faults=(), frames=given, arrived=number + 1
        )
        return Frame(pixels, at, number, True)
