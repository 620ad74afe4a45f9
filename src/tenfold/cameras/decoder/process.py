"""A decoder as its parent sees it: a process that is watched. Never imports the decoding library.

Whatever happens in there, a crash, a hang or a leak, is a CameraError here.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from tenfold.cameras.address import Address
from tenfold.cameras.decoder.faults import FaultChange
from tenfold.cameras.decoder.memory import FrameMemory
from tenfold.cameras.frames import Frame, SourceFacts
from tenfold.errors import CameraError
from tenfold.processes import MessageProcess, ProcessEnded, ProcessLimits
from tenfold.reasons import Reason

if TYPE_CHECKING:
    from tenfold.cameras.picture import FramePicture

CHILD = "tenfold.cameras.decoder.child:serve"
# 8K video needs about this; a usual camera a tenth.
_MEMORY = 1 << 30
_NICE = 5
# A decoder gives way, so on a busy machine it may start late; another one would start no sooner.
_START_SECONDS = 60.0
# So far apart some cameras' key frames are; before the first there is no picture.
_KEY_FRAME_SECONDS = 60.0
# Enough that a decoder and its parent rarely wait for each other.
_SLOTS = 8
_MOST_FRAME_BYTES = 8192 * 8192 * 3
# A fragment is a tenth of a second, or one frame.
_MOST_SEGMENT_BYTES = 16 << 20
_POLL_SECONDS = 0.1


@dataclass(frozen=True)
class DecoderStatus:
    """The state of the decoder of a live stream.

    Attributes:
        delay: seconds between a picture's arrival and the earliest that it could have been here.
        mode: what is decoded: "every frame", "key frames only".
        arrived: frames that arrived, decoded or not.
    """

    delay: float = 0.0
    mode: str = "every frame"
    arrived: int = 0


@dataclass(frozen=True)
class End:
    """A recording was read to its end; `damaged` of its packets could not be decoded."""

    damaged: int


@dataclass(frozen=True)
class ClipReport:
    """The state of a clip.

    Attributes:
        state: writing, whole (it can be sought in), or failed.
        start: Unix time of its first frame; None: as reported before.
        end: of its last one so far.
        problem, reason: why it failed, in words and for programs.
        cut: it ended because the stream changed, such as the size of its picture.
    """

    clip: int
    state: Literal["writing", "whole", "failed"]
    start: float | None = None
    end: float | None = None
    bytes: int = 0
    problem: str = ""
    reason: Reason = ""
    cut: bool = False


@dataclass(frozen=True)
class Segment:
    """A part of a live stream's video, copied: the head of an MP4 file, or a fragment of it.

    Attributes:
        codec: of a head, as MediaSource names it ("avc1.64001f"); "" of a fragment.
        key: whether a fragment begins with a key frame.
        time: Unix time of a fragment's first packet.
        at: its time in the file, in seconds.
    """

    content: bytes
    codec: str = ""
    key: bool = False
    time: float = 0.0
    at: float = 0.0


Event: TypeAlias = SourceFacts | Frame | DecoderStatus | FaultChange | ClipReport | Segment | End


class Decoder:
    """One process that decodes one source; ended with the `with` block.

    Args:
        rate: frames a second that are wanted; None: all.
        open_seconds: how long it may take from the start of its process until the first frame.
        silent_seconds: how long it may say nothing after that.
        child: "module:function" that runs in the process.
        memory: bytes that the process may use.
        masks: parts of a live source's picture that do not leave the process, as `Zone` keeps them.
        past: seconds before it was ordered that a clip of a live source may hold.
        planes: give frames as they were decoded where they can be (`PlanarPicture`): for whoever needs
            little of each as RGB.
        give_way: to other processes; not where somebody waits for what it says.

    Attributes:
        begun: whether the process has started, and opens the source.
        awaits_key_frame: whether video arrives and no picture can be made of it yet.

    Raises:
        CameraError: its process does not start.
    """

    def __init__(
        self,
        address: Address,
        *,
        rate: float | None = None,
        open_seconds: float = 10.0,
        silent_seconds: float = 30.0,
        child: str = CHILD,
        memory: int = _MEMORY,
        masks: Sequence[Mapping[str, Any]] = (),
        past: float = 0.0,
        planes: bool = False,
        give_way: bool = True,
    ) -> None:
        self._subject = address.description
        self._secrets = address.secrets
        self._open_seconds, self._silent_seconds = open_seconds, silent_seconds
        self._megabytes = memory >> 20
        try:
            self._memory = FrameMemory(_SLOTS)
            try:
                self._process = MessageProcess(
                    child,
                    limits=ProcessLimits(memory=memory),
                    nice=_NICE if give_way else 0,
                    descriptors=self._memory.descriptors,
                    most_body=_MOST_SEGMENT_BYTES,
                )
            except OSError:
                self._memory.close()
                raise
        except OSError as reason:
            raise self._no_room(reason) from reason
        # By a pipe: arguments and the environment of a process are there for others to read.
        request = {"kind": address.kind, "url": address.url, "description": self._subject}
        settings = {"live": address.live, "rate": rate, "slots": _SLOTS, "memory": self._memory.handle}
        recorded = {"masks": list(masks), "past": past, "planes": planes}
        self._process.send({**request, **settings, **recorded})
        self._heard = time.monotonic()
        self.begun = self.awaits_key_frame = self._running = False
        self._opened = self._heard

    def __enter__(self) -> "Decoder":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stop()
        self._memory.close()

    @property
    def process_id(self) -> int:
        return self._process.process_id

    def order(self, order: Mapping[str, Any]) -> None:
        """Have a clip begun or ended: see `StreamRecorder.order`."""
        self._process.send({"order": dict(order)})

    def copy_video(self, on: bool) -> None:
        """Have the video of a live stream copied as it comes (`Segment`), where every browser plays it."""
        self._process.send({"copy": on})

    def leave_out_still(self, on: bool) -> None:
        """Have frames of a live stream left out that show what the one before did, but for one a second."""
        self._process.send({"idle": on})

    def push(self, jpeg: bytes) -> None:
        """Hand a picture of a page's camera over."""
        self._process.send({"picture": len(jpeg)}, jpeg)

    def resume(self) -> None:
        """Restart the clock: the caller was busy, and the decoder may have waited for it."""
        self._heard = time.monotonic()

    def receive(self, seconds: float = _POLL_SECONDS) -> Event | None:
        """What the decoder says next, or None where it says nothing within `seconds`.

        Raises:
            CameraError: the source cannot be opened or read, or the decoder failed.
        """
        try:
            message = self._process.receive(seconds)
        except ProcessEnded as reason:
            raise self._failed(reason) from None
        if message is None:
            self._check_silence()
            return None
        try:
            return self._event(message)
        except (KeyError, TypeError, ValueError, AssertionError):
            raise self._error("cannot be decoded", "its decoder answered nonsense") from None

    def _event(self, message: dict[str, Any]) -> Event | None:
        if "error" in message:
            facts = message["error"]
            words = {name: str(facts[name]) for name in ("received", "cure", "reason")}
            raise CameraError(str(facts["subject"]), str(facts["problem"]), **words)  # type: ignore[arg-type]
        if "begun" in message:
            self._heard, self.begun = time.monotonic(), True
            return None
        if "opened" in message:
            self._heard = self._opened = time.monotonic()
            return SourceFacts(**message["opened"])
        if "frame" in message:
            self._heard, self._running, self.awaits_key_frame = time.monotonic(), True, False
            return self._frame(message)
        if "grow" in message:
            self._grow(int(message["grow"]))
            return None
        if "finding" in message:
            finding = FaultChange(**message["finding"])
            self.awaits_key_frame |= finding.code == "no-key-frame"
            return finding
        if "clip" in message:
            return ClipReport(**message["clip"])
        if "video" in message:
            return Segment(content=message["body"], **message["video"])
        if "status" in message:
            # Before the first frame it proves nothing: of what arrives, nothing may be decodable.
            if self._running or self.awaits_key_frame:
                self._heard = time.monotonic()
            return DecoderStatus(**message["status"])
        return End(int(message["end"]))

    def _frame(self, message: dict[str, Any]) -> Frame:
        # Here, as the process itself imports this module and needs no OpenCV.
        from tenfold.cameras.picture import PlanarPicture, RgbPicture

        slot, height, width = (int(message[name]) for name in ("frame", "height", "width"))
        standard, light = message["standard"], height * width
        copied = self._memory.frame(slot, 3 * light if standard is None else light + light // 2).copy()
        self._process.send({"free": slot})
        copied.flags.writeable = False  # several may look at one frame
        picture: FramePicture
        if standard is None:
            picture = RgbPicture(copied.reshape(height, width, 3))
        else:
            blue, red = copied[light:].reshape(2, height // 2, width // 2)
            planes = copied[:light].reshape(height, width), blue, red
            picture = PlanarPicture(planes, int(standard), bool(message["full"]))
        return Frame(picture, float(message["time"]), int(message["number"]), bool(message["key"]))

    def _grow(self, frame_bytes: int) -> None:
        if not 0 < frame_bytes <= _MOST_FRAME_BYTES:
            raise ValueError(frame_bytes)
        try:
            self._memory.resize(frame_bytes)
        except OSError as reason:
            raise self._no_room(reason) from reason
        self._process.send({"memory": frame_bytes})

    def _check_silence(self) -> None:
        silent = time.monotonic() - self._heard
        if not self.begun:
            if silent > _START_SECONDS:
                raise not_begun(self._subject, silent)
            return
        if self.awaits_key_frame and time.monotonic() - self._opened > _KEY_FRAME_SECONDS:
            raise no_key_frame(self._subject, _KEY_FRAME_SECONDS)
        if silent <= (self._silent_seconds if self._running else self._open_seconds):
            return
        if self._running:
            raise self._error("gives no more frames", f"nothing for {silent:.0f} s", "timeout")
        raise self._error("does not answer", f"no frame within {silent:.0f} s", "timeout")

    def _no_room(self, reason: OSError) -> CameraError:
        """This machine has no process, file or memory left."""
        return CameraError(
            self._subject, "cannot be decoded", received=f"no decoder can be started: {reason.strerror}",
            cure="Close other programs on this machine, or watch fewer cameras.", reason="out-of-memory",
        )  # fmt: skip

    def _failed(self, reason: ProcessEnded) -> CameraError:
        words = str(reason)
        for secret in self._secrets:
            words = words.replace(secret, "***")
        if reason.over:
            received = f"its decoder needs more than {self._megabytes} MB of memory, or was killed: {words}"
            return self._error("cannot be decoded", received, "out-of-memory")
        return self._error("cannot be decoded", f"its decoder failed: {words}", "decoder")

    def _error(self, problem: str, received: str, reason: Reason = "decoder") -> CameraError:
        cure = {
            "timeout": "Check whether the camera is on and the network works.",
            "out-of-memory": "Choose a smaller stream, or another codec.",
        }.get(reason, "Choose another codec or stream; where it is a file, look whether it plays elsewhere.")
        return CameraError(self._subject, problem, received=received, cure=cure, reason=reason)


def not_begun(subject: str, seconds: float) -> CameraError:
    """Nothing is known of the source: this machine is too busy to look at it."""
    return CameraError(
        subject, "could not be opened yet", reason="machine-busy",
        received=f"this machine is too busy: no decoder started within {seconds:.0f} s",
        cure="Try it again; end other work on this machine, or watch fewer cameras.",
    )  # fmt: skip


def no_key_frame(subject: str, seconds: float) -> CameraError:
    """It sends video, and for so long nothing with which a picture begins."""
    return CameraError(
        subject, "sends video, but no picture could be decoded yet", reason="no-key-frame",
        received=f"no key frame within {seconds:.0f} s",
        cure="In the camera's settings have a key frame sent each second or two.",
    )  # fmt: skip
