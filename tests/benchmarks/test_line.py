"""What is counted as a rate that holds."""

from dataclasses import replace

import pytest

from benchmarks.line.simulated import holds
from tenfold.workflows.line.simulate import Result

HELD = Result(parts=100, trail_rows=100, rate=9.9, reasons={"good": 40, "wrong-class": 59, "late": 1})


def test_a_rate_holds_where_parts_are_rejected_for_what_they_are() -> None:
    assert holds(HELD, 10)


@pytest.mark.parametrize(
    "found",
    [
        replace(HELD, rate=9.0),
        replace(HELD, passed_unjudged=1),
        replace(HELD, rejects_missed=1),
        replace(HELD, rejected_late=1),
        replace(HELD, trail_rows=99),
        replace(HELD, reasons={"good": 98, "late": 2}),
        replace(HELD, reasons={"good": 98, "late": 1, "no-picture": 1}),
    ],
)
def test_a_rate_does_not_hold_where_the_belt_was_slower_or_time_was_short(found: Result) -> None:
    assert not holds(found, 10)
