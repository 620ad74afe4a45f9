"""Which parts may pass: one small state machine.

Knows only the times of its events, no clock and no protocol.

A part is released only where a pass was reached in time, recorded in time, and nothing that a verdict needs
was failing in between. Otherwise it is rejected, and recorded as rejected. While parts are held, they are
judged as always, and a pass is recorded as a rejection for the reason of the hold.

    waiting for a verdict ──pass──▶ waiting for the trail ──recorded in time──▶ released
             │                               │
             └── anything else ─▶ rejected ◀─┘
"""

from dataclasses import dataclass

from tenfold.line.parts import (
    Action,
    Alarm,
    Event,
    FaultBegan,
    FaultEnded,
    HoldBegan,
    HoldEnded,
    Inspect,
    Judged,
    Pictured,
    Reason,
    Record,
    Recorded,
    Release,
    Spoiled,
    TimePassed,
    Triggered,
    Verdict,
    Withhold,
)

# Reasons that raise an alarm at once; an ordinary bad part does not.
_ALARMING: frozenset[Reason] = frozenset({"late", "queue-full", "missed-trigger", "no-picture", "restarted"})


@dataclass
class _WaitingPart:
    deadline: float
    held: Reason | None
    passed: bool = False


class Inspection:
    """The state machine of a station.

    Args:
        deadline: seconds from the photo-eye to the release.
        most: parts that may be waited for at the same time; one more is rejected.
        last: number of the last part before; None where it is not known.
    """

    def __init__(self, *, deadline: float, most: int = 8, last: int | None = None) -> None:
        assert deadline > 0
        assert most > 0
        self.deadline, self._most = deadline, most
        self._open: dict[int, _WaitingPart] = {}
        self._faults: dict[Reason, None] = {}  # in the order in which they began
        self._holds: dict[Reason, None] = {}
        self._now = float("-inf")
        self._last = last

    @property
    def faults(self) -> tuple[Reason, ...]:
        """What fails now, the oldest first."""
        return tuple(self._faults)

    @property
    def holds(self) -> tuple[Reason, ...]:
        """Why nothing is released now, though parts are judged."""
        return tuple(self._holds)

    @property
    def last(self) -> int | None:
        """Number of the last part that came."""
        return self._last

    @property
    def waiting(self) -> int:
        """How many parts have neither been released nor rejected."""
        return len(self._open)

    def handle(self, event: Event) -> list[Action]:
        """What is to be done after an event, in order."""
        # A clock that goes back must not extend a deadline.
        self._now = max(self._now, event.at)
        found = self._expired()
        match event:
            case Triggered(part):
                found += self._triggered(part, event.at)
            case Judged(part, verdict, reason):
                found += self._judged(part, verdict, reason)
            case Spoiled(part, reason) if part in self._open:
                found += self._reject(part, reason)
            case Recorded(part):
                found += self._recorded(part)
            case FaultBegan(fault) if fault not in self._faults:
                self._faults[fault] = None
                found += [Alarm(fault)]
                for waiting in list(self._open):
                    found += self._reject(waiting, fault)
            case FaultEnded(fault):
                self._faults.pop(fault, None)
            case HoldBegan(reason):
                self._holds[reason] = None
                for waiting in list(self._open):
                    found += self._reject(waiting, reason)
            case HoldEnded(reason):
                self._holds.pop(reason, None)
            case FaultBegan() | Spoiled() | TimePassed() | Pictured():
                pass
        return found

    def _expired(self) -> list[Action]:
        late = [part for part, one in self._open.items() if self._now > one.deadline]
        return [action for part in late for action in self._reject(part, "late")]

    def _triggered(self, part: int, at: float) -> list[Action]:
        assert self._last is None or part > self._last, "parts are numbered once"
        missed = range(self._last + 1, part) if self._last is not None else range(0)
        self._last = part
        found: list[Action] = []
        for gone in missed:
            found += [Record(gone, Verdict.REJECT, "missed-trigger"), Alarm("missed-trigger", gone)]
        if self._faults:
            return [*found, Record(part, Verdict.REJECT, next(iter(self._faults)))]
        if len(self._open) >= self._most:
            return [*found, Record(part, Verdict.REJECT, "queue-full"), Alarm("queue-full", part)]
        deadline = at + self.deadline
        self._open[part] = _WaitingPart(deadline, next(iter(self._holds), None))
        return [*found, Inspect(part, deadline)]

    def _judged(self, part: int, verdict: Verdict, reason: Reason) -> list[Action]:
        one = self._open.get(part)
        if one is None or one.passed:
            return []  # too late, or judged twice: the first verdict stands
        if verdict is Verdict.PASS and one.held:
            verdict, reason = Verdict.REJECT, one.held
        if verdict is Verdict.PASS:
            one.passed = True
            return [Record(part, Verdict.PASS, "good")]
        del self._open[part]
        alarm: list[Action] = [Alarm(reason, part)] if reason in _ALARMING else []
        return [Record(part, verdict, reason), *alarm]

    def _recorded(self, part: int) -> list[Action]:
        one = self._open.get(part)
        if one is None or not one.passed:
            return []
        del self._open[part]
        return [Release(part)]

    def _reject(self, part: int, reason: Reason) -> list[Action]:
        alarm: list[Action] = [Alarm(reason, part)] if reason in _ALARMING else []
        if self._open.pop(part).passed:
            return [Withhold(part, reason), *alarm]
        return [Record(part, Verdict.REJECT, reason), *alarm]
