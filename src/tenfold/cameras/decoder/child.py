"""The decoder's own process: opens a source, decodes, and puts frames into the memory that it shares.

What it says to its parent: begun, opened, frame, grow, status, finding, clip, video, error, end. What it is
told: the request, then memory (grown as asked), free (a slot that was read), order (of a clip), copy (whether
somebody looks at the video), idle (whether still pictures may be left out) and picture (of a page's camera).
"""

import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import av
import numpy as np
from numpy.typing import NDArray

from tenfold.cameras.decoder import refusals
from tenfold.cameras.decoder.faults import SOUND_ONLY_SECONDS, FaultChange, FaultWatch
from tenfold.cameras.decoder.fragments import Fragments
from tenfold.cameras.decoder.load import Delay, FrameRateLimit, Load, Pace
from tenfold.cameras.decoder.memory import FrameMemory
from tenfold.cameras.decoder.pushed import PushedVideo
from tenfold.cameras.decoder.recorder import Kept, StreamRecorder
from tenfold.cameras.decoder.still import Still
from tenfold.cameras.decoder.video import Packet, Request, Video, pixels, planes
from tenfold.cameras.frames import NEARLY
from tenfold.clock import ClockWatch
from tenfold.errors import CameraError

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

    from tenfold.cameras.zones import Zone
    from tenfold.processes.child import ParentChannel

STATUS_SECONDS = 0.5
# A checksum is that of each 4th row.
_CHECKED_ROWS = 4


def serve(channel: "ParentChannel") -> None:
    """Answer one request: decode until the source ends or the parent does."""
    channel.send({"begun": True})
    said = channel.receive()
    assert said is not None
    request = Request(said["kind"], said["url"], said["description"], said["live"])
    output = _Output(channel, FrameMemory(said["slots"], said["memory"]), as_planes=said["planes"])
    try:
        video = PushedVideo(request, output.picture) if request.kind == "browser" else Video(request)
        try:
            channel.send({"opened": asdict(video.facts)})
            if video.facts.live:
                masks = _masks(said["masks"])
                recorder = StreamRecorder(video, said["past"], masks, output.tell_clip)
                live = _Live(video, output, said["rate"], masks, recorder)
                try:
                    live.run()
                    raise refusals.ended(request)
                except CameraError:
                    recorder.end(live.tell)
                    raise
                finally:
                    recorder.close()
            _every_frame(video, output, said["rate"])
            if not output.given:
                raise refusals.no_frames(request)
        finally:
            video.close()
    except CameraError as error:
        channel.send({"error": error.facts()})
    except (MemoryError, KeyboardInterrupt):
        raise
    except Exception as error:  # noqa: BLE001 - what PyAV says of an error names the URL, with its password
        raise RuntimeError(type(error).__name__) from None
    else:
        channel.send({"end": output.damaged})


def _masks(given: Sequence[dict[str, Any]]) -> "Sequence[Zone]":
    """Parts of the picture that are hidden; what paints them is imported where there are any."""
    if not given:
        return ()
    from tenfold.cameras import zones

    return zones.from_json(given)


@dataclass(frozen=True)
class _PassedOn:
    """The picture of a frame as the parent gets it: its RGB pixels, or its planes where those are wanted."""

    parts: Sequence[NDArray[np.uint8]]
    facts: dict[str, Any]

    @classmethod
    def of(cls, frame: "VideoFrame", masks: "Sequence[Zone]", *, as_planes: bool) -> "_PassedOn":
        found = planes(frame) if as_planes and not masks else None
        if found is not None:
            parts, standard, full = found
            height, width = parts[0].shape
            return cls(parts, {"height": height, "width": width, "standard": standard, "full": full})
        rgb = pixels(frame)
        if masks:
            from tenfold.cameras.zones import hide

            rgb = hide(rgb, masks)
        height, width, _ = rgb.shape
        return cls([rgb], {"height": height, "width": width, "standard": None})

    @property
    def size(self) -> int:
        """In bytes."""
        return sum(part.size for part in self.parts)

    @property
    def checksum(self) -> int:
        """Finds any change that is more than a few pixels."""
        return zlib.crc32(self.parts[0][::_CHECKED_ROWS].tobytes())


class _Output:
    """Where frames go: slots that the parent gives back when it has read them."""

    def __init__(self, channel: "ParentChannel", memory: FrameMemory, *, as_planes: bool) -> None:
        self._channel, self._memory, self.as_planes = channel, memory, as_planes
        self._free = list(range(memory.slots))
        self._told = 0.0
        self._orders: list[dict[str, Any]] = []
        self.given = self.damaged = 0
        self.copying = self.idle = False
        self._pushed: bytes | None = None

    def put(self, picture: _PassedOn, seconds: float, number: int, key: bool, *, wait: bool) -> bool:
        """Give a frame; whether there was room. `wait`: until there is."""
        self._hear(0)
        if not self._memory.fits(picture.size):
            self._channel.send({"grow": picture.size})
            while not self._memory.fits(picture.size):
                self._hear(None)
        while wait and not self._free:
            self._hear(None)
        if not self._free:
            return False
        slot, at = self._free.pop(), 0
        memory = self._memory.frame(slot, picture.size)
        for part in picture.parts:
            np.copyto(memory[at : at + part.size].reshape(part.shape), part)
            at += part.size
        facts = {"time": seconds, "number": number, "key": key}
        self._channel.send({"frame": slot, **picture.facts, **facts})
        self.given += 1
        return True

    def tell(self, finding: FaultChange) -> None:
        self._channel.send({"finding": asdict(finding)})

    def tell_clip(self, facts: dict[str, Any]) -> None:
        self._channel.send({"clip": facts})

    def tell_video(self, facts: dict[str, Any], content: bytes) -> None:
        self._channel.send({"video": facts}, content)

    def picture(self, seconds: float) -> bytes | None:
        """The newest picture that the parent handed over; None where none comes within `seconds`."""
        until = time.monotonic() + seconds
        self._hear(0)
        while self._pushed is None and (left := until - time.monotonic()) > 0:
            self._hear(left)
        jpeg, self._pushed = self._pushed, None
        return jpeg

    def orders(self) -> list[dict[str, Any]]:
        """What the parent ordered since this was asked before."""
        self._hear(0)
        orders, self._orders = self._orders, []
        return orders

    def status(self, **facts: object) -> None:
        """Say that this process goes on, from time to time."""
        now = time.monotonic()
        if now - self._told >= STATUS_SECONDS:
            self._told = now
            self._channel.send({"status": facts})

    def _hear(self, seconds: float | None) -> None:
        """Read the parent's messages: all that are there, or (None) wait for one."""
        said = self._channel.receive(seconds)
        while said is not None:
            if "free" in said:
                self._free.append(said["free"])
            elif "order" in said:
                self._orders.append(said["order"])
            elif "copy" in said:
                self.copying = said["copy"]
            elif "idle" in said:
                self.idle = said["idle"]
            elif "picture" in said:
                self._pushed = said["body"]
            else:
                self._memory.resize(said["memory"])
            said = self._channel.receive(0)


def _every_frame(video: Video, output: _Output, wanted: float | None) -> None:
    """A recording: all frames in their order, with their times; or as many a second as are wanted."""
    rate = video.facts.rate or 25.0
    last = float("-inf")
    for number, frame in enumerate(_decoded(video, output)):
        seconds = video.seconds(frame)
        at = number / rate if seconds is None else seconds
        if wanted and 0 <= at - last < NEARLY / wanted:
            continue
        last = at
        given = _PassedOn.of(frame, (), as_planes=output.as_planes)
        output.put(given, at, number, bool(frame.key_frame), wait=True)


def _decoded(video: Video, output: _Output) -> "Iterator[VideoFrame]":
    for packet in video.packets():
        yield from _decode(video, packet, output)
        output.status()
    yield from _decode(video, None, output)


def _decode(video: Video, packet: Packet | None, output: _Output) -> "list[VideoFrame]":
    """The frames that a packet completes; a damaged one is counted and passed over."""
    try:
        return video.decode(packet)
    except av.error.InvalidDataError:
        output.damaged += 1
        return []


class _Live:
    """A camera: the newest frames, as many as are wanted, fewer when the machine is busy."""

    def __init__(
        self,
        video: Video,
        output: _Output,
        rate: float | None,
        masks: "Sequence[Zone]",
        recorder: StreamRecorder,
    ) -> None:
        self._video, self._output, self._masks, self._recorder = video, output, masks, recorder
        self._gate, self._load = FrameRateLimit(rate), Load(intra_only=video.intra_only)
        self._delay, self._pace, self._still = Delay(), Pace(), Still()
        self._watch = FaultWatch(time.monotonic())
        self._arrived = 0
        self._late = 0.0
        self._fragments: Fragments | None = None
        self._clock = ClockWatch()
        self._broken = False  # whether frames that the next one depends on are missing

    def run(self) -> None:
        before = time.monotonic()
        for packet in self._video.packets():
            now = time.monotonic()
            self._load.note(now - before, now)
            if packet.video is None:
                self._without_video(now)
            else:
                self._take(packet, now)
            for order in self._output.orders():
                self._recorder.order(order)
            self._recorder.work()
            self.tell()
            before = time.monotonic()

    def tell(self) -> None:
        """Report its state from time to time."""
        self._output.status(delay=self._late, mode=self._load.words, arrived=self._arrived)

    def _without_video(self, now: float) -> None:
        silent = self._watch.without_video(now)
        if silent > SOUND_ONLY_SECONDS:
            raise refusals.only_sound(self._video.request, silent)

    def _take(self, packet: Packet, now: float) -> None:
        number, self._arrived = self._arrived, self._arrived + 1
        self._time(packet, now)
        if seconds := self._clock.set_by():
            self._recorder.clock_set(seconds)
        kept = Kept(packet, time.time() - self._late)
        self._recorder.take(kept)
        self._copy(kept)
        if self._video.intra_only:
            if number % self._load.every or not self._gate.open(now):
                return
        elif packet.key:
            self._broken = False
        elif self._broken or self._load.only_key_frames:
            self._broken = True
            return
        for frame in _decode(self._video, packet, self._output):
            if self._video.paced and packet.seconds is not None:
                rest = self._pace.wait(packet.seconds, time.monotonic())
                time.sleep(rest)
                self._load.rested(rest)
            if self._gate.open(now) and not frame.is_corrupt:
                self._give(frame, number, now)

    def _copy(self, kept: Kept) -> None:
        """Pass the video on while somebody looks, from the last key frame on."""
        if not self._output.copying or not self._recorder.copies:
            self._fragments = None
        elif self._fragments is None:
            self._fragments = Fragments(self._video, self._recorder.newest, self._output.tell_video)
        else:
            self._fragments.take(kept)

    def _time(self, packet: Packet, now: float) -> None:
        stamp = packet.seconds
        for finding in self._watch.video_packet(stamp, now, key=packet.key):
            self._output.tell(finding)
            self._delay.restart()
        if stamp is not None and not self._video.paced:
            self._late = self._delay.of(stamp, now)

    def _give(self, frame: "VideoFrame", number: int, now: float) -> None:
        if not self._output.idle:
            self._still.forget()
        elif self._still.leaves_out(frame, now):
            return self._gate.passed(now)
        given = _PassedOn.of(frame, self._masks, as_planes=self._output.as_planes)
        for finding in self._watch.size(given.facts["width"], given.facts["height"]):
            self._output.tell(finding)
        for finding in self._watch.frame(given.checksum, now):
            self._output.tell(finding)
        if self._output.put(given, time.time() - self._late, number, bool(frame.key_frame), wait=False):
            self._gate.passed(now)
