"""One frame of a camera or a recording, and what yields frames. Knows nothing of how they are decoded."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tenfold.cameras.picture import FramePicture

# Pictures a second in which movement is looked for, where nothing else is said.
ANALYSIS_RATE = 10.0
# Of the time from one wanted picture to the next; frames come a little early, too.
NEARLY = 0.98


@dataclass(frozen=True)
class Frame:
    """One picture of a source.

    Attributes:
        picture: belongs to the receiver of the frame.
        time: seconds: since the start of the recording for a file or a folder, Unix time of a live source.
        number: counts the source's frames from 0; what was skipped is counted too, so a gap is seen.
        key: whether the frame can be decoded without those before it.
    """

    picture: "FramePicture"
    time: float
    number: int
    key: bool

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """All of the picture: uint8 `[height, width, 3]`, RGB."""
        return self.picture.whole()


@dataclass(frozen=True)
class SourceFacts:
    """What is known of a source once it is open.

    Attributes:
        description: its address without user and password.
        live: whether frames come as they happen. Of a live source the newest frame is given and others are
            skipped; of a recording every frame is given, as fast as it is asked for.
        width, height: of a frame, in pixels.
        rate: frames a second as the source states them; None where it does not say.
        codec: how the frames are packed: "h264", "mjpeg", ...
        seconds: length of a recording; None of a live source, or where it is not stated.
    """

    description: str
    live: bool
    width: int
    height: int
    rate: float | None = None
    codec: str = ""
    seconds: float | None = None

    @property
    def words(self) -> str:
        """What it is, for people: "a live stream, h264, 640 x 480 pixels"."""
        kind = "a live stream" if self.live else "a recording"
        length = f", {self.seconds:.1f} s" if self.seconds is not None else ""
        rate = f", {self.rate:g} frames a second" if self.rate else ""
        return f"{kind}{length}, {self.codec}, {self.width} x {self.height} pixels{rate}"


class FrameSource(Protocol):
    """What yields frames."""

    @property
    def facts(self) -> SourceFacts:
        """What is known of the source. Raises CameraError: it cannot be opened."""

    def frames(self, stop: threading.Event) -> Iterator[Frame]:
        """Yield frames until the end or `stop`. Raises CameraError: it cannot be opened or read."""
