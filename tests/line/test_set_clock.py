"""The computer's clock is set, by libfaketime, while a line runs: plant and station in their processes."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tenfold.line.trail.trail import Trail
from tests.clocks import SetClock

VEHICLES = ("airplane", "automobile", "ship", "truck")
PARTS = 30


@pytest.mark.slow
@pytest.mark.parametrize("offset", ["-40d", "+40d"])
def test_nothing_passes_unjudged_where_the_clock_is_set_and_the_trail_says_by_how_much(
    tmp_path: Path, offset: str
) -> None:
    clock, path = SetClock(tmp_path), tmp_path / "trail.db"
    accepted = [word for name in VEHICLES for word in ("--accept", name)]
    options = ["--parts", str(PARTS), "--rate", "2", "--deadline", "3000", "--trail", str(path), "--json"]
    command = [sys.executable, "-m", "tenfold", "line", "simulate", *options, *accepted]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=clock.environment) as process:
        try:
            ends = time.monotonic() + 60
            while not judged(path):
                assert time.monotonic() < ends, "no part came"
                time.sleep(0.1)
            clock.set(offset)
            said, _ = process.communicate(timeout=120)
        finally:
            process.kill()
    found = json.loads(said)
    assert (found["passed_unjudged"], found["rejects_missed"]) == (0, 0)
    assert found["trail_rows"] == found["parts"] == PARTS
    assert found["passed"] > 0, found["reasons"]
    with Trail(path) as trail:
        assert trail.verify() is None
        told = [row.body["seconds"] for row in trail.rows(kind="alarm") if row.body["reason"] == "clock"]
    days = int(offset.removesuffix("d"))
    assert told
    assert sum(told) == pytest.approx(days * 86400, abs=5)


def judged(path: Path) -> int:
    if not path.exists():
        return 0
    with Trail(path) as trail:
        return sum(1 for _ in trail.rows(kind="part"))
