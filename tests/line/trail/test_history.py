"""Parts as people look for them: by what counts, when they came and what was made; challenges; the chain."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tenfold.line.parts import Verdict
from tenfold.line.trail.history import PartFilter, PartHistory, history_of, last_challenges, last_parts
from tenfold.line.trail.overrides import override
from tenfold.line.trail.trail import Trail, TrailEntry


def at(second: int) -> str:
    return f"2026-11-29T10:00:{second:02}.000Z"


def judged(part: int, reason: str = "good", **more: Any) -> TrailEntry:
    verdict = "pass" if reason == "good" else "divert" if reason == "unsure" else "reject"
    return TrailEntry("part", at(part), {"verdict": verdict, "reason": reason, **more}, part)


@pytest.fixture
def trail(tmp_path: Path) -> Iterator[Trail]:
    with Trail(tmp_path / "trail.db") as opened:
        yield opened


def numbers(trail: Trail, which: PartFilter, limit: int = 50) -> list[int]:
    return [one.part for one in last_parts(trail, which, limit=limit)]


def test_parts_are_found_by_the_verdict_that_counts_and_by_the_stations_reason(trail: Trail) -> None:
    trail.append(
        [
            judged(1),
            judged(2, "unsure"),
            judged(3),
            TrailEntry("withheld", at(3), {"reason": "plc", "released": True}, 3),
            judged(4),
            TrailEntry("gate", at(4), {"outcome": "wrongly-rejected"}, 4),
            judged(5),
            TrailEntry("gate", at(5), {"outcome": "passed"}, 5),
            judged(6, "wrong-class"),
        ]
    )
    override(trail, 6, Verdict.PASS, by="Olha", reason="plc")
    assert numbers(trail, PartFilter(verdict="pass")) == [6, 5, 1]
    assert numbers(trail, PartFilter(verdict="reject")) == [4, 3]
    assert numbers(trail, PartFilter(verdict="divert")) == [2]
    assert numbers(trail, PartFilter(reason="wrongly-rejected")) == [4]
    assert numbers(trail, PartFilter(reason="plc")) == [3], "a person's words are no code"
    assert numbers(trail, PartFilter(reason="wrong-class", verdict="pass")) == [6]
    assert numbers(trail, PartFilter(), limit=2) == [6, 5]


def test_parts_are_found_by_time_order_batch_and_shift(trail: Trail) -> None:
    trail.append([judged(n, order=n % 2, batch=n // 2, shift=3) for n in range(1, 7)])
    since, until = datetime(2026, 11, 29, 10, 0, 2, tzinfo=UTC), datetime(2026, 11, 29, 10, 0, 5, tzinfo=UTC)
    assert numbers(trail, PartFilter(since=since, until=until)) == [4, 3, 2]
    assert numbers(trail, PartFilter(order=1)) == [5, 3, 1]
    assert numbers(trail, PartFilter(order=1, batch=2)) == [5]
    assert numbers(trail, PartFilter(shift=4)) == []
    assert [one.part for one in last_parts(trail, PartFilter(order=1), limit=9, before=4)] == [3, 1]


def part(trail: Trail, number: int) -> PartHistory:
    found = history_of(trail, number)
    assert found is not None
    return found


def test_a_part_has_all_its_rows_and_tells_whether_they_are_as_they_were_written(trail: Trail) -> None:
    trail.append([judged(1), judged(2), TrailEntry("gate", at(2), {"outcome": "passed"}, 1), judged(3)])
    assert [row.kind for row in part(trail, 1).rows] == ["part", "gate"]
    assert trail.intact([1, 2, 3, 4])
    with sqlite3.connect(trail.path) as other:
        other.execute("DROP TRIGGER rows_stay")
        other.execute("UPDATE rows SET body = replace(body, 'pass', 'reject') WHERE number = 2")
    assert trail.intact([1]), "nothing before it was changed"
    assert not trail.intact([2])
    assert trail.intact([4]), "the whole trail is for `verify`"
    assert trail.verify() == 2


def test_a_row_that_was_taken_out_is_missed_by_the_next(trail: Trail) -> None:
    trail.append([judged(1), judged(2), judged(3)])
    with sqlite3.connect(trail.path) as other:
        other.execute("DROP TRIGGER rows_remain")
        other.execute("DELETE FROM rows WHERE number = 2")
    assert not trail.intact([3])


def test_challenges_are_told_with_their_parts_the_newest_first(trail: Trail) -> None:
    def golden(part: int, expected: str, got: str) -> TrailEntry:
        body = {"expected": expected, "verdict": got, "right": expected == got}
        return TrailEntry("challenge", at(part), body, part)

    def end(second: int, *, passed: bool) -> TrailEntry:
        return TrailEntry("challenge", at(second), {"passed": passed, "by": "Olha", "recipe": [1, 2]})

    trail.append([golden(1, "pass", "pass"), golden(2, "reject", "pass"), end(2, passed=False)])
    trail.append([golden(5, "pass", "pass")])  # cut short by another recipe
    trail.append([golden(9, "reject", "reject"), golden(10, "pass", "pass"), end(10, passed=True)])
    newest, first = last_challenges(trail, limit=5)
    assert (newest.passed, newest.by, newest.at, newest.recipe) == (True, "Olha", at(10), [1, 2])
    assert [(one.part, one.expected, one.right) for one in newest.parts] == [
        (9, "reject", True),
        (10, "pass", True),
    ]
    assert [(one.part, one.verdict, one.right) for one in first.parts] == [
        (1, "pass", True),
        (2, "pass", False),
    ]
    assert [one.at for one in last_challenges(trail, limit=1)] == [at(10)]


def test_the_last_parts_are_read_by_two_queries_however_many_there_are(trail: Trail) -> None:
    trail.append([judged(number) for number in range(1, 31)])
    said = {"verdict": "reject", "reason": "a scratch", "by": "Olha"}
    trail.append([TrailEntry("override", at(29), said, part=29)])
    asked: list[str] = []
    trail._database.set_trace_callback(asked.append)
    found = last_parts(trail, limit=20)
    assert len(asked) == 2
    assert [one.part for one in found] == list(range(30, 10, -1))
    assert found[1].verdict == "reject"
    assert found == [history_of(trail, one.part) for one in found]
    assert [one.part for one in last_parts(trail, limit=3, before=found[-1].number)] == [10, 9, 8]
