"""The state of a live source, and its present and past faults in words."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from tenfold.cameras.decoder.faults import FaultCode
from tenfold.reasons import Reason

Phase = Literal["off", "connecting", "running", "waiting"]
FaultKind: TypeAlias = "Reason | FaultCode"

# A picture older than this is not shown as if it were live.
STALE_SECONDS = 5.0


@dataclass(frozen=True)
class CameraFault:
    """Something is wrong with a camera, or no longer.

    Attributes:
        code: what, for programs: the reason of a CameraError, or what was found in a running stream.
        time: Unix time at which it was noticed.
    """

    code: FaultKind
    words: str
    time: float
    over: bool = False


@dataclass(frozen=True)
class CameraState:
    """The state of a live source.

    Attributes:
        phase: "off" while nobody asks for frames, "connecting", "running", or "waiting" to try again.
        last_frame: Unix time of the newest frame; None before the first.
        last_fault: what was noticed last, perhaps over.
        next_try: Unix time at which it is opened again, while it waits.
        restarts: how often it was opened again.
        arrived: how many arrived since it was last opened, decoded or not.
        delay: seconds by which the newest frame is later than it could be.
        mode: what is decoded: "every frame", "every 2nd frame", "key frames only".
    """

    phase: Phase = "off"
    last_frame: float | None = None
    faults: tuple[CameraFault, ...] = ()
    last_fault: CameraFault | None = None
    next_try: float | None = None
    restarts: int = 0
    frames: int = 0
    arrived: int = 0
    delay: float = 0.0
    mode: str = "every frame"

    def age(self, now: float) -> float | None:
        """Seconds since the newest frame."""
        return None if self.last_frame is None else max(0.0, now - self.last_frame)

    def words(self, now: float) -> str:
        """The state in a line: "Running, key frames only: the machine is busy. Last frame 0.2 s ago."."""
        age = self.age(now)
        last = "No frame yet." if age is None else f"Last frame {age:.{int(age < 10)}f} s ago."
        parts = [self._phase_words(now), last, *(fault.words for fault in self.faults)]
        return " ".join(parts)

    def _phase_words(self, now: float) -> str:
        if self.phase == "waiting" and self.next_try is not None:
            return f"Not connected; next attempt in {max(0.0, self.next_try - now):.0f} s."
        if self.phase == "running" and self.mode != "every frame":
            return f"Running, {self.mode}: the machine is busy."
        return f"{self.phase.capitalize()}."
