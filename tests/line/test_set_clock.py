"""The computer's clock is set, by libfaketime, while a line runs: plant and station in their processes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tenfold.line.trail.trail import Row, Trail, TrailEntry
from tests.environment.clocks import SetClock
from tests.waiting import until

VEHICLES = ("airplane", "automobile", "ship", "truck")
PARTS, RATE = 30, 3
DAYS = 40


@pytest.mark.long
@pytest.mark.slow
def test_nothing_passes_unjudged_where_the_clock_is_set_and_the_trail_says_by_how_much(
    tmp_path: Path,
) -> None:
    clock, path = SetClock(tmp_path, at_once=False), tmp_path / "trail.db"
    accepted = [word for name in VEHICLES for word in ("--accept", name)]
    belt = ["--parts", str(PARTS), "--rate", str(RATE), "--deadline", "3000"]
    command = [sys.executable, "-m", "tenfold", "line", "simulate", *belt, "--trail", str(path), "--json"]
    command += accepted
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=clock.environment) as process:
        try:
            until(lambda: rows(path, "part"), says="no part came")
            clock.set(f"+{DAYS}d")
            until(lambda: told(path), says="nobody noticed that it went forward")
            judged = len(rows(path, "part"))
            until(lambda: len(rows(path, "part")) > judged, says="no part came after it went forward")
            assert process.poll() is None, "all parts had gone by"
            clock.set(f"-{DAYS}d")
            said, _ = process.communicate(timeout=120)
        finally:
            process.kill()
    found = json.loads(said)
    assert (found["passed_unjudged"], found["rejects_missed"]) == (0, 0)
    assert found["trail_rows"] == found["parts"] == PARTS
    assert found["passed"] > 0, found["reasons"]
    with Trail(path) as trail:
        assert trail.verify() is None
    steps = told(path)
    assert max(steps) == pytest.approx(DAYS * 86400, abs=5)
    assert sum(steps) == pytest.approx(-DAYS * 86400, abs=5)


def rows(path: Path, kind: str) -> list[Row]:
    if not path.exists():
        return []
    with Trail(path) as trail:
        return [row for row in trail.rows() if row.kind == kind]


def told(path: Path) -> list[float]:
    """By how many seconds the clock was set, each time that the station noticed."""
    return [row.body["seconds"] for row in rows(path, "alarm") if row.body["reason"] == "clock"]


def test_a_trail_keeps_its_order_and_is_intact_where_the_clock_goes_back(tmp_path: Path) -> None:
    path, first, back = tmp_path / "trail.db", "2026-03-04T05:06:07.000Z", "2026-01-23T05:06:07.000Z"
    with Trail(path) as trail:
        trail.append([TrailEntry("part", first, {"verdict": "pass"}, part=1)])
        trail.append([TrailEntry("alarm", back, {"reason": "clock", "seconds": -DAYS * 86400.0})])
        trail.append([TrailEntry("part", back, {"verdict": "reject"}, part=2)])
        assert trail.verify() is None
    assert told(path) == [-DAYS * 86400.0]
    assert [(row.part, row.at) for row in rows(path, "part")] == [(1, first), (2, back)]
