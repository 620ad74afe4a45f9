"""Decides which frames of a live stream are decoded and passed on: fewer on a busy machine.

Pure arithmetic over times in seconds; knows nothing of video.
"""

_WINDOW = 1.0
# Shares of time that the reader waits for packets: below the first it falls behind, above the second there is
# room for more.
_BUSY_SHARE, _FREE_SHARE = 0.03, 0.25
_FIRST_HOLD, _LONGEST_HOLD = 2.0, 160.0
# The levels where each frame can be decoded alone; else the second level is key frames only.
_EVERY = (1, 2, 4, 8)
# Two clocks differ by less than this, as a share of the time that passes.
_DRIFT = 1e-3


class FrameRateLimit:
    """Lets through `rate` frames a second; all of them where it is None."""

    def __init__(self, rate: float | None) -> None:
        self._distance = 1 / rate if rate else 0.0
        self._due = float("-inf")

    def open(self, now: float) -> bool:
        """Whether a frame of this time is wanted."""
        return now >= self._due - self._distance / 10

    def passed(self, now: float) -> None:
        """A frame of this time was given."""
        late = now - self._due
        # A frame that is a little late does not delay the next; after a pause nothing is made up for.
        self._due = (self._due if late < self._distance else now) + self._distance


class Load:
    """Decides how much of a stream is decoded, by how long its reader waits for it.

    A reader that never waits for a whole second is behind. After a time of waiting, more is decoded again;
    after each failure, it takes longer until the next attempt.

    Args:
        intra_only: whether each frame can be decoded alone.
    """

    def __init__(self, *, intra_only: bool) -> None:
        self._intra_only = intra_only
        self._level = 0
        self._began: float | None = None
        self._waited = 0.0
        self._hold = _FIRST_HOLD
        self._changed = float("-inf")

    def note(self, waited: float, now: float) -> None:
        """A packet arrived after a wait of `waited` seconds."""
        self._waited += waited
        if self._began is None:
            self._began, self._waited = now, 0.0
        passed = now - self._began
        if passed < _WINDOW:
            return
        share = self._waited / passed
        self._began, self._waited = now, 0.0
        level_time = now - self._changed
        if share < _BUSY_SHARE and self._level < self._highest:
            # Where the last attempt to decode more failed soon, the next one is later.
            self._hold = min(2 * self._hold, _LONGEST_HOLD) if level_time < self._hold else _FIRST_HOLD
            self._level, self._changed = self._level + 1, now
        elif share > _FREE_SHARE and self._level and level_time >= self._hold:
            self._level, self._changed = self._level - 1, now

    def rested(self, seconds: float) -> None:
        """The reader waited for something other than a packet."""
        self._waited += seconds

    @property
    def every(self) -> int:
        """Every how many frames one is decoded; 1 where frames depend on each other."""
        return _EVERY[self._level] if self._intra_only else 1

    @property
    def only_key_frames(self) -> bool:
        return self._level > 0 and not self._intra_only

    @property
    def words(self) -> str:
        """What is decoded: "every frame", "every 2nd frame", "key frames only"."""
        if self.only_key_frames:
            return "key frames only"
        return {1: "every frame", 2: "every 2nd frame"}.get(self.every, f"every {self.every}th frame")

    @property
    def _highest(self) -> int:
        return len(_EVERY) - 1 if self._intra_only else 1


class Delay:
    """How much later than the fastest one a packet arrives: what the network and this machine hold up."""

    def __init__(self) -> None:
        self._least: float | None = None
        self._last = 0.0

    def of(self, stamp: float, now: float) -> float:
        """The delay in seconds of a packet with the camera's time `stamp`."""
        offset = now - stamp
        if self._least is not None:
            self._least += (now - self._last) * _DRIFT  # the camera's clock may be the slower one
        self._least = offset if self._least is None else min(self._least, offset)
        self._last = now
        return offset - self._least

    def restart(self) -> None:
        """Forget all: the camera's clock jumped."""
        self._least = None


class Pace:
    """When a frame is to be given of a stream that arrives in pieces of seconds (HLS)."""

    def __init__(self) -> None:
        self._ahead: float | None = None

    def wait(self, stamp: float, now: float) -> float:
        """Seconds to wait with a frame of the stream's time `stamp`; late frames are not sped up."""
        offset = now - stamp
        if self._ahead is None or offset > self._ahead or self._ahead - offset > 60:
            self._ahead = offset
        return self._ahead - offset
