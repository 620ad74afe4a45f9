"""The newest picture of a camera for whoever looks. Encodes only what somebody asks for, once for all."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from tenfold.cameras.boxes import Box
from tenfold.cameras.crops import jpeg
from tenfold.cameras.frames import Frame

LONGEST_SIDE = 640
_QUALITY = 70

# A track's number, its box in pixels of the source, and its class so far.
Named = tuple[int, Box, str]


@dataclass(frozen=True)
class Picture:
    """A picture to be shown.

    Attributes:
        number: of the frame; a later one has a larger number.
        time: Unix time.
        content: a JPEG file of at most LONGEST_SIDE pixels.
        boxes: what moves: track, box in parts of the picture, class so far ("": none of the classes).
    """

    number: int
    time: float
    content: bytes
    boxes: tuple[tuple[int, tuple[float, float, float, float], str], ...]


class LiveView:
    """The newest picture. Safe in many threads: whoever is slow misses pictures and delays nobody."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._newest: tuple[int, Frame, tuple[Named, ...]] | None = None
        self._count = 0
        self._encoding = threading.Lock()
        self._encoded: Picture | None = None

    def show(self, frame: Frame, boxes: Sequence[Named]) -> None:
        """A new picture, in place of the one before."""
        with self._changed:
            self._count += 1
            self._newest = self._count, frame, tuple(boxes)
            self._changed.notify_all()

    def picture(self, after: int = 0, seconds: float = 0.0) -> Picture | None:
        """The newest picture, if it has a larger number than `after`; waits for one so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._count > after, seconds)
            newest = self._newest
        if newest is None or newest[0] <= after:
            return None
        with self._encoding:
            if self._encoded is None or self._encoded.number < newest[0]:
                self._encoded = _encoded(*newest)
            return self._encoded


def _encoded(number: int, frame: Frame, boxes: Sequence[Named]) -> Picture:
    height, width = frame.pixels.shape[:2]
    parts = tuple(
        (track, (box.x / width, box.y / height, box.width / width, box.height / height), label)
        for track, box, label in boxes
    )
    return Picture(number, frame.time, jpeg(frame.pixels, longest=LONGEST_SIDE, quality=_QUALITY), parts)
