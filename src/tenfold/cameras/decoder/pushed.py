"""A stream of JPEG pictures that the parent hands over one by one. Runs in a decoder's process."""

import errno
import time
from collections.abc import Callable, Iterator

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from tenfold.cameras.decoder import refusals
from tenfold.cameras.decoder.pictures import SILENT_SECONDS, no_sender
from tenfold.cameras.decoder.video import Packet, Request, Video
from tenfold.cameras.frames import SourceFacts

# Of a page's camera; none is larger than 4K. FFmpeg refuses more before it has memory for it.
_MOST_PIXELS = 3840 * 2160


class PushedVideo(Video):
    """Pictures that are handed over, as a video. Raises CameraError: none came, or none that can be decoded.

    Args:
        picture: waits for the next one, at most the given seconds; None: none came.
    """

    def __init__(self, request: Request, picture: Callable[[float], bytes | None]) -> None:
        self.request, self._picture = request, picture
        context = VideoCodecContext.create("mjpeg", "r")
        assert isinstance(context, VideoCodecContext)
        context.thread_count = 1
        context.thread_type = "NONE"
        context.options = {"max_pixels": str(_MOST_PIXELS)}
        self.context, self.codec = context, context.name
        self.intra_only, self.timed, self.paced = True, False, False
        self._decoded_at = time.monotonic()
        for packet in self.packets():
            if self.decode(packet):
                break
        self.facts = SourceFacts(
            description=request.description,
            live=True,
            width=context.width,
            height=context.height,
            codec=self.codec,
        )

    @property
    def plays_everywhere(self) -> bool:
        return False

    def close(self) -> None:
        """Nothing is open."""

    def packets(self) -> Iterator[Packet]:
        while time.monotonic() - self._decoded_at < SILENT_SECONDS:
            jpeg = self._picture(SILENT_SECONDS)
            if jpeg is None:
                raise no_sender(self.request.description)
            yield Packet(av.Packet(jpeg), key=True)
        raise refusals.no_frames(self.request)

    def decode(self, packet: Packet | None) -> list[VideoFrame]:
        """The picture; empty where it is damaged, too large or none."""
        if packet is None or packet.video is None:
            return []
        try:
            frames = self.context.decode(packet.video)
        except av.FFmpegError as error:
            if error.errno == errno.ENOMEM:
                raise MemoryError from None
            return []
        self._decoded_at = time.monotonic()
        return frames
