"""A live camera: gives its newest frame, and reconnects when it fails. Does not know what frames are for."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from tenfold.cameras.address import Address
from tenfold.cameras.decoder.faults import FaultChange
from tenfold.cameras.decoder.pictures import PushedPictures, no_sender
from tenfold.cameras.decoder.process import ClipReport, Decoder, DecoderStatus, End, Segment
from tenfold.cameras.frames import Frame, SourceFacts
from tenfold.cameras.sources.copied import CopiedVideo
from tenfold.cameras.sources.probing import probe
from tenfold.cameras.sources.state import CameraFault, CameraState
from tenfold.errors import CameraError

_POLL_SECONDS = 0.1
_JITTER = 0.2
# A slow camera may be silent for as long as this many of its frames take.
_SILENT_FRAMES = 5


@dataclass(frozen=True)
class Timing:
    """The timeouts of a camera's watchdog, in seconds.

    Attributes:
        open: until the first frame of a connection.
        silent: between two signs of life; longer for a camera that sends less than a frame a second.
        first_pause: before the first new attempt; each further one doubles it.
        longest_pause: but no longer than this, so that a camera that comes back is seen soon.
        refused_pause: after a wrong password, because cameras lock out clients that try too often.
        settled: seconds with frames after which the pauses start from the first again.
    """

    open: float = 10.0
    silent: float = 5.0
    first_pause: float = 0.5
    longest_pause: float = 4.0
    refused_pause: float = 120.0
    settled: float = 10.0


_TIMING = Timing()


class ClipOrders(Protocol):
    """Orders clips of a live stream. All methods are called from the camera's thread."""

    past: float
    """Seconds before the order that a clip may include."""

    def orders(self) -> list[Mapping[str, Any]]:
        """What the decoder is to be told now (`Decoder.order`)."""

    def told(self, report: ClipReport) -> None:
        """The state of a clip."""

    def lost(self) -> None:
        """The decoder ended: what was written stays."""

    def finish(self, stop: threading.Event) -> None:
        """Make the files of killed decoders seekable, without waiting, until `stop` is set."""


class Camera:
    """A live source in a decoder process of its own, which is replaced whenever it fails.

    One process serves all who ask for frames; it runs while anybody does.

    Attributes:
        idle: frames that show what the one before did may be left out, but for one a second.

    Args:
        rate: frames a second that are wanted; None: all.
        tell: called with each fault when it is noticed and when it is over, from a thread of the camera's.
        planes: see `Decoder`.
        masks: parts of the picture that are never shown, as `Zone` keeps them.
        recording: orders clips; None: there are none.
        video: takes the stream as it comes while somebody looks; None: nobody may, as where there are masks.
        pushed: where the pictures of a page's camera arrive; None of any other.
        open_decoder: starts a decoder; a test's may be another.
    """

    def __init__(
        self,
        address: Address,
        *,
        rate: float | None = None,
        tell: Callable[[CameraFault], None] = lambda fault: None,
        planes: bool = False,
        masks: Sequence[Mapping[str, Any]] = (),
        recording: ClipOrders | None = None,
        video: CopiedVideo | None = None,
        pushed: PushedPictures | None = None,
        timing: Timing = _TIMING,
        open_decoder: Callable[..., Decoder] = Decoder,
    ) -> None:
        self._address, self._rate, self._tell, self._timing = address, rate, tell, timing
        self._open_decoder, self._planes = open_decoder, planes
        self._masks, self._recording, self._video, self._pushed = masks, recording, video, pushed
        self._changed = threading.Condition()
        self._state = CameraState()
        self._facts: SourceFacts | None = None
        self._newest: Frame | None = None
        self._users = 0
        self._stop: threading.Event | None = None
        self._thread: threading.Thread | None = None
        self._running_since: float | None = None
        self.idle = False

    @property
    def facts(self) -> SourceFacts:
        """What is known of the camera; opened where it has not been. Raises CameraError: it cannot be."""
        if self._facts is None:
            self._facts = probe(self._address)
        return self._facts

    @property
    def state(self) -> CameraState:
        """Its state at this moment."""
        return self._state

    def frames(self, stop: threading.Event) -> Iterator[Frame]:
        """Yield the newest frame whenever there is one that was not yet given, until `stop` is set.

        A slow receiver misses frames and never delays another. The camera may be away for any time; what
        is wrong is in `state`. The pixels are shared by all who receive the frame, and cannot be written.
        """
        self._enter()
        seen: Frame | None = None
        try:
            while not stop.is_set():
                with self._changed:
                    if self._newest is None or self._newest is seen:
                        self._changed.wait(_POLL_SECONDS)
                    frame = self._newest
                if frame is not None and frame is not seen and not stop.is_set():
                    seen = frame
                    yield frame
        finally:
            self._leave()

    def _enter(self) -> None:
        with self._changed:
            self._users += 1
            if self._stop is None:
                self._stop = threading.Event()
                arguments = (self._stop, self._thread)
                self._thread = threading.Thread(target=self._run, args=arguments, daemon=True)
                self._thread.start()

    def _leave(self) -> None:
        with self._changed:
            self._users -= 1
            if not self._users and self._stop is not None:
                self._stop.set()
                self._stop = self._newest = None

    def _run(self, stop: threading.Event, before: threading.Thread | None) -> None:
        if before is not None:
            before.join()  # it is ending
        pause = self._timing.first_pause
        self._finish(stop)
        while not stop.is_set() and self._has_source(stop):
            self._set(phase="connecting", next_try=None, delay=0.0, mode=CameraState.mode, arrived=0)
            try:
                try:
                    self._follow(stop)
                finally:
                    if self._recording:
                        self._recording.lost()
                    if self._video:
                        self._video.lost()
            except CameraError as error:
                self._failed(error)
                if self._running_seconds() > self._timing.settled:
                    pause = self._timing.first_pause
                wait = self._timing.refused_pause if error.reason == "wrong-password" else pause
                wait *= random.uniform(1 - _JITTER, 1 + _JITTER)  # not all cameras at once
                pause = min(2 * pause, self._timing.longest_pause)
                due = time.monotonic() + wait
                self._set(phase="waiting", next_try=time.time() + wait, restarts=self._state.restarts + 1)
                self._finish(stop)
                stop.wait(max(due - time.monotonic(), 0.0))
        self._set(phase="off", next_try=None, faults=())

    def _finish(self, stop: threading.Event) -> None:
        if self._recording:
            self._recording.finish(stop)

    def _has_source(self, stop: threading.Event) -> bool:
        """Whether there is something to open: of a page's camera once a picture came, until `stop` is set."""
        if self._pushed is None or self._pushed.wait(0):
            return True
        self._failed(no_sender(self._address.description))
        self._set(phase="waiting", next_try=None)
        while not stop.is_set():
            if self._pushed.wait(_POLL_SECONDS):
                return True
        return False

    def _follow(self, stop: threading.Event) -> None:
        """Take what one decoder gives until it fails or `stop` is set."""
        self._running_since = None
        rate = self._facts.rate if self._facts else None
        silent = max(self._timing.silent, _SILENT_FRAMES / rate if rate else 0.0)
        recording, video = self._recording, self._video
        copying = idle = False
        with self._open_decoder(
            self._address,
            rate=self._rate,
            open_seconds=self._timing.open,
            silent_seconds=silent,
            planes=self._planes,
            masks=self._masks,
            past=recording.past if recording else 0.0,
        ) as decoder:
            while not stop.is_set():
                for order in recording.orders() if recording else ():
                    decoder.order(order)
                if video and video.wanted != copying:
                    copying = not copying
                    decoder.copy_video(copying)
                    video.lost()
                if self.idle != idle:
                    idle = not idle
                    decoder.leave_out_still(idle)
                if self._pushed and (jpeg := self._pushed.take()):
                    decoder.push(jpeg)
                event = decoder.receive(_POLL_SECONDS)
                if isinstance(event, Frame):
                    self._give(event)
                elif isinstance(event, SourceFacts):
                    self._facts = event
                elif isinstance(event, DecoderStatus):
                    self._set(delay=event.delay, mode=event.mode, arrived=event.arrived)
                elif isinstance(event, FaultChange):
                    self._found(event)
                elif isinstance(event, ClipReport):
                    assert recording is not None
                    recording.told(event)
                elif isinstance(event, Segment):
                    if video and copying:
                        video.take(event)
                elif isinstance(event, End):
                    raise CameraError(
                        self._address.description, "is a recording, not a live stream", reason="video",
                        cure="Read it as a recording.",
                    )  # fmt: skip

    def _give(self, frame: Frame) -> None:
        if self._running_since is None:
            self._running_since = time.monotonic()
            for fault in self._state.faults:
                self._told(replace(fault, time=time.time(), over=True))
            self._set(phase="running", faults=())
        self._set(last_frame=frame.time, frames=self._state.frames + 1)
        with self._changed:
            self._newest = frame
            self._changed.notify_all()

    def _failed(self, error: CameraError) -> None:
        """The connection is lost, or was never made: whatever was found in the stream is past."""
        fault = CameraFault(error.reason, str(error), time.time())
        known = [one for one in self._state.faults if one.code == fault.code]
        self._set(faults=tuple(known) or (fault,))
        if not known:
            self._told(fault)

    def _found(self, finding: FaultChange) -> None:
        words = f"{self._address.description}: {finding.words}."
        fault = CameraFault(finding.code, words, time.time(), finding.over)
        others = tuple(one for one in self._state.faults if one.code != fault.code)
        self._set(faults=(*others, fault) if finding.lasting else others)
        self._told(fault)

    def _told(self, fault: CameraFault) -> None:
        self._set(last_fault=fault)
        self._tell(fault)

    def _running_seconds(self) -> float:
        return 0.0 if self._running_since is None else time.monotonic() - self._running_since

    def _set(self, **changes: Any) -> None:
        self._state = replace(self._state, **changes)
