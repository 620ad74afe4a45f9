"""Faults of a running stream, noticed by its times, its sizes and its pictures."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

FaultCode = Literal["no-key-frame", "frozen", "timestamps", "clock-jump", "resolution"]

FROZEN_SECONDS = 10.0
STANDSTILL_SECONDS = 2.0
SOUND_ONLY_SECONDS = 5.0
_NO_KEY_FRAME_SECONDS = 3.0
_JUMP_SECONDS = 5.0
_FEWEST = 5


@dataclass(frozen=True)
class FaultChange:
    """A fault that began, or is over. words: what is seen, as a clause. over: whether it is over."""

    code: FaultCode
    words: str
    over: bool = False

    @property
    def lasting(self) -> bool:
        """Whether it is wrong from now on; a jump and a change of size are over at once."""
        return self.code in ("no-key-frame", "frozen", "timestamps") and not self.over


class _Standstill:
    """Something that ought to change and does not."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._value: object = None
        self._since = 0.0
        self._count = 0
        self.lasting = False

    def note(self, value: object, now: float) -> bool:
        """Whether it began or ended to stand still."""
        if value != self._value:
            self._value, self._since, self._count = value, now, 1
            changed, self.lasting = self.lasting, False
            return changed
        self._count += 1
        if self.lasting or self._count < _FEWEST or now - self._since < self._seconds:
            return False
        self.lasting = True
        return True


class FaultWatch:
    """Watches one live stream; all times in seconds by this machine's clock, which never jumps."""

    def __init__(self, began: float) -> None:
        self._picture = _Standstill(FROZEN_SECONDS)
        self._stamp = _Standstill(STANDSTILL_SECONDS)
        self._last: tuple[float, float] | None = None
        self._last_video = self._began = began
        self._key_awaited = True
        self._size: tuple[int, int] | None = None

    def video_packet(self, stamp: float | None, now: float, *, key: bool = True) -> Iterator[FaultChange]:
        """A packet of the video came, with the camera's time `stamp` or none."""
        self._last_video = now
        if key:
            self._key_awaited = False
        elif self._key_awaited and now - self._began > _NO_KEY_FRAME_SECONDS:
            self._key_awaited = False
            yield FaultChange(
                "no-key-frame", "video arrives, but no key frame yet, with which a picture begins"
            )
        if stamp is None:
            return
        if self._stamp.note(stamp, now):
            words = "the camera's timestamps stand still" if self._stamp.lasting else "the timestamps go on"
            yield FaultChange("timestamps", words, over=not self._stamp.lasting)
        if self._last is not None:
            passed, by_camera = now - self._last[1], stamp - self._last[0]
            # After a pause of the network both have gone on alike, or the packets come in a burst.
            if abs(by_camera) > _JUMP_SECONDS and abs(by_camera - passed) > _JUMP_SECONDS:
                yield FaultChange("clock-jump", f"the camera's clock jumped by {by_camera - passed:+.0f} s")
        self._last = stamp, now

    def without_video(self, now: float) -> float:
        """For how long other packets have come and none of the video."""
        return now - self._last_video

    def frame(self, checksum: int, now: float) -> Iterator[FaultChange]:
        """A frame was decoded."""
        if self._picture.note(checksum, now):
            words = "the picture changes again"
            if self._picture.lasting:
                words = f"the picture has not changed for {FROZEN_SECONDS:.0f} s, though frames arrive"
            yield FaultChange("frozen", words, over=not self._picture.lasting)

    def size(self, width: int, height: int) -> Iterator[FaultChange]:
        """A frame has this size."""
        before, self._size = self._size, (width, height)
        if before is not None and before != self._size:
            words = f"the camera changed its resolution from {before[0]} x {before[1]} to {width} x {height}"
            yield FaultChange("resolution", words)
