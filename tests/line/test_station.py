"""A station in one process with a plant whose time the test makes: faults, restarts, numbering."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tenfold.errors import LineError
from tenfold.line.belt import Gate
from tenfold.line.holds import ChallengeRule
from tenfold.line.inspector import Inspector
from tenfold.line.options import ActiveRecipe, StationOptions
from tenfold.line.parts import CODES, Verdict
from tenfold.line.pictures.camera import Shot
from tenfold.line.plc.handshake import Control, HandshakeStatus
from tenfold.line.plc.handshake_plant import HandshakePlant, Heard
from tenfold.line.plc.mqtt_broker import Broker
from tenfold.line.plc.signals import (
    Inputs,
    Light,
    OutputHealth,
    Outputs,
    PartResult,
    SignalOutput,
    distinct,
)
from tenfold.line.recipe import WHOLE, Region, StationRecipe
from tenfold.line.simulator.conveyor import ConveyorOptions
from tenfold.line.station import Station
from tenfold.line.trail.trail import Row, Trail
from tests.line.fakes import FakeCamera, FakeModel, FakePlant, answer

SECONDS = 120.0
# The gate is far, so that a verdict is in time however busy the machine is.
CONVEYOR = ConveyorOptions(parts=40, rate=20.0, lead=8, distance=16_000, sensor=16_200)
GATE = Gate(distance=16_000, window=120, sensor=16_200, slack=120)
EYE = 15_640


class Bench:
    """A station and what stands around it."""

    def __init__(self, folder: Path, conveyor: ConveyorOptions = CONVEYOR) -> None:
        self.plant, self.camera, self.model = FakePlant(conveyor), FakeCamera(), FakeModel()
        self.trail = Trail(folder / "trail.db")
        self.ahead = timedelta()
        self.challenge: ChallengeRule | None = None
        self.outputs: Sequence[SignalOutput] = ()
        self.asks: HandshakePlant | None = None
        self.within = 5.0
        self.gate = replace(GATE, eye=conveyor.eye)

    def station(self) -> Station:
        recipe = StationRecipe("test", (Region("part", WHOLE, frozenset({"good"})),), deadline=5.0)
        options = StationOptions(
            None if self.asks else self.gate,
            deadline=5.0,
            recipe=1,
            facts={"model": "abc"},
            cycle=0.004,
            most=64,
            heartbeat=2.0,
            challenge=self.challenge,
        )
        inspector = Inspector(self.camera, self.model.classify, recipe, within=self.within)
        now: Callable[[], datetime] = lambda: datetime.now(UTC) + self.ahead  # noqa: E731
        return Station(self.asks or self.plant, inspector, self.trail, options, now=now, outputs=self.outputs)

    @contextmanager
    def running(self) -> Iterator[Station]:
        station = self.station()
        stop = threading.Event()
        thread = threading.Thread(daemon=True, target=station.run, args=[stop])
        thread.start()
        try:
            yield station
        finally:
            stop.set()
            thread.join(SECONDS)
            assert not thread.is_alive()

    def until(self, condition: Callable[[], bool], what: str) -> None:
        ends = time.monotonic() + SECONDS
        while not condition():
            assert time.monotonic() < ends, what
            time.sleep(0.005)

    def all_by(self) -> None:
        self.until(lambda: self.plant.conveyor.done, "the parts did not go by")

    def rows(self, kind: str) -> list[Row]:
        return [row for row in self.trail.rows() if row.kind == kind]

    def verdicts(self) -> dict[int | None, tuple[str, str]]:
        return {row.part: (row.body["verdict"], row.body["reason"]) for row in self.rows("part")}

    def passed(self) -> set[int]:
        return {one.part for one in self.plant.conveyor.outcomes if one.passed}

    def judged_good(self) -> set[int | None]:
        return {part for part, (verdict, _) in self.verdicts().items() if verdict == "pass"}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    with made.trail:
        yield made


def test_a_station_that_has_not_met_its_plant_is_not_ready(bench: Bench) -> None:
    assert bench.station().faults == ("restarted",)


@pytest.mark.slow
def test_good_parts_pass_and_every_part_has_its_row_and_picture(bench: Bench) -> None:
    with bench.running() as station:
        bench.all_by()
        bench.until(lambda: len(bench.rows("gate")) == 40, "the gate was not watched")
    assert bench.passed() == set(range(1, 41))
    assert station.released == 40
    first = bench.rows("part")[0]
    assert first.body["model"] == "abc"
    assert first.body["answers"][0]["probabilities"] == {"good": 0.9, "bad": 0.1}
    assert bench.trail.picture(first.body["picture"]) == b"a picture"
    assert {row.body["outcome"] for row in bench.rows("gate")} == {"passed"}
    verdict_ms = {row.part: row.body["verdict_ms"] for row in bench.rows("part")}
    assert all(row.body["fired_ms"] > verdict_ms[row.part] for row in bench.rows("gate"))
    left, top, width, height = first.body["box"]
    assert (left, width) == pytest.approx((1 / 3, 1 / 3), abs=1e-4)
    assert (top, height) == pytest.approx((1 / 3, 1 / 3), abs=1e-4)
    assert bench.trail.verify() is None


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize(
    ("label", "sure", "known", "reason"),
    [
        ("bad", 0.9, True, "wrong-class"),
        ("good", 0.5, True, "unsure"),
        ("bad", 0.55, True, "unsure"),
        ("good", 0.9, False, "none-of-these"),
    ],
)
def test_anything_but_a_sure_good_part_is_rejected(
    bench: Bench, label: str, sure: float, known: bool, reason: str
) -> None:
    bench.model.says = answer(label, sure, known=known)
    with bench.running():
        bench.all_by()
    assert bench.passed() == set()
    assert set(bench.verdicts().values()) == {("reject", reason)}
    assert len(bench.verdicts()) == 40


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize(
    ("fault", "reason"),
    [("failing", "camera"), ("frozen", "frozen-picture"), ("dark", "dark-picture")],
)
def test_a_fault_of_the_camera_rejects_until_it_is_over(bench: Bench, fault: str, reason: str) -> None:
    with bench.running() as station:
        bench.until(lambda: bench.plant.conveyor.inputs().triggers >= 5, "no part came")
        setattr(bench.camera, fault, True)
        bench.until(lambda: reason in station.faults, "the fault was not noticed")
        bench.until(lambda: bench.plant.conveyor.inputs().triggers >= 15, "no part came")
        setattr(bench.camera, fault, False)
        bench.until(lambda: not station.faults, "the fault did not end")
        bench.all_by()
    assert bench.passed() <= bench.judged_good()
    assert ("reject", reason) in bench.verdicts().values()
    assert bench.verdicts()[40] == ("pass", "good")
    assert reason in [row.body["reason"] for row in bench.rows("alarm")]


@pytest.mark.slow
def test_a_model_that_fails_rejects_until_it_answers_again(bench: Bench) -> None:
    bench.model.failing = True
    with bench.running() as station:
        bench.until(lambda: "model" in station.faults, "the fault was not noticed")
        bench.model.failing = False
        bench.until(lambda: not station.faults, "the fault did not end")
        bench.all_by()
    assert bench.verdicts()[1] == ("reject", "model")
    assert 1 not in bench.passed()
    assert bench.verdicts()[40] == ("pass", "good")


@pytest.mark.slow
def test_an_empty_belt_and_a_late_model_reject(bench: Bench) -> None:
    bench.camera.empty, bench.model.late = True, True
    with bench.running():
        bench.until(lambda: bench.plant.conveyor.inputs().triggers >= 5, "no part came")
        bench.camera.empty = False
        bench.all_by()
    assert bench.passed() == set()
    assert {reason for _, reason in bench.verdicts().values()} == {"no-part", "late"}


@pytest.mark.slow
def test_parts_that_come_while_the_plant_does_not_answer_are_recorded_as_rejected(bench: Bench) -> None:
    with bench.running() as station:
        bench.until(lambda: bench.plant.conveyor.inputs().triggers >= 5, "no part came")
        bench.plant.cut = True
        bench.until(lambda: "plc" in station.faults, "the fault was not noticed")
        for _ in range(150):  # at 0.6 s, 12 parts
            bench.plant.conveyor.advance(0.004)
        bench.plant.cut = False
        bench.until(lambda: not station.faults, "the fault did not end")
        bench.all_by()
    assert bench.passed() <= bench.judged_good()
    withheld = {row.part for row in bench.rows("withheld")}
    assert (station.released, station.rejected) == (
        len(bench.judged_good() - withheld),
        40 - station.released,
    )
    assert sorted(part or 0 for part in bench.verdicts()) == list(range(1, 41))
    assert sum(reason == "plc" for _, reason in bench.verdicts().values()) >= 10
    assert bench.verdicts()[40] == ("pass", "good")


@pytest.mark.slow
def test_a_belt_that_slips_is_an_alarm_once(tmp_path: Path) -> None:
    bench = Bench(tmp_path, replace(CONVEYOR, sensor=CONVEYOR.sensor + 75))
    bench.model.says = answer("bad")
    with bench.running():
        bench.all_by()
        bench.until(lambda: 40 in [row.part for row in bench.rows("gate")], "part 40 was not seen")
    (alarm,) = [row for row in bench.rows("alarm") if row.body["reason"] == "slip"]
    assert 65 <= alarm.body["counts"] <= 85
    assert alarm.body["corrected"] == round(alarm.body["counts"] * CONVEYOR.distance / GATE.sensor)
    assert bench.passed() == set()


@pytest.mark.slow
def test_a_belt_that_slips_too_far_passes_nothing_until_the_station_starts_anew(tmp_path: Path) -> None:
    bench = Bench(tmp_path, replace(CONVEYOR, parts=80, sensor=CONVEYOR.sensor + 105))
    bench.model.says = answer("bad")
    with bench.running() as station:
        bench.until(lambda: station.faults == ("slip",), "the slip was not noticed")
        bench.model.says = answer("good")
        bench.all_by()
        assert station.faults == ("slip",), "it ended by itself"
        assert bench.plant.heard.light is Light.RED
    late = bench.verdicts()[80]
    assert late == ("reject", "slip")
    assert bench.passed() == set()
    with bench.running() as station:
        bench.until(lambda: station.faults == (), "it did not start anew")


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("slip", [0.05, -0.05])
def test_with_a_second_photo_eye_good_parts_pass_however_far_the_belt_slips(
    tmp_path: Path, slip: float
) -> None:
    """By 270 counts from the photo-eye to the gate at last: more than two windows."""
    bench = Bench(tmp_path, replace(CONVEYOR, eye=EYE, slip=slip, slip_grows=200))
    with bench.running() as station:
        bench.all_by()
        bench.until(lambda: len(bench.rows("gate")) == 40, "the gate was not watched")
        assert station.faults == ()
    assert bench.passed() == set(range(1, 41))
    (alarm,) = [row for row in bench.rows("alarm") if row.body["reason"] == "slip"]
    assert abs(alarm.body["counts"]) > GATE.window // 2


@pytest.mark.slow
def test_a_part_that_was_taken_off_before_the_gate_stops_all_until_the_station_starts_anew(
    tmp_path: Path,
) -> None:
    bench = Bench(tmp_path, replace(CONVEYOR, eye=EYE))
    bench.plant.taken = 10
    with bench.running() as station:
        bench.until(lambda: station.faults == ("astray",), "nobody noticed")
        bench.all_by()
        assert station.faults == ("astray",), "it ended by itself"
        assert bench.plant.heard.light is Light.RED
    assert bench.passed() == set(range(1, 10))
    assert {row.part for row in bench.rows("withheld") if row.body["reason"] == "astray"} >= {11, 12}
    with bench.running() as station:
        bench.until(lambda: station.faults == (), "it did not start anew")


@pytest.mark.slow
def test_after_the_plc_was_away_parts_are_known_at_the_second_photo_eye_again(tmp_path: Path) -> None:
    bench = Bench(tmp_path, replace(CONVEYOR, parts=60, eye=EYE))
    with bench.running() as station:
        bench.until(lambda: 10 in bench.verdicts(), "part 10 was not judged")
        bench.plant.cut = True
        bench.until(lambda: "plc" in station.faults, "the cut was not noticed")
        bench.plant.cut = False
        bench.all_by()
        assert station.faults == ()
    assert bench.passed() == bench.judged_good() - {row.part for row in bench.rows("withheld")}
    assert 60 in bench.passed()


def test_the_lamp_is_red_amber_and_green(bench: Bench) -> None:
    bench.challenge = ChallengeRule(good=0, bad=1)
    with bench.running() as station:
        bench.until(lambda: bench.plant.heard.light is Light.RED, "red without a recipe's challenge")
        station.use(job(bench, 1))
        bench.until(lambda: bench.plant.heard.light is Light.AMBER, "amber while challenge parts are due")
        bench.model.says = answer("bad")
        station.begin_challenge([False], by="Olha")
        bench.until(lambda: bench.plant.heard.light is Light.GREEN, "green once parts are released")
    assert bench.plant.heard.light is Light.NONE


@pytest.mark.slow
def test_a_heartbeat_that_stands_still_is_a_plant_that_does_not_answer(bench: Bench) -> None:
    with bench.running() as station:
        bench.until(lambda: bench.plant.conveyor.inputs().triggers >= 2, "no part came")
        bench.plant.step = 0.0
        bench.until(lambda: "plc" in station.faults, "a dead program was not noticed")
        bench.plant.step = 0.004
        bench.until(lambda: not station.faults, "the fault did not end")
        bench.all_by()
    assert bench.passed() <= bench.judged_good()
    assert len(bench.verdicts()) == 40


@pytest.mark.slow
def test_a_station_that_starts_again_goes_on_with_the_plants_numbers(bench: Bench) -> None:
    with bench.running():
        bench.until(lambda: bench.plant.conveyor.inputs().triggers >= 10, "no part came")
    for _ in range(50):  # four parts while nobody looks
        bench.plant.conveyor.advance(0.004)
    with bench.running():
        bench.all_by()
    assert sorted(part or 0 for part in bench.verdicts()) == list(range(1, 41))
    assert bench.passed() <= bench.judged_good()
    assert sum(reason == "restarted" for _, reason in bench.verdicts().values()) >= 4
    assert bench.trail.verify() is None


@pytest.mark.slow
@pytest.mark.long
def test_a_plant_whose_counters_start_anew_gives_new_part_numbers(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    with bench.trail:
        with bench.running():
            bench.all_by()
        bench.plant.conveyor = type(bench.plant.conveyor)(CONVEYOR)
        with bench.running():
            bench.all_by()
        assert sorted(part or 0 for part in bench.verdicts()) == list(range(1, 81))
        assert bench.passed() == set(range(1, 41)), "the plant's numbers go out, not ours"


@pytest.mark.slow
def test_setting_the_clock_is_told_and_moves_no_deadline(bench: Bench) -> None:
    with bench.running():
        bench.until(lambda: bench.plant.conveyor.inputs().triggers >= 5, "no part came")
        bench.ahead = timedelta(hours=-3)
        bench.all_by()
    assert bench.passed() == set(range(1, 41))
    (told,) = [row.body for row in bench.rows("alarm") if row.body["reason"] == "clock"]
    assert told["seconds"] == pytest.approx(-10800, abs=1)


@pytest.mark.slow
def test_a_trail_that_takes_no_rows_lets_nothing_pass(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    from tenfold.errors import LineError

    append = bench.trail.append

    def refused(entries: object) -> list[Row]:
        raise LineError("The trail", "cannot be written")

    with bench.running() as station:
        bench.until(lambda: bench.plant.conveyor.inputs().triggers >= 5, "no part came")
        monkeypatch.setattr(bench.trail, "append", refused)
        bench.until(lambda: "trail" in station.faults, "the fault was not noticed")
        before = bench.plant.conveyor.inputs().triggers
        bench.until(lambda: bench.plant.conveyor.inputs().triggers >= before + 5, "no part came")
        monkeypatch.setattr(bench.trail, "append", append)
        bench.until(lambda: not station.faults, "the fault did not end")
        bench.all_by()
    assert len(bench.verdicts()) == 40
    never = {row.part for row in bench.rows("withheld") if not row.body["released"]}
    assert bench.passed() <= bench.judged_good() - never
    assert Verdict.PASS in {verdict for verdict, _ in bench.verdicts().values()}


@pytest.mark.slow
def test_every_row_has_the_order_that_was_made_when_its_part_came(tmp_path: Path) -> None:
    conveyor = replace(CONVEYOR, order_size=15)
    bench = Bench(tmp_path, conveyor)
    with bench.trail:
        with bench.running():
            bench.all_by()
        rows = [row for row in bench.trail.rows() if row.part is not None]
    assert {row.kind for row in rows} >= {"part", "gate"}
    for row in rows:
        assert row.part is not None
        order = 1 + (row.part - 1) // 15
        assert (row.body["order"], row.body["batch"], row.body["shift"]) == (order, order, 1), row


class FakeOutput:
    """Keeps what it is told, and says of itself what the test wants."""

    def __init__(self) -> None:
        self.results: list[PartResult] = []
        self.last = Outputs()
        self.says = OutputHealth()
        self.closed = False

    def fire(self, result: PartResult) -> None:
        self.results.append(result)

    def state(self, outputs: Outputs) -> None:
        self.last = outputs

    def health(self) -> OutputHealth:
        return self.says

    def close(self) -> None:
        self.closed = True


@pytest.mark.slow
def test_an_output_is_told_every_verdict_and_the_state(bench: Bench) -> None:
    output = FakeOutput()
    bench.outputs = [output]
    with bench.running():
        bench.all_by()
        bench.until(lambda: len(output.results) == 40, "not every verdict was told")
    assert [(one.verdict, one.reason) for one in output.results] == [(Verdict.PASS, "good")] * 40
    assert {one.part for one in output.results} == set(range(1, 41))
    assert all(one.triggered is not None and one.triggered <= one.decided for one in output.results)
    assert (output.last.passed, output.last.pictured, output.closed) == (40, 40, True)


@pytest.mark.slow
def test_an_output_that_halts_rejects_everything_and_one_that_fails_is_an_alarm(bench: Bench) -> None:
    output = FakeOutput()
    output.says = OutputHealth(LineError("The lamp", "does not answer"), halts=True)
    bench.outputs = [output]
    with bench.running() as station:
        bench.all_by()
        assert station.faults == ("halted",)
        output.says = OutputHealth()
        bench.until(lambda: not station.faults, "it was not let go on")
    assert bench.passed() == set()
    assert {reason for _, reason in bench.verdicts().values()} == {"halted"}
    says = [row.body.get("says") for row in bench.rows("alarm") if row.body["reason"] == "output"]
    assert says == ["The lamp does not answer."]


def away(port: int, why: str = "") -> OutputHealth:
    return OutputHealth(Broker("plant.example", "plant", "gate", port).away(why))


def test_a_broker_that_is_lost_by_two_outputs_is_one_problem_which_says_why() -> None:
    for found in ([away(1883), away(1883, "refused")], [away(1883, "refused"), away(1883)]):
        [problem] = distinct([*found, OutputHealth()])
        assert str(problem) == "The MQTT broker at plant.example, port 1883 is not connected (refused)."
    assert len(distinct([away(1883), away(1884)])) == 2


def test_a_second_output_that_fails_is_another_alarm(bench: Bench) -> None:
    outputs = [FakeOutput(), FakeOutput()]
    bench.outputs = outputs

    def alarms() -> list[str]:
        return [row.body["says"] for row in bench.rows("alarm") if row.body["reason"] == "output"]

    with bench.running():
        for number, one in enumerate(outputs, 1):
            one.says = away(number)
            bench.until(lambda number=number: len(alarms()) == number, "no alarm was written")  # type: ignore[misc]
    assert "port 1 is" in alarms()[1]
    assert "port 2 is" in alarms()[1]


def test_a_plant_that_asks_by_a_handshake_gets_a_verdict_for_each_part(bench: Bench) -> None:
    asks = HandshakePlant()
    bench.outputs, bench.asks = [asks], asks
    beat = itertools.count()

    def say(**control: bool | int) -> HandshakeStatus:
        asks.hear(Heard(Control(enable=True, **control), heartbeat=next(beat) % 65536))  # type: ignore[arg-type]
        return asks.tell().status

    with bench.running():
        for part_id in (700, 800, 900):
            bench.model.says = answer("bad" if part_id == 800 else "good")
            bench.until(lambda: say().ready, "the station is not ready")
            assert say(trigger=True, part_id=part_id).trigger_ack
            bench.until(lambda: say().valid, "there is no result")
            told = say().result
            assert (told.part_id, told.verdict) == (part_id, 2 if part_id == 800 else 1)
            assert not say(result_ack=True).valid
        bench.until(lambda: len(bench.rows("gate")) == 2, "not every pass was settled")
    assert [verdict for verdict, _ in bench.verdicts().values()] == ["pass", "reject", "pass"]
    assert [row.part for row in bench.rows("gate")] == [1, 3]


def job(bench: Bench, number: int, version: int = 1) -> ActiveRecipe:
    recipe = StationRecipe("test", (Region("part", WHOLE, frozenset({"good"})),), number=number, deadline=5.0)
    return ActiveRecipe(recipe, bench.model.classify, {"model": "abc", "recipe": [number, version]})


@pytest.mark.slow
def test_without_a_recipe_all_is_rejected_and_a_recipe_needs_no_restart(bench: Bench) -> None:
    with bench.running() as station:
        station.use(None)
        bench.until(lambda: bench.plant.conveyor.inputs().triggers >= 10, "no part came")
        station.use(job(bench, 1))
        bench.all_by()
    assert bench.verdicts()[1] == ("reject", "recipe")
    assert bench.verdicts()[40] == ("pass", "good")
    assert bench.passed() <= bench.judged_good()
    assert [row.body["recipe"] for row in bench.rows("recipe")] == [[1, 1]]
    assert bench.rows("part")[-1].body["recipe"] == [1, 1]


@pytest.mark.slow
def test_when_the_plant_asks_for_another_recipe_nothing_passes_until_it_is_there(bench: Bench) -> None:
    with bench.running() as station:
        station.use(job(bench, 1))
        bench.until(lambda: bench.plant.conveyor.inputs().triggers >= 5, "no part came")
        bench.plant.recipe = 2
        bench.until(lambda: station.asked == 2, "the plant was not heard")
        station.use(job(bench, 1))
        assert "recipe" in station.holds
        before = bench.plant.conveyor.inputs().triggers
        bench.until(lambda: bench.plant.conveyor.inputs().triggers >= before + 10, "no part came")
        station.use(job(bench, 2))
        assert not station.holds
        bench.all_by()
    asked = [row for row in bench.rows("part") if row.body["reason"] == "recipe"]
    assert len(asked) >= 9
    assert {row.body["judged"]["verdict"] for row in asked if "judged" in row.body} == {"pass"}
    assert bench.rows("part")[-1].body["recipe"] == [2, 1]
    assert bench.passed() <= bench.judged_good()


@pytest.mark.slow
def test_a_station_that_waits_for_challenge_parts_tells_the_plant_and_passes_nothing(bench: Bench) -> None:
    bench.challenge = ChallengeRule(good=0, bad=1)
    with bench.running() as station:
        station.use(job(bench, 1))
        bench.until(lambda: bench.plant.heard.alarm == CODES["challenge"], "the plant is not told")
        bench.until(lambda: len(bench.verdicts()) >= 5, "no part came")
        bench.model.says = answer("bad")
        station.begin_challenge([False], by="Olha")
        bench.until(lambda: not station.holds, "the challenge did not end")
        bench.model.says = answer()
        bench.all_by()
    first = min(bench.passed())
    reasons = {reason for part, (_, reason) in bench.verdicts().items() if part is not None and part < first}
    assert reasons == {"challenge", "wrong-class"}
    assert bench.verdicts()[40] == ("pass", "good")


class StallingPlant(FakePlant):
    """A plant that once takes long to answer, while the belt goes on: six parts pass the photo-eye."""

    def __init__(self, options: ConveyorOptions) -> None:
        super().__init__(options)
        self.passed_meanwhile: range | None = None

    def exchange(self, outputs: Outputs) -> Inputs:
        seen = self.conveyor.inputs().triggers
        if self.passed_meanwhile is None and seen >= 10:
            time.sleep(0.3)
            for _ in range(75):
                self.conveyor.advance(self.step)
            self.passed_meanwhile = range(seen + 1, self.conveyor.inputs().triggers + 1)
        return super().exchange(outputs)


@pytest.mark.slow
def test_a_part_whose_trigger_was_read_late_is_not_judged_by_the_picture_of_another(bench: Bench) -> None:
    bench.plant = stalling = StallingPlant(CONVEYOR)
    bench.within = 0.2
    with bench.running():
        bench.all_by()
    assert stalling.passed_meanwhile is not None
    verdicts = bench.verdicts()
    assert len(stalling.passed_meanwhile) >= 4
    assert {verdicts[part] for part in stalling.passed_meanwhile} == {("reject", "no-picture")}
    assert {row.body["reason"] for row in bench.rows("alarm")} <= {"restarted", "stopped"}, "no camera failed"


class CountingCamera(FakeCamera):
    """Counts the pictures that it was asked for."""

    asked = 0

    def take(self, seconds: float) -> Shot:
        self.asked += 1
        return super().take(seconds)


@pytest.mark.slow
def test_the_first_part_does_not_wait_for_the_camera_s_connection(bench: Bench) -> None:
    bench.camera = camera = CountingCamera()
    with bench.running():
        bench.until(lambda: camera.asked == 2, "one picture for each thread that judges, before a part came")
        assert bench.verdicts() == {}
        bench.all_by()
