"""The trail: nothing is lost by a kill, nothing can be changed without being seen."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tenfold.errors import LineError
from tenfold.line.trail import Entry, Trail
from tests.paths import ROOT

AT = "2026-11-29T10:00:00.000Z"


def part(number: int, verdict: str = "pass") -> Entry:
    return Entry(
        "part", AT, {"verdict": verdict, "reason": "good"}, part=number, picture=b"picture %d" % number
    )


def test_rows_come_back_in_order_with_their_pictures(tmp_path: Path) -> None:
    with Trail(tmp_path / "trail.db") as trail:
        trail.append([part(1), part(2, "reject")])
        trail.append([Entry("override", AT, {"by": "Olha", "reason": "a clean part"}, part=2)])
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
        trail.append([Entry("gate", AT, {}, part=1), Entry("withheld", AT, {"reason": "late"}, part=2)])
    with Trail(tmp_path / "trail.db") as again:
        assert again.unsettled(16) == [4]
        again.append([part(5)])
        assert again.verify() is None


KILLED = """
import sys
from pathlib import Path
from tenfold.line.trail import Entry, Trail
with Trail(Path(sys.argv[1])) as trail:
    for number in range(1, 100000):
        trail.append([Entry("part", "now", {"verdict": "pass"}, part=number, picture=b"x" * 3000)])
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
