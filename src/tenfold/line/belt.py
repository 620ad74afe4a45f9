"""Where each part is, by the counts of an encoder, and which part is at the gate. Knows no clock or protocol.

Counts come from a counter that wraps, of 16 or 32 bits. All places are counts from the photo-eye.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median_low
from typing import Literal, TypeAlias, get_args

# The belt slips where at least LEAST of the last KEPT parts at a sensor show it: a single part may lie askew.
_SLIPS_KEPT, _SLIPS_LEAST = 8, 4

# The outcome of a part at the gate, as the trail names it.
Outcome: TypeAlias = Literal["passed", "rejected", "not-seen", "wrongly-rejected"]


def signed(difference: int, bits: int = 32) -> int:
    """By how much a counter that wraps moved, either way, from the difference of two readings."""
    half = 1 << (bits - 1)
    return (difference + half) % (1 << bits) - half


class JumpingCounter(Exception):
    """A counter moved further than it can in one reading."""


class Counter:
    """A counter of the plant, of 16 or 32 bits, unwrapped; `most`: how far it moves between two readings."""

    def __init__(self, *, bits: int = 32, most: int = 1 << 14) -> None:
        assert 0 < most < 1 << (bits - 1)
        self._bits, self._most = bits, most
        self.value: int | None = None

    def read(self, raw: int) -> int:
        """The count after a reading; it falls where the belt runs backwards.

        Raises:
            JumpingCounter: the counter jumped, as when the PLC was started again; it goes on from there.
        """
        if self.value is None:
            self.value = raw
            return raw
        moved = signed(raw - self.value, self._bits)
        self.value += moved
        if abs(moved) > self._most:
            raise JumpingCounter(moved)
        return self.value


class SensorReadings:
    """The parts that a sensor of the plant saw, by its counter; each is told once."""

    def __init__(self) -> None:
        self._read = 0

    def begin(self, read: int) -> None:
        """Start here: parts before are not told."""
        self._read = read

    def new(self, read: int, counts: Sequence[int], encoder: int, count: int) -> list[int]:
        """Where the belt was at each new one, the oldest first.

        Args:
            counts: the encoder then, of number n at place n modulo their length.
            encoder: as it is now, when the belt is at `count`.
        """
        new, self._read = (read - self._read) % (1 << 32), read
        numbers = range(read - min(new, len(counts)) + 1, read + 1)
        return [count - signed(encoder - counts[one % len(counts)]) for one in numbers]


@dataclass
class _PartOnBelt:
    part: int
    at: int
    shift: int = 0  # counts by which it reaches the gate later than the encoder says
    met: bool = False  # seen by the second photo-eye; `at` is then corrected by it
    alone: bool = True  # the sensor cannot mistake it for another part
    passes: bool = False
    spoiled: bool = False
    done: bool = False


@dataclass(frozen=True)
class Gate:
    """Where the gate and the plant's sensors stand.

    Attributes:
        distance: from the photo-eye to the gate.
        window: a part is at the gate from `distance - window` to `distance + window`.
        sensor: from the photo-eye to the sensor that sees rejected parts; 0: there is none.
        slack: tolerance of a part's position there, and at the second photo-eye.
        eye: from the photo-eye to a second one before the gate, which sees all parts; 0: there is none.
    """

    distance: int
    window: int
    sensor: int = 0
    slack: int = 0
    eye: int = 0

    @property
    def last_eye(self) -> int:
        """Where the second photo-eye may stand at most: what it sees is known before it is at the gate."""
        return self.distance - self.window - 2 * self.slack


class RejectQueue:
    """The parts between the photo-eye and the gate, first in, first out.

    At every moment at most one part may pass the gate; where the gate cannot tell two parts apart, both are
    rejected. A part that has been at the gate is finished, whatever the belt does afterwards.

    Where the reject sensor shows that the belt slips, the gate's position is corrected for later parts, up to
    a limit (`shift`); beyond it nothing may pass (`lost`). A part keeps the shift that was valid when it
    came, and parts have to be further apart by it: so a wrong shift rejects good parts, but never lets a
    neighbour pass.

    With a second photo-eye (`meet`) each part's position is corrected when this eye sees it, by any amount,
    and a part that it has not seen never passes.
    """

    def __init__(self, gate: Gate) -> None:
        assert 0 <= gate.window <= gate.distance
        assert gate.eye == 0 or 0 < gate.eye <= gate.last_eye
        self._gate = gate
        self._met_slip, self._in_step = 0, False
        self._parts: deque[_PartOnBelt] = deque()
        self._newest: tuple[_PartOnBelt, ...] = ()
        self._slips: deque[int] = deque(maxlen=_SLIPS_KEPT)

    def __len__(self) -> int:
        return len(self._parts)

    def enter(self, part: int, count: int) -> list[tuple[int, bool]]:
        """A part passed the photo-eye at `count`.

        Returns:
            the parts that are too close to be told apart, if any, and whether each was released before.
        """
        one = _PartOnBelt(part, count, 0 if self._gate.eye else self.shift)
        close = [other for other in self._parts if not other.done and self._close(one, other)]
        for other in (*self._parts, *self._newest):
            if abs(one.at - other.at) <= 2 * self._gate.slack:
                one.alone = other.alone = False
        self._newest = (one,)
        self._parts.append(one)
        if not close:
            return []
        found = [(each.part, each.passes) for each in (*close, one)]
        for each in (*close, one):
            each.spoiled, each.passes = True, False
        return found

    def _close(self, one: _PartOnBelt, other: _PartOnBelt) -> bool:
        by_encoder, at_gate = one.at - other.at, one.at + one.shift - other.at - other.shift
        # Of two parts that lie closer, the second photo-eye could take one for the other.
        near = max(self._gate.window, self._gate.slack if self._gate.eye else 0)
        room = 2 * near + max(abs(one.shift), abs(other.shift))
        return min(abs(by_encoder), abs(at_gate)) <= room

    @property
    def slip(self) -> int:
        """By how many counts parts come later than the encoder says; below 0: earlier.

        At the second photo-eye, or at the reject sensor where there is none. 0: less than half a window.
        Known from parts that the sensor cannot have mistaken for each other.
        """
        middle = median_low(self._slips) if len(self._slips) >= _SLIPS_LEAST else 0
        return middle if 2 * abs(middle) > (self._gate.window or self._gate.slack) else 0

    @property
    def shift(self) -> int:
        """Counts by which the next part is expected at the gate later than the encoder says."""
        if self._gate.eye:
            return self._met_slip
        return max(-self._most_shift, min(self._most_shift, self._slip_at_gate))

    @property
    def lost(self) -> bool:
        """Whether the belt slips by more than can be corrected: it is not known which part is at the gate."""
        return not self._gate.eye and abs(self._slip_at_gate) > self._most_shift

    @property
    def _slip_at_gate(self) -> int:
        """What slips on the way to the sensor has slipped in part on the way to the gate."""
        return round(self.slip * self._gate.distance / self._gate.sensor) if self.slip else 0

    @property
    def _most_shift(self) -> int:
        # Beyond `slack` the sensor's parts are not known any more: it has to be noticed before.
        return min(self._gate.window or self._gate.slack, 3 * self._gate.slack // 4)

    def release(self, part: int) -> bool:
        """Let a part pass when it is at the gate; returns whether it still can."""
        for one in self._parts:
            if one.part == part and not one.spoiled and not one.done:
                one.passes = True
                return True
        return False

    def clear(self) -> list[int]:
        """Forget all parts, as after a jump of a counter; returns those released that have not passed."""
        lost = [one.part for one in self._parts if one.passes and not one.done]
        self._parts.clear()
        self._newest = ()
        self._slips.clear()
        self._met_slip, self._in_step = 0, False
        return lost

    def meet(self, count: int, seen: Sequence[int]) -> bool:
        """Correct the positions of parts that the second photo-eye saw at the counts `seen`.

        A part is identified by its turn, since parts do not overtake each other, and by its position, which
        may differ from the expected one by as much as the previous part's did, and by the slack. Parts that
        were on the belt before the first known part come to the eye before it, and are ignored.

        Returns:
            False where turn and position contradict each other: a part was taken off or put on, or the belt
            slipped by a whole part, so that it is not known which part is which.
        """
        if not self._gate.eye:
            return True
        for at in seen:
            due = self._due()
            early = due is None or self._off(due, at) < -self._gate.slack
            if early and not self._in_step:
                continue
            if due is None or early or self._off(due, at) > self._gate.slack:
                return False
            self._met_slip, self._in_step = at - self._gate.eye - due.at, True
            if due.alone:
                self._slips.append(self._met_slip)
            due.at, due.met = at - self._gate.eye, True
        due = self._due()
        return due is None or self._off(due, count) <= self._gate.slack

    def _due(self) -> _PartOnBelt | None:
        """The part that comes to the second photo-eye next."""
        return next((one for one in self._parts if not one.met), None)

    def _off(self, due: _PartOnBelt, at: int) -> int:
        """By how much later than expected a part is at the second photo-eye at this count."""
        return at - due.at - self._met_slip - self._gate.eye

    def _unmet(self, one: _PartOnBelt) -> bool:
        return self._gate.eye > 0 and not one.met

    def passing(self, count: int) -> int | None:
        """The part that may pass the gate at this count; None: reject."""
        found: int | None = None
        for one in self._parts:
            if self._unmet(one):
                break
            place = count - one.at - one.shift - self._gate.distance
            if place > self._gate.window:
                one.done = True
            elif place >= -self._gate.window and one.passes and not one.done:
                found = one.part
        return found

    def confirm(self, count: int, seen: Sequence[int]) -> dict[Outcome, list[int]]:
        """The outcomes of parts: the reject sensor saw parts at the counts `seen`, others passed unseen."""
        found: dict[Outcome, list[int]] = {outcome: [] for outcome in get_args(Outcome)}
        gate = self._gate
        if gate.sensor:
            for at in seen:
                near = [one for one in self._parts if abs(at - one.at - gate.sensor) <= gate.slack]
                if near:
                    one = min(near, key=lambda one: abs(at - one.at - gate.sensor))
                    self._parts.remove(one)
                    if one.alone and not gate.eye:
                        self._slips.append(at - one.at - gate.sensor)
                    found["wrongly-rejected" if one.passes else "rejected"].append(one.part)
        while self._parts and not self._unmet(one := self._parts[0]):
            if count - one.at <= max(gate.distance + gate.window + one.shift, gate.sensor + gate.slack):
                break
            self._parts.popleft()
            if one.passes:
                found["passed"].append(one.part)
            elif gate.sensor:
                found["not-seen"].append(one.part)
        return {outcome: parts for outcome, parts in found.items() if parts}


class NoGate:
    """For a plant that asks for verdicts and moves parts itself: a released part is finished."""

    slip = shift = 0
    lost = False

    def __init__(self) -> None:
        self._released: list[int] = []

    def enter(self, part: int, count: int) -> list[tuple[int, bool]]:
        return []

    def release(self, part: int) -> bool:
        self._released.append(part)
        return True

    def clear(self) -> list[int]:
        return []

    def passing(self, count: int) -> int | None:
        return None

    def meet(self, count: int, seen: Sequence[int]) -> bool:
        return True

    def confirm(self, count: int, seen: Sequence[int]) -> dict[Outcome, list[int]]:
        released, self._released = self._released, []
        return {"passed": released} if released else {}
