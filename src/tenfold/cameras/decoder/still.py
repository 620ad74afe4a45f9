"""Which frames of a live stream show what the one before did, which is known before one is converted.

The means of small cells are compared, in which noise is averaged out. Knows nothing of who wants the frames.
"""

from typing import TYPE_CHECKING

import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

# Cells of the longer side of a picture, and levels by which the mean of one may change where nothing moves.
_CELLS, _UNCHANGED = 80, 2
# However little changes, a frame is given after so long.
STILL_SECONDS = 1.0


class Still:
    """Leaves out what shows the same as the frame that was given last."""

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()
        self._given: NDArray[np.int16] | None = None
        self._given_at = 0.0

    def forget(self) -> None:
        """The next frame is given."""
        self._given = None

    def leaves_out(self, frame: "VideoFrame", now: float) -> bool:
        """Whether a frame need not be given; one that is given is what later ones are compared with."""
        cells = self._cells(frame)
        last = self._given
        if (
            last is not None
            and last.shape == cells.shape
            and 0 <= now - self._given_at < STILL_SECONDS
            and int(np.abs(cells - last).max()) <= _UNCHANGED
        ):
            return True
        self._given, self._given_at = cells, now
        return False

    def _cells(self, frame: "VideoFrame") -> NDArray[np.int16]:
        scale = min(_CELLS / max(frame.width, frame.height), 1.0)
        size = max(round(frame.width * scale), 2), max(round(frame.height * scale), 2)
        small = self._reformatter.reformat(frame, *size, "gray", interpolation="AREA", threads=1)
        return small.to_ndarray().astype(np.int16)
