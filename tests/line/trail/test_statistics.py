"""Figures of a trail, against a calculation by hand."""

import pytest

from tenfold.line.trail.statistics import Challenges, JobCount, Subgroup, statistics
from tenfold.line.trail.trail import Kind, Row
from tenfold.metrics import share


def row(kind: Kind, part: int | None, **body: object) -> Row:
    return Row(0, kind, part, "", body, "")


def test_figures_equal_a_calculation_by_hand() -> None:
    rows = [row("part", n, verdict="pass", reason="good", verdict_ms=float(n)) for n in range(1, 17)]
    rows += [
        row("part", n, verdict="reject", reason="wrong-class", verdict_ms=float(n)) for n in (17, 18, 19)
    ]
    rows += [row("part", 20, verdict="reject", reason="camera")]
    rows += [row("withheld", 16, reason="late", released=False), row("alarm", None, reason="clock")]
    rows += [row("override", 17, verdict="pass"), row("override", 18, verdict="reject")]
    rows += [row("override", 1, verdict="reject"), *(row("override", n, verdict="pass") for n in (2, 3, 4))]
    found = statistics(rows, group=10)
    assert (found.parts, found.passed) == (20, 15)
    assert str(found.first_pass_yield) == "75.00% (95 % interval 53.13% to 88.81%, n = 20)"
    assert found.reasons == [("wrong-class", 3), ("late", 1), ("camera", 1)]
    assert found.overkill == share(1, 2)
    assert found.escape == share(1, 4)
    assert found.verdict_ms == (10.0, 19.0, 19.0)
    # p = 0.25, n = 10: 3 * sqrt(0.25 * 0.75 / 10) = 0.41079
    first, second = found.groups
    assert first == Subgroup(1, 10, 0.0, 0.0, first.high)
    assert second == Subgroup(11, 10, 0.5, 0.0, first.high)
    assert first.high == pytest.approx(0.66079, abs=1e-5)
    assert not first.outside
    assert not second.outside


def test_a_group_beyond_its_limits_is_marked() -> None:
    rows = [row("part", n, verdict="reject" if n > 380 else "pass", reason="good") for n in range(1, 401)]
    assert [one.outside for one in statistics(rows).groups] == [False, False, False, True]


def test_parts_are_counted_for_each_shift_order_and_batch_without_challenge_parts() -> None:
    rows = [row("part", n, verdict="pass", reason="good", shift=n % 2 + 1, order=7) for n in range(1, 6)]
    rows += [row("part", 6, verdict="reject", reason="unsure", shift=2), row("part", 7, verdict="pass")]
    rows += [row("withheld", 1, reason="late"), row("challenge", 5, expected="pass", verdict="pass")]
    assert statistics(rows).jobs == [
        JobCount("order", 7, parts=4, passed=3),
        JobCount("shift", 2, parts=3, passed=1),
        JobCount("shift", 1, parts=2, passed=2),
    ]


def test_an_empty_trail_has_no_figures() -> None:
    found = statistics([])
    assert (found.parts, found.first_pass_yield, found.groups, found.verdict_ms) == (0, None, [], ())


def test_challenge_parts_are_told_apart_from_what_is_made() -> None:
    rows = [row("part", n, verdict="pass", reason="good") for n in (1, 2, 3)]
    rows += [row("part", n, verdict="reject", reason="wrong-class") for n in (4, 5)]
    rows += [row("override", 4, verdict="pass")]
    expected = {1: "pass", 2: "reject", 4: "reject", 5: "pass"}
    verdicts = {1: "pass", 2: "pass", 4: "reject", 5: "reject"}
    rows += [row("challenge", n, expected=expected[n], verdict=verdicts[n]) for n in expected]
    found = statistics(rows)
    assert (found.parts, found.passed, found.reasons, found.overkill) == (1, 1, [], None)
    assert found.challenges == Challenges(good=2, good_passed=1, bad=2, bad_rejected=1)


def test_the_last_word_on_a_part_counts() -> None:
    rows = [row("part", 1, verdict="reject", reason="unsure")]
    rows += [row("override", 1, verdict=verdict) for verdict in ("pass", "reject")]
    assert statistics(rows).overkill == share(0, 1)
