"""Parts as people look at them, put together from the rows of a trail."""

from pathlib import Path

from tenfold.line.history import history_of, last_parts
from tenfold.line.trail import Entry, Trail

AT = "2026-11-29T10:00:00.000Z"


def part(number: int) -> Entry:
    return Entry("part", AT, {"verdict": "pass", "reason": "good"}, part=number)


def test_the_last_parts_are_read_by_two_queries_however_many_there_are(tmp_path: Path) -> None:
    with Trail(tmp_path / "trail.db") as trail:
        trail.append([part(number) for number in range(1, 31)])
        override = {"verdict": "reject", "reason": "a scratch", "by": "Olha"}
        trail.append([Entry("override", AT, override, part=29)])
        asked: list[str] = []
        trail._database.set_trace_callback(asked.append)
        found = last_parts(trail, limit=20)
        assert len(asked) == 2
        assert [one.part for one in found] == list(range(30, 10, -1))
        assert found[1].verdict == "reject"
        assert found == [history_of(trail, one.part) for one in found]
        assert [one.part for one in last_parts(trail, limit=3, before=found[-1].number)] == [10, 9, 8]
