"""The trail: nothing is lost by a kill, nothing can be changed without being seen."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tenfold.errors import LineError
from tenfold.line.trail.trail import Trail, TrailEntry
from tests.paths import ROOT

AT = "2026-11-29T10:00:00.000Z"


def part(number: int, verdict: str = "pass") -> TrailEntry:
    return TrailEntry(
        "part", AT, {"verdict": verdict, "reason": "good"}, part=number, picture=b"picture %d" % number
    )


def test_rows_come_back_in_order_with_their_pictures(tmp_path: Path) -> None:
    with Trail(tmp_path / "trail.db") as trail:
        trail.append([part(1), part(2, "reject")])
        trail.append([TrailEntry("override", AT, {"by": "Olha", "reason": "a clean part"}, part=2)])
        rows = list(trail.rows())
        assert [(row.number, row.kind, row.part) for row in rows] == [
            (1, "part", 1),
            (2, "part", 2),
            (3, "override", 2),
        ]
        assert trail.picture(rows[0].body["picture"]) == b"picture 1"
        assert trail.last_part() == 2
        assert trail.head == (3, rows[-1].hash)
        assert [row.part for row in trail.rows(kind="override", after=1)] == [2]


def test_rows_of_an_order_are_those_of_its_parts_and_what_happened_meanwhile(tmp_path: Path) -> None:
    with Trail(tmp_path / "trail.db") as trail:
        entries = []
        for n in range(1, 2501):
            if n in (1, 600, 1251):
                entries.append(TrailEntry("alarm", AT, {"reason": "camera"}))
            entries.append(TrailEntry("part", AT, {"verdict": "pass", "order": 1 + (n - 1) // 1250}, n))
        trail.append(entries)
        trail.append([TrailEntry("override", AT, {"verdict": "reject"}, 3), TrailEntry("gate", AT, {}, 2500)])
        first = list(trail.rows(order=1))
        assert [row.kind for row in first].count("part") == 1250
        assert [row.number for row in first if row.kind == "alarm"] == [601], "that before it began is not"
        assert [row.part for row in first if row.kind == "override"] == [3], (
            "also when it came after the order"
        )
        assert [row.part for row in trail.rows(order=2, kind="gate")] == [2500]
        assert list(trail.rows(order=3)) == []
        assert len(list(trail.rows())) == 2505


def test_what_is_written_while_rows_are_read_is_left_for_the_next_time(tmp_path: Path) -> None:
    with Trail(tmp_path / "trail.db") as trail:
        trail.append([part(1), part(2)])
        reading = trail.rows()
        next(reading)
        trail.append([part(3)])
        assert [row.part for row in reading] == [2]


def test_a_part_has_one_verdict(tmp_path: Path) -> None:
    with Trail(tmp_path / "trail.db") as trail:
        trail.append([part(1, "reject")])
        with pytest.raises(LineError):
            trail.append([part(2), part(1)])
        assert [row.part for row in trail.rows()] == [1], "all or none"
        trail.append([part(2)])
        assert trail.verify() is None


def test_rows_can_be_neither_changed_nor_deleted_by_its_own_connection(tmp_path: Path) -> None:
    with Trail(tmp_path / "trail.db") as trail:
        trail.append([part(1)])
        with sqlite3.connect(trail.path) as other:
            for statement in ("UPDATE rows SET part = 2", "DELETE FROM rows"):
                with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                    other.execute(statement)


@pytest.mark.parametrize(
    "forgery",
    [
        """UPDATE rows SET body = replace(body, '"pass"', '"reject"') WHERE number = 3""",
        "DELETE FROM rows WHERE number = 3",
        "UPDATE rows SET at = '2026-11-29T10:00:01.000Z' WHERE number = 3",
    ],
)
def test_a_change_behind_its_back_is_found_at_its_row(tmp_path: Path, forgery: str) -> None:
    with Trail(tmp_path / "trail.db") as trail:
        trail.append([part(number) for number in range(1, 6)])
        with sqlite3.connect(trail.path) as other:
            other.executescript(f"DROP TRIGGER rows_stay; DROP TRIGGER rows_remain; {forgery}")
        assert trail.verify() == 3


def test_a_file_that_is_no_trail_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "trail.db").write_text("hello, this is no database but a text of some length" * 30)
    with pytest.raises(LineError, match=r"trail\.db cannot be written"):
        Trail(tmp_path / "trail.db")


def test_released_parts_that_were_never_seen_at_the_gate_are_known_after_a_restart(tmp_path: Path) -> None:
    with Trail(tmp_path / "trail.db") as trail:
        trail.append([part(1), part(2), part(3, "reject"), part(4)])
        trail.append(
            [TrailEntry("gate", AT, {}, part=1), TrailEntry("withheld", AT, {"reason": "late"}, part=2)]
        )
    with Trail(tmp_path / "trail.db") as again:
        assert again.unsettled(16) == [4]
        again.append([part(5)])
        assert again.verify() is None


KILLED = """
import sys
from pathlib import Path
from tenfold.line.trail.trail import TrailEntry, Trail
with Trail(Path(sys.argv[1])) as trail:
    for number in range(1, 100000):
        trail.append([TrailEntry("part", "now", {"verdict": "pass"}, part=number, picture=b"x" * 3000)])
        print(number, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")
def test_every_row_that_was_told_to_be_kept_is_there_after_kill_9(tmp_path: Path) -> None:
    told = 0
    for attempt in range(5):
        path = tmp_path / f"{attempt}.db"
        with subprocess.Popen(
            [sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, cwd=ROOT
        ) as writer:
            assert writer.stdout is not None
            for _ in range(50):
                told = int(writer.stdout.readline())
            writer.kill()
            told = max([told, *map(int, writer.stdout.read().split())])
        with Trail(path) as trail:
            assert trail.last_part() in (told, told + 1)
            assert trail.verify() is None
            assert sum(1 for _ in trail.rows()) == trail.last_part()
