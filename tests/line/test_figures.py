"""What a station told, counted."""

from datetime import UTC, datetime, timedelta

from tenfold.line.figures import Figures
from tenfold.line.parts import CODES, Reason, Verdict
from tenfold.line.plc.signals import Outputs, PartResult

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def result(part: int, verdict: Verdict, reason: Reason = "good", seconds: float | None = 0.1) -> PartResult:
    triggered = None if seconds is None else NOW - timedelta(seconds=seconds)
    return PartResult(part, part, verdict, reason, triggered, NOW, 1)


def test_nothing_was_told() -> None:
    assert Figures().status() == {"verdicts": {}, "alarms": {}, "verdict_seconds": []}


def test_verdicts_are_counted_by_name_and_times_are_those_of_the_first_verdict_on_a_part() -> None:
    figures = Figures()
    for part in range(1, 101):
        figures.fire(result(part, Verdict.PASS, seconds=part / 100))
    figures.fire(result(1, Verdict.REJECT, "plc", seconds=60))
    figures.fire(result(101, Verdict.DIVERT, "unsure", seconds=None))
    found = figures.status()
    assert found["verdicts"] == {"pass": 100, "reject": 1, "divert": 1}
    middle, most = found["verdict_seconds"]
    assert 0.5 <= middle <= 0.51
    assert 0.98 <= most <= 1.0


def test_times_are_of_the_last_thousand_parts() -> None:
    figures = Figures()
    for part in range(3_000):
        figures.fire(result(part, Verdict.PASS, seconds=5.0 if part < 2_000 else 0.1))
    assert figures.status()["verdict_seconds"] == [0.1, 0.1]


def test_an_alarm_is_counted_when_it_is_raised_and_not_while_it_lasts() -> None:
    figures = Figures()
    for alarm in (0, CODES["camera"], CODES["camera"], 0, CODES["camera"], CODES["plc"], 0):
        figures.state(Outputs(alarm=alarm))
    assert figures.status()["alarms"] == {"camera": 2, "plc": 1}
