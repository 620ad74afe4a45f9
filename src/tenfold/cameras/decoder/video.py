"""A video stream or file, opened by PyAV: its facts, packets and frames. Runs in a decoder's process.

Knows nothing of who wants the frames. No message holds a password: what PyAV says of an error names the URL.
"""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import av
import numpy as np
from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, VideoReformatter
from av.video.stream import VideoStream
from numpy.typing import NDArray

from tenfold.cameras.address import Kind
from tenfold.cameras.decoder import refusals
from tenfold.cameras.frames import SourceFacts
from tenfold.errors import CameraError

# Seconds of silence after which FFmpeg gives up connecting; on a running stream twice this.
SILENT_SECONDS = 4.0
_MOST_PIXELS = 8192 * 8192
_TIMEOUT = {"timeout": str(round(SILENT_SECONDS * 1e6))}
# No address may lead elsewhere: a playlist can name files of this computer, and a file can name hosts.
_OPTIONS: dict[Kind, dict[str, str]] = {
    "rtsp": {
        "rtsp_transport": "tcp",
        "protocol_whitelist": "rtsp,rtsps,rtp,srtp,udp,tcp,tls",
        "analyzeduration": "1000000",
        "fflags": "nobuffer",
        **_TIMEOUT,
    },
    "http": {"protocol_whitelist": "http,https,httpproxy,tcp,tls,crypto,data", **_TIMEOUT},
    "file": {"protocol_whitelist": "file,crypto,data"},
    "usb": {},
}
_USB_FORMATS = {"linux": "v4l2", "darwin": "avfoundation", "win32": "dshow"}
# They read any picture or text as a video of one frame.
_NO_VIDEO_FORMATS = {"image2", "tty", "bin", "xbin", "adf", "idf"}
# Their frames carry no time of their own, or (AVI) that of another frame where some are decoded ahead.
_UNTIMED_FORMATS = {"mpjpeg", "mjpeg", "avi"}
_INTRA_ONLY = {"mjpeg", "mpjpeg", "rawvideo", "png", "prores", "dnxhd", "ffv1", "huffyuv", "dvvideo"}
_QUARTERS = {90: 1, 180: 2, 270: 3}
_PLANAR = ("yuv420p", "yuvj420p")
# FFmpeg's numbers of what planes mean; 2: it is not said, which the converter to RGB takes for BT.601.
_STANDARDS = {1: 709, 2: 601, 5: 601, 6: 601}


@dataclass(frozen=True)
class Request:
    """What is to be opened. url: with user and password; description: without. live: not a recording."""

    kind: Kind
    url: str
    description: str
    live: bool


@dataclass(frozen=True)
class Packet:
    """What arrived: a packet of the video, or of another stream (then `video` is None)."""

    video: "av.Packet[Any] | None"
    key: bool = False
    seconds: float | None = None


class Video:
    """An open source of video. Raises CameraError: it cannot be opened, or has none that can be decoded."""

    def __init__(self, request: Request) -> None:
        self.request = request
        began = time.monotonic()
        try:
            self._container: InputContainer = _opened(request)
        except (av.FFmpegError, OSError, ValueError) as error:
            raise refusals.of_opening(error, request, time.monotonic() - began) from None
        try:
            self.stream = self._video_stream()
        except CameraError:
            self.close()
            raise
        context = self.context = self.stream.codec_context
        context.thread_count = 1
        context.thread_type = "NONE"
        self.codec = context.name
        self.intra_only = self.codec in _INTRA_ONLY
        self.timed = self._container.format.name not in _UNTIMED_FORMATS
        duration = self._container.duration
        self.paced = self._container.format.name == "hls" and duration is None
        self._start = self._started_at()
        self.facts = SourceFacts(
            description=request.description,
            live=request.live and (request.kind != "http" or duration is None),
            width=context.width,
            height=context.height,
            rate=float(self.stream.average_rate) if self.stream.average_rate else None,
            codec=self.codec,
            seconds=duration / av.time_base if duration is not None else None,
        )

    @property
    def plays_everywhere(self) -> bool:
        """Whether every browser plays the stream as it is."""
        context = self.context
        return self.codec == "h264" and context.pix_fmt in ("yuv420p", "yuvj420p") and bool(context.extradata)

    def close(self) -> None:
        self._container.close()

    def packets(self) -> Iterator[Packet]:
        """What arrives, until the recording ends. Raises CameraError: the connection broke off."""
        try:
            for packet in self._container.demux():
                if packet.stream is not self.stream or packet.size == 0:
                    yield Packet(None)
                    continue
                at = packet.pts if packet.pts is not None else packet.dts
                seconds = _seconds(at, packet.time_base) if at is not None and self.timed else None
                yield Packet(packet, packet.is_keyframe or self.intra_only, seconds)
        except (av.FFmpegError, OSError) as error:
            raise refusals.of_reading(error, self.request) from None

    def decode(self, packet: Packet | None) -> list[VideoFrame]:
        """The frames that a packet completes; of None, those that are left. Empty where it is damaged."""
        if packet is not None and packet.video is None:
            return []
        return self.stream.decode(packet.video if packet else None)

    def seconds(self, frame: VideoFrame) -> float | None:
        """When a frame is shown, since the start of the recording; None where the source does not say."""
        at = frame.pts if frame.pts is not None else frame.dts
        if at is None or frame.time_base is None or not self.timed:
            return None
        return max(0.0, _seconds(at, frame.time_base) - self._start)

    def _video_stream(self) -> VideoStream:
        name = self._container.format.name
        if name in _NO_VIDEO_FORMATS or name.endswith("_pipe"):
            raise refusals.no_video_format(self.request)
        streams = [s for s in self._container.streams.video if not s.disposition & Disposition.attached_pic]
        if not streams:
            raise refusals.no_video(self.request, sound=bool(self._container.streams.audio))
        stream = streams[0]
        # Of a codec that this build does not know there is no context.
        context: Any = stream.codec_context
        if context is None:
            raise refusals.unknown_codec(self.request)
        if context.width * context.height > _MOST_PIXELS:
            raise refusals.too_large(self.request, context.width, context.height)
        return stream

    def _started_at(self) -> float:
        start, base = self.stream.start_time, self.stream.time_base
        return float(start * base) if start is not None and base is not None else 0.0


def pixels(frame: VideoFrame) -> NDArray[np.uint8]:
    """A frame's RGB pixels, upright."""
    rgb = _converter().reformat(frame, format="rgb24", threads=1).to_ndarray()
    assert rgb.dtype == np.uint8
    quarters = _QUARTERS.get(round(frame.rotation) % 360, 0)
    return np.rot90(rgb, quarters).astype(np.uint8, copy=False)


def planes(frame: VideoFrame) -> tuple[list[NDArray[np.uint8]], int, bool] | None:
    """A frame's brightness and colours as they were decoded, and what they mean (`PlanarPicture`).

    None where they are no such planes, or lie on their side.
    """
    even = frame.width % 2 == frame.height % 2 == 0
    standard = _STANDARDS.get(frame.colorspace)
    if frame.format.name not in _PLANAR or not even or standard is None or round(frame.rotation) % 360:
        return None
    full = frame.format.name == "yuvj420p" or frame.color_range == ColorRange.JPEG
    found = []
    for plane in frame.planes:
        content: Any = plane  # a buffer, which its type does not say
        rows = np.frombuffer(content, np.uint8).reshape(-1, plane.line_size)
        found.append(rows[: plane.height, : plane.width])
    return found, standard, full


def _seconds(at: int, base: Fraction) -> float:
    """A time in a stream's unit; what a Fraction's own arithmetic gives, in a tenth of its time."""
    return at * base.numerator / base.denominator


@cache
def _converter() -> VideoReformatter:
    """Its set-up is reused for each frame; a frame's own converter would set up threads each time."""
    return VideoReformatter()


def _opened(request: Request) -> InputContainer:
    url, file_format = request.url, None
    if request.kind == "file":
        url = f"file:{url}"  # so that no name is taken for a protocol
    if request.kind == "usb":
        file_format = _USB_FORMATS[sys.platform]
        url = f"/dev/video{url}" if sys.platform == "linux" and url.isdecimal() else url
    return av.open(url, format=file_format, options=_OPTIONS[request.kind])
