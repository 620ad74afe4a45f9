"""Copies a live stream's H.264 into fragments of MP4 for viewers. Runs in a decoder's process.

Each fragment is a tenth of a second or one frame, so that a viewer is hardly behind. A new file begins where
the stream changes its parameters, such as the size of the picture. Knows nobody who looks.
"""

from collections.abc import Callable, Sequence
from typing import Any

import av

from tenfold.cameras.decoder.clip_files import Copied
from tenfold.cameras.decoder.parameters import SEQUENCE, parameters_in, units
from tenfold.cameras.decoder.recorder import Kept
from tenfold.cameras.decoder.video import Video

_FRAGMENT_SECONDS = 0.1


class Fragments:
    """The video of one stream as a head and fragments.

    Args:
        past: what arrived since the last key frame.
        give: takes what is said of a segment, and its bytes.
    """

    def __init__(self, video: Video, past: Sequence[Kept], give: Callable[[dict[str, Any], bytes], None]):
        self._video, self._give = video, give
        self._parameters = b""
        self._file: Copied | None = None
        self._written = _FragmentBytes()
        self._began = 0.0
        # Of the first packet that is not yet given: key, Unix time, time in the file.
        self._first: dict[str, Any] = {}
        for kept in past:
            self.take(kept)

    def take(self, kept: Kept) -> None:
        """A packet of the video arrived."""
        try:
            self._take(kept)
        except (OSError, ValueError, av.FFmpegError):
            self._file = None  # a new one begins with the next key frame

    def _take(self, kept: Kept) -> None:
        if kept.packet.key:
            found = parameters_in(kept.packet)
            if self._file is None or (found and found != self._parameters):
                self._begin(kept, found)
        if self._file is None:
            return
        self._file.write(kept.packet, kept.time - self._began)
        content = self._written.take()
        # The first packet has the head written; later ones complete the fragment of those before.
        if content and not self._first:
            self._give({"codec": self._codec()}, content)
        elif content:
            self._give(self._first, content)
        if content:
            self._first = {"key": kept.packet.key, "time": kept.time, "at": self._file.seconds}

    def _begin(self, kept: Kept, parameters: bytes) -> None:
        self._parameters, self._first, self._began = parameters, {}, kept.time
        self._written = _FragmentBytes()
        self._file = Copied(
            self._written, self._video.stream, fragment=_FRAGMENT_SECONDS, parameters=parameters
        )

    def _codec(self) -> str:
        """Profile, constraints and level, as MediaSource wants them."""
        known = self._video.stream.codec_context.extradata or b""
        if not self._parameters and known[:1] == b"\x01":  # as an MP4 file has them
            return f"avc1.{known[1:4].hex()}"
        sequence = next(unit for unit in units(self._parameters or known) if unit[0] & 31 == SEQUENCE)
        return f"avc1.{sequence[1:4].hex()}"


class _FragmentBytes:
    """The bytes that were written since they were last taken."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, content: bytes) -> int:
        self._parts.append(bytes(content))
        return len(content)

    def take(self) -> bytes:
        content = b"".join(self._parts)
        self._parts = []
        return content
