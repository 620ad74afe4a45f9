"""A folder of pictures as a recording: each picture is a frame, in the order of their names."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tenfold import images
from tenfold.cameras.frames import Frame, SourceFacts
from tenfold.errors import CameraError, PictureError
from tenfold.folder_walk import passed_over
from tenfold.os_errors import refused

RATE = 25.0
_WHOLE = 1 << 30  # the shortest side that is wanted: no picture is read at a reduced scale


class Folder:
    """The pictures of one folder, without those of folders in it; what is no picture is passed over.

    Args:
        rate: frames a second: the pictures say nothing of it.
    """

    def __init__(self, path: str, *, rate: float = RATE) -> None:
        self._path, self._rate = Path(path), rate

    @property
    def facts(self) -> SourceFacts:
        """The size is the first picture's. Raises CameraError where there is none."""
        files = self._files()
        for file in files:
            pixels = _pixels(file)
            if pixels is not None:
                height, width, _ = pixels.shape
                seconds = len(files) / self._rate
                return SourceFacts(str(self._path), False, width, height, self._rate, "pictures", seconds)
        raise CameraError(
            str(self._path), "holds no picture", reason="empty",
            cure="Name a folder with the pictures in it, not in folders below it.",
        )  # fmt: skip

    def frames(self, stop: threading.Event) -> Iterator[Frame]:
        """Yield every picture, until they end or `stop` is set. Raises CameraError where there is none."""
        # Here, as a server without the extra imports this module and has no OpenCV.
        from tenfold.cameras.picture import RgbPicture

        found = False
        for number, file in enumerate(self._files()):
            if stop.is_set():
                return
            pixels = _pixels(file)
            if pixels is not None:
                found = True
                yield Frame(RgbPicture(pixels), number / self._rate, number, True)
        if not found:
            _ = self.facts

    def _files(self) -> list[Path]:
        try:
            entries = [path for path in self._path.iterdir() if not passed_over(path.name)]
        except OSError as reason:
            raise refused(CameraError, str(self._path), reason) from reason
        return sorted((path for path in entries if path.is_file()), key=_by_number)


def _by_number(path: Path) -> list[tuple[int, str]]:
    """frame9 before frame10."""
    parts = re.split(r"(\d+)", path.name)
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def _pixels(file: Path) -> NDArray[np.uint8] | None:
    try:
        return images.read(file, needed=_WHOLE)
    except PictureError:
        return None
