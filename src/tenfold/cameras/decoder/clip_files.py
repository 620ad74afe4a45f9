"""MP4 files of clips: packets copied, or pictures encoded to H.264. Knows nothing of when a clip begins."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream
from numpy.typing import NDArray

from tenfold.cameras.decoder.load import FrameRateLimit
from tenfold.cameras.decoder.video import Packet, pixels

if TYPE_CHECKING:
    from tenfold.cameras.zones import Zone

# A fragment of a second: what is lost where the process is killed.
_FRAGMENT_SECONDS = 1.0
_SEEKABLE = {"movflags": "faststart"}
_LONGEST_GAP = 2.0
# What two cores can encode besides watching.
_LONGEST_SIDE, _RATE = 854, 12.5
_FASTEST = {"preset": "ultrafast", "tune": "zerolatency", "crf": "26", "g": "25"}
_MILLISECONDS = Fraction(1, 1000)


class FileOutput(Protocol):
    """Takes the bytes of a file."""

    def write(self, content: bytes) -> int:
        """How many were taken."""


class Copied:
    """A file of packets as they came.

    Args:
        fragment: seconds of a fragment; it ends before a key frame too.
        parameters: the parameter sets of H.264, where they are others than the stream began with.
    """

    def __init__(
        self,
        file: Path | FileOutput,
        source: VideoStream,
        *,
        fragment: float = _FRAGMENT_SECONDS,
        parameters: bytes = b"",
    ) -> None:
        to: Any = str(file) if isinstance(file, Path) else file
        self._file = av.open(to, "w", format="mp4", options=_fragmented(fragment))
        self._stream = self._file.add_stream_from_template(source)
        if parameters:
            self._stream.codec_context.extradata = parameters
        self._base = source.time_base or Fraction(1, 90_000)
        self._offset: int | None = None
        self._last, self._last_seconds = -1, 0.0

    def write(self, packet: Packet, seconds: float) -> None:
        came = packet.video
        assert came is not None
        stamp = came.dts if came.dts is not None else came.pts
        expected = self._last + max(1, round((seconds - self._last_seconds) / self._base))
        if stamp is None:
            dts = expected
        else:
            if self._offset is None or abs(stamp - self._offset - expected) * self._base > _LONGEST_GAP:
                # The first one, or the camera's clock jumped.
                self._offset = stamp - (expected if self._last >= 0 else 0)
            dts = max(stamp - self._offset, self._last + 1)
        shown = came.pts - came.dts if came.pts is not None and came.dts is not None else 0
        copy: av.Packet[Any] = av.Packet(bytes(came))
        copy.stream, copy.time_base = self._stream, self._base
        copy.dts, copy.pts = dts, dts + max(shown, 0)
        copy.is_keyframe = packet.key
        self._file.mux(copy)
        self._last, self._last_seconds = dts, seconds

    @property
    def seconds(self) -> float:
        """The time in the file of the last packet."""
        return float(self._last * self._base)

    def close(self) -> None:
        self._file.close()


class Encoded:
    """A file of pictures, encoded again: smaller and fewer where that is needed, without what is masked."""

    def __init__(self, file: Path, source: VideoCodecContext, masks: "Sequence[Zone]") -> None:
        self._masks = masks
        self._decoder = _decoder(source)
        self._file = av.open(str(file), "w", format="mp4", options=_fragmented(_FRAGMENT_SECONDS))
        self._stream: VideoStream | None = None
        self._gate = FrameRateLimit(_RATE)
        self._last = -1

    def write(self, packet: Packet, seconds: float) -> None:
        assert packet.video is not None
        try:
            frames = self._decoder.decode(packet.video)
        except av.error.InvalidDataError:
            return  # a damaged part is passed over
        for frame in frames:
            if self._gate.open(seconds):
                self._gate.passed(seconds)
                self._encode(self._shown(pixels(frame)), seconds)

    def close(self) -> None:
        if self._stream is not None:
            self._file.mux(self._stream.encode(None))
        self._file.close()

    def _shown(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        if not self._masks:
            return rgb
        from tenfold.cameras.zones import hide

        return hide(rgb, self._masks)

    def _encode(self, rgb: NDArray[np.uint8], seconds: float) -> None:
        height, width = rgb.shape[:2]
        if self._stream is None:
            scale = min(_LONGEST_SIDE / max(height, width), 1.0)
            self._stream = self._file.add_stream("libx264", rate=25, options=_FASTEST)
            self._stream.width = max(round(width * scale / 2) * 2, 2)
            self._stream.height = max(round(height * scale / 2) * 2, 2)
            self._stream.pix_fmt = "yuv420p"
            self._stream.codec_context.time_base = _MILLISECONDS
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
        frame = frame.reformat(self._stream.width, self._stream.height, "yuv420p")
        frame.pts, frame.time_base = max(round(seconds * 1000), self._last + 1), _MILLISECONDS
        self._last = frame.pts
        self._file.mux(self._stream.encode(frame))


def make_seekable(file: Path, other: Path) -> None:
    """Write a fragmented MP4 file to another, with its index in front."""
    with av.open(str(file)) as source, av.open(str(other), "w", format="mp4", options=_SEEKABLE) as copy:
        old = source.streams.video[0]
        new = copy.add_stream_from_template(old)
        for packet in source.demux(old):
            if packet.dts is not None and not packet.is_corrupt:  # the last one may be half there
                packet.stream = new
                copy.mux(packet)


def _fragmented(seconds: float) -> dict[str, str]:
    return {
        "movflags": "frag_keyframe+empty_moov+default_base_moof",
        "frag_duration": str(round(seconds * 1e6)),
        "flush_packets": "1",
    }


def _decoder(known: VideoCodecContext) -> VideoCodecContext:
    """A decoder of its own for a stream that is decoded elsewhere too."""
    decoder = VideoCodecContext.create(known.name, "r")
    assert isinstance(decoder, VideoCodecContext)
    decoder.extradata = known.extradata
    decoder.width, decoder.height = known.width, known.height
    if known.pix_fmt:
        decoder.pix_fmt = known.pix_fmt
    decoder.thread_count = 1
    return decoder
