"""The newest picture of a camera for its viewers. Encodes only what is asked for, once for all viewers."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tenfold.cameras.boxes import Box
from tenfold.cameras.crops import jpeg
from tenfold.cameras.frames import Frame

LONGEST_SIDE = 640
_QUALITY = 70
# At most five pictures a second.
_SECONDS_BETWEEN = 0.2

# A track's number, its box in pixels of the source, and its class so far.
Named = tuple[int, Box, str]


@dataclass(frozen=True)
class FrameBoxes:
    """What moves in a frame.

    Attributes:
        number: of the frame; a later one has a larger number.
        time: Unix time.
        boxes: track, box in parts of the picture, class so far ("": none of the classes).
    """

    number: int
    time: float
    boxes: tuple[tuple[int, tuple[float, float, float, float], str], ...]

    @property
    def said(self) -> list[dict[str, Any]]:
        """The boxes as JSON takes them."""
        return [{"track": track, "box": box, "class": label} for track, box, label in self.boxes]


@dataclass(frozen=True)
class EncodedFrame(FrameBoxes):
    """A picture to be shown, and what moves in it. content: a JPEG file of at most LONGEST_SIDE pixels."""

    content: bytes


class LiveView:
    """The newest picture. Safe in many threads: a slow viewer misses pictures and delays nobody."""

    def __init__(self) -> None:
        self._newest: tuple[int, Frame, tuple[Named, ...]] | None = None
        self._count = 0
        self._encoding = threading.Lock()
        self._encoded: EncodedFrame | None = None
        self._encoded_at = float("-inf")

    def show(self, frame: Frame, boxes: Sequence[Named]) -> None:
        """A new picture, in place of the one before."""
        self._newest = self._count + 1, frame, tuple(boxes)
        self._count += 1

    def ready(self, after: int = 0) -> bool:
        """Whether there is a picture with a larger number, and it is not too soon for another one."""
        if self._encoded is not None and self._encoded.number > after:
            return True
        soon = time.monotonic() - self._encoded_at < _SECONDS_BETWEEN
        return self._count > after and (after == 0 or not soon)

    def moving(self) -> FrameBoxes | None:
        """What moves in the newest frame; no picture is encoded."""
        if (newest := self._newest) is None:
            return None
        number, frame, boxes = newest
        return FrameBoxes(number, frame.time, _parts(frame, boxes))

    def picture(self) -> EncodedFrame | None:
        """The newest picture; for a moment after one was encoded that one, for all who ask."""
        with self._encoding:
            newest = self._newest
            moment = time.monotonic()
            due = self._encoded is None or moment - self._encoded_at >= _SECONDS_BETWEEN
            if newest is not None and due and (self._encoded is None or self._encoded.number < newest[0]):
                self._encoded, self._encoded_at = _encoded(*newest), moment
            return self._encoded


def _encoded(number: int, frame: Frame, boxes: Sequence[Named]) -> EncodedFrame:
    content = jpeg(frame.picture.reduced(LONGEST_SIDE), quality=_QUALITY)
    return EncodedFrame(number, frame.time, _parts(frame, boxes), content)


def _parts(
    frame: Frame, boxes: Sequence[Named]
) -> tuple[tuple[int, tuple[float, float, float, float], str], ...]:
    width, height = frame.picture.size
    return tuple(
        (track, (box.x / width, box.y / height, box.width / width, box.height / height), label)
        for track, box, label in boxes
    )
