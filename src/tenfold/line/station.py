"""Runs a station: reads the plant, has parts judged, keeps the trail, lets parts pass. Knows no protocol.

Threads: one exchanges signals with the plant and moves the gate, some take pictures and judge them, one
writes the trail, one looks whether what failed works again. `Inspection` alone decides what happens, under
one lock; this module carries it out. Deadlines are of the monotonic clock: setting the computer's clock moves
none.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tenfold.clock import ClockWatch
from tenfold.errors import LineError
from tenfold.line.belt import Counter, JumpingCounter, NoGate, RejectQueue, SensorReadings, signed
from tenfold.line.holds import Holds
from tenfold.line.inspection import Inspection
from tenfold.line.inspector import Inspector
from tenfold.line.numbering import Numbering
from tenfold.line.options import ActiveRecipe, StationOptions
from tenfold.line.parts import (
    CODES,
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
    Release,
    Spoiled,
    TimePassed,
    Triggered,
    Verdict,
    Withhold,
)
from tenfold.line.plc.signals import (
    REMEMBERED,
    Heartbeat,
    Inputs,
    OperatingState,
    Outputs,
    PartResult,
    Plant,
    SignalOutput,
    SignalOutputs,
    distinct,
    signs_of,
)
from tenfold.line.trail.recorder import TrailRecorder
from tenfold.line.trail.trail import JOB, Kind, Trail, TrailEntry, time_of

# During these faults it is not known which part is where.
_NO_PLANT: frozenset[Reason] = frozenset({"restarted", "plc", "encoder"})
_ALARM_SECONDS = 2.0
_LOST_SECONDS = 0.05
# Counts by which a belt cannot move between two exchanges.
_MOST_MOVED = 1 << 16
_JOBS_KEPT = 256


class Station:
    """One station of a line. `run` it in a thread of its own.

    Args:
        now: the time of day, for the trail.
        outputs: are told verdicts and state, beside the plant; closed at the end.
    """

    def __init__(
        self,
        plant: Plant,
        inspector: Inspector,
        trail: Trail,
        options: StationOptions,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        outputs: Sequence[SignalOutput] = (),
    ) -> None:
        self._told = SignalOutputs(outputs)
        self._plant, self._inspector, self._trail, self._options = plant, inspector, trail, options
        self.now = now
        self._lock = threading.RLock()
        self._machine = Inspection(deadline=options.deadline, most=options.most, last=trail.last_part() or 0)
        self._gate = RejectQueue(options.gate) if options.gate else NoGate()
        self._recorder = TrailRecorder(trail, lambda event: self.tell(event))
        self._numbering = Numbering(trail)
        self._encoder, self._count = Counter(most=_MOST_MOVED), 0
        self._rejects, self._eye = SensorReadings(), SensorReadings()  # reject sensor, second eye
        # When each part passed the photo-eye, and when its pass was first told at the gate.
        self._triggered, self._fired = dict[int, float](), dict[int, float]()
        self._judged: dict[int, tuple[Judged, Mapping[str, Any], bytes | None]] = {}
        self._job, self._jobs = dict[str, int](), dict[int, dict[str, int]]()
        self._alarm, self._alarm_until, self._looked = 0, 0.0, 0.0
        self._heartbeat, self.asked = Heartbeat(options.heartbeat), 0
        self._clock, self._slipping = ClockWatch(lambda: now().timestamp()), False
        self._failing: Sequence[LineError] = ()  # what fails at outputs
        self._holds = Holds(self, trail, options.challenge, options.first_parts)
        self.released = self.rejected = self._pictured = 0
        # Until the first exchange with the plant it is not known which part is where.
        self.tell(FaultBegan("restarted", time.monotonic()))

    @property
    def faults(self) -> tuple[Reason, ...]:
        """What fails now."""
        with self._lock:
            return self._machine.faults

    @property
    def holds(self) -> tuple[Reason, ...]:
        """Why nothing is released, though parts are judged."""
        with self._lock:
            return self._machine.holds

    def use(self, job: ActiveRecipe | None) -> None:
        """Work by a recipe from the next part on; None: there is none, reject all parts.

        If the recipe changes, parts under way are rejected. Repeated calls with the same recipe only check
        whether challenge parts are due.
        """
        with self._lock:
            now = time.monotonic()
            if job is None:
                return self.tell(FaultBegan("recipe", now))
            if job.facts != self._options.facts:
                self.tell(HoldBegan("recipe", now))
                self._inspector.change(job.classify, job.recipe)
                self._machine.deadline = job.recipe.deadline
                self._options = replace(self._options, recipe=job.recipe.number, facts=job.facts)
                self._holds.use(job.facts, job.recipe.name)
            self._holds.tend()
            if self.asked in (0, job.recipe.number):
                self.tell(HoldEnded("recipe", now))
                self.tell(FaultEnded("recipe", now))

    def begin_challenge(self, expected: Sequence[bool], *, by: str) -> None:
        """The next parts are challenge parts, in this order: True: good. Raises LineError: too few."""
        with self._lock:
            self._holds.begin_challenge(expected, after=self._machine.last or 0, by=by)

    def settle_first_parts(self, *, by: str, refused: str = "") -> None:
        """Release parts from here on; `refused`: why not, and as many first parts are held again."""
        with self._lock:
            self._holds.settle_first_parts(by=by, refused=refused)

    @property
    def facts(self) -> Mapping[str, Any]:
        """The facts of the recipe in use: `model` and `recipe`; empty where there is none."""
        return self._options.facts

    @property
    def held(self) -> dict[str, Any]:
        """What the station waits for: first parts to be judged, and the state of a challenge."""
        with self._lock:
            return {"first_parts": self._holds.first_parts, "challenge": self._holds.challenge}

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set; what waits for a verdict then is recorded as rejected."""
        judges = [
            threading.Thread(target=self._inspector.run, args=[self.tell], daemon=True)
            for _ in range(self._options.inspectors)
        ]
        prober = threading.Thread(
            target=self._inspector.probe, args=[lambda: self.faults, self.tell, stop], daemon=True
        )
        self._recorder.start()
        for thread in (*judges, prober):
            thread.start()
        # Whether parts that were released when the last run ended still passed is not known.
        for part in self._trail.unsettled(64):
            self.write("withheld", {"reason": "restarted", "released": True}, part)
        try:
            while not stop.is_set():
                began = time.monotonic()
                self._cycle()
                stop.wait(max(0.0, self._options.cycle - (time.monotonic() - began)))
        finally:
            self.tell(FaultBegan("stopped", time.monotonic()))
            with suppress(LineError):
                self._plant.exchange(Outputs(state=OperatingState.STOPPED, recipe=self._options.recipe))
            self._plant.close()
            self._told.close()
            for _ in judges:
                self._inspector.end()
            self._recorder.finish()

    def _cycle(self) -> None:
        outputs = self._outputs()
        self._tell_outputs(outputs)
        # A part that is new in this exchange passed the photo-eye after the last exchange began.
        since, self._looked = self._looked, time.monotonic()
        try:
            inputs = self._plant.exchange(outputs)
        except LineError:
            self._lose_plant("plc")
            time.sleep(_LOST_SECONDS)
            return
        now = time.monotonic()
        with self._lock:
            self._job = {name: number for name in JOB if (number := getattr(inputs, name))}
            self._watch_clock()
            self._follow_recipe(inputs.recipe, now)
            if self._heartbeat.stopped(inputs.heartbeat, now):
                return self._lose_plant("plc")
            if not self._heartbeat.beats:
                return
            try:
                self._count = self._encoder.read(inputs.encoder)
                if _NO_PLANT.intersection(self._machine.faults):
                    self._find_plant(inputs, now)
                else:
                    self._take(inputs, self._numbering.new(inputs.triggers, self._machine.last or 0), since)
                    self._confirm(inputs)
            except JumpingCounter:
                return self._lose_plant("encoder")
            self.tell(TimePassed(now))

    def _tell_outputs(self, outputs: Outputs) -> None:
        """Tell the outputs the state, and ask how they do."""
        self._told.state(outputs)
        health = self._told.health()
        failing = distinct(health)
        with self._lock:
            event = FaultBegan if any(one.halts for one in health) else FaultEnded
            self.tell(event("halted", time.monotonic()))
            if len(failing) > len(self._failing):
                self._raise_alarm("output")
                self.write("alarm", {"reason": "output", "says": " ".join(str(one) for one in failing)})
            self._failing = failing

    def _outputs(self) -> Outputs:
        with self._lock:
            now, faults = time.monotonic(), self._machine.faults
            passing = None if faults else self._gate.passing(self._count)
            if passing is not None:
                self._fired.setdefault(passing, now)
            state, light = signs_of(faults, self._machine.holds)
            held = next((CODES[one] for one in self._machine.holds), 0)
            return Outputs(
                pass_part=0 if passing is None else self._numbering.raw(passing),
                state=state,
                alarm=self._alarm if faults or now < self._alarm_until else held,
                recipe=self._options.recipe,
                passed=self.released,
                rejected=self.rejected,
                pictured=self._numbering.raw(self._pictured),
                model=self._options.facts.get("model", ""),
                light=light,
            )

    def _follow_recipe(self, asked: int, now: float) -> None:
        """The plant asks for another recipe: nothing is released until `use` brings it."""
        self.asked = asked
        if asked not in (0, self._options.recipe) and "recipe" not in self._machine.holds:
            self.tell(HoldBegan("recipe", now))

    def _lose_plant(self, fault: Reason) -> None:
        with self._lock:
            self.tell(FaultBegan(fault, time.monotonic()))
            for part in self._gate.clear():
                self._withhold(part, fault)
            self._encoder = Counter(most=_MOST_MOVED)
            self._heartbeat.forget()

    def _find_plant(self, inputs: Inputs, now: float) -> None:
        """The plant answers (again): parts that came meanwhile were rejected by the station's silence."""
        reason = next(fault for fault in self._machine.faults if fault in _NO_PLANT)
        last = self._machine.last or 0
        for part in self._numbering.begin(inputs.triggers, last):
            self.tell(Triggered(part, now))
        self.write("start", {"offset": self._numbering.offset, "reason": reason} | dict(self._options.facts))
        self._rejects.begin(inputs.rejects)
        self._eye.begin(inputs.gate_parts)
        for fault in _NO_PLANT:
            self.tell(FaultEnded(fault, now))

    def _take(self, inputs: Inputs, new: range, since: float) -> None:
        """Parts that passed the photo-eye since the last exchange, which began at `since`."""
        for part in new[-REMEMBERED:]:
            self._jobs[part] = self._job
            for kept in (self._jobs, self._triggered, self._fired):
                kept.pop(part - _JOBS_KEPT, None)
            raw = inputs.trigger_counts[self._numbering.raw(part) % REMEMBERED]
            self._triggered[part] = since
            self.tell(Triggered(part, since))
            for other, released in self._gate.enter(part, self._count - signed(inputs.encoder - raw)):
                if released:
                    self._withhold(other, "too-close")
                else:
                    self.tell(Spoiled(other, "too-close", since))

    def _confirm(self, inputs: Inputs) -> None:
        """Record what the second photo-eye sees, and the outcomes of parts at the gate."""
        met = self._eye.new(inputs.gate_parts, inputs.gate_counts, inputs.encoder, self._count)
        seen = self._rejects.new(inputs.rejects, inputs.reject_counts, inputs.encoder, self._count)
        if not self._gate.meet(self._count, met):  # lasting: it is not known which part is which
            self.tell(FaultBegan("astray", time.monotonic()))
            for part in self._gate.clear():
                self._withhold(part, "astray")
        for outcome, parts in self._gate.confirm(self._count, seen).items():
            for part in parts:
                fired, began = self._fired.pop(part, None), self._triggered.get(part)
                fact = {} if fired is None or began is None else {"fired_ms": _ms(began, fired)}
                self.write("gate", {"outcome": outcome, **fact}, part)
                if outcome in ("not-seen", "wrongly-rejected"):
                    self._do(Alarm(outcome, part))
        if (slip := self._gate.slip) and not self._slipping:
            self.write("alarm", {"reason": "slip", "counts": slip, "corrected": self._gate.shift})
            self._raise_alarm("slip")
        self._slipping = bool(slip)
        if self._gate.lost:  # lasting: slip by a whole part is indistinguishable from none
            self.tell(FaultBegan("slip", time.monotonic()))

    def _watch_clock(self) -> None:
        """The trail uses the computer's clock: if that is set, a row records it."""
        if seconds := self._clock.set_by():
            self.write("alarm", {"reason": "clock", "seconds": round(seconds, 3)})
            self._holds.clock_set(seconds)
            self._raise_alarm("clock")

    def tell(self, event: Event, facts: Mapping[str, Any] | None = None, data: bytes | None = None) -> None:
        """Hand an event to the state machine and do what it says."""
        with self._lock:
            if isinstance(event, Judged):
                self._judged[event.part] = event, facts or {}, data
            if isinstance(event, Judged | Pictured):
                self._pictured = max(self._pictured, event.part)
            for action in self._machine.handle(event):
                self._do(action)
            if isinstance(event, Judged):
                self._judged.pop(event.part, None)

    def _do(self, action: Action) -> None:
        match action:
            case Inspect():
                self._inspector.put(action)
            case Record(part, verdict, reason):
                self._record(part, verdict, reason)
            case Withhold(part, reason):
                self._withhold(part, reason, released=False)
            case Release(part):
                if self._gate.release(part):
                    self.released += 1
                    self._fire(part, Verdict.PASS, "good")
                else:
                    self._withhold(part, "late", released=False)
            case Alarm(reason, part):
                self._raise_alarm(reason)
                if part is None:
                    self.write("alarm", {"reason": reason})

    def _raise_alarm(self, reason: Reason) -> None:
        self._alarm, self._alarm_until = CODES[reason], time.monotonic() + _ALARM_SECONDS

    def _record(self, part: int, verdict: Verdict, reason: Reason) -> None:
        judged, facts, data = self._judged.get(part, (None, {}, None))
        body: dict[str, Any] = {"verdict": verdict, "reason": reason} | dict(self._options.facts)
        if (began := self._triggered.get(part)) is not None:
            body["verdict_ms"] = _ms(began, time.monotonic())
            if "picture_at" in facts:
                body["picture_ms"] = _ms(began, facts["picture_at"])
        body |= {name: value for name, value in facts.items() if name != "picture_at"}
        if judged is not None and judged.reason != reason:
            body["judged"] = {"verdict": judged.verdict, "reason": judged.reason}
        if verdict is not Verdict.PASS:
            self.rejected += 1
            self._fire(part, verdict, reason)
        self.write("part", body, part, data)
        self._holds.recorded(part, judged.verdict if judged else None)

    def _withhold(self, part: int, reason: Reason, *, released: bool = True) -> None:
        self.write("withheld", {"reason": reason, "released": released}, part)
        self.rejected += 1
        self.released -= released
        self._fire(part, Verdict.REJECT, reason)

    def _fire(self, part: int, verdict: Verdict, reason: Reason) -> None:
        began, now = self._triggered.get(part), self.now()
        triggered = None if began is None else now - timedelta(seconds=time.monotonic() - began)
        number, recipe = self._numbering.raw(part), self._options.recipe
        self._told.fire(PartResult(part, number, verdict, reason, triggered, now, recipe))

    def write(
        self, kind: Kind, body: Mapping[str, Any], part: int | None = None, data: bytes | None = None
    ) -> None:
        job = self._job if part is None else self._jobs.get(part, self._job)
        self._recorder.put(TrailEntry(kind, time_of(self.now()), {**job, **body}, part, data))


def _ms(began: float, moment: float) -> float:
    return round((moment - began) * 1000, 3)
