"""tenfold line: simulate, and the trail that it leaves."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tenfold.line.simulator.broker import free_port
from tests.cli.conftest import Command
from tests.paths import ROOT


@pytest.mark.long
@pytest.mark.slow
def test_a_simulated_line_prints_an_object_and_its_trail_is_checked(tenfold: Command, tmp_path: Path) -> None:
    path = tmp_path / "trail.db"
    done = tenfold(
        "line", "simulate", "--parts", 12, "--rate", 4, "--deadline", 2000, "--trail", path, "--json"
    )
    assert (done.status, done.err) == (0, "")
    found = json.loads(done.out)
    assert found["parts"] == found["trail_rows"] == 12
    assert (found["passed_unjudged"], found["rejected_late"], found["rejects_missed"]) == (0, 0, 0)
    assert set(found["verdict_ms"]) == {"p50", "p99", "max"}
    assert 3 < found["rate"] <= 4.2, "the rate of the belt, not of the whole run"

    shown = tenfold("line", "trail", path)
    assert shown.status == 0
    assert shown.out.startswith("The chain holds.\n")
    assert "12 parts" in shown.out
    told = json.loads(tenfold("line", "trail", path, "--json").out)
    assert (told["parts"], told["passed"], told["first_changed"]) == (12, found["passed"], None)

    with sqlite3.connect(path) as other:
        other.executescript("DROP TRIGGER rows_stay; UPDATE rows SET at = 'then' WHERE number = 4")
    forged = tenfold("line", "trail", path)
    assert forged.status == 1
    assert forged.out.startswith("Row 4 was changed")
    again = tenfold("line", "simulate", "--trail", path)
    assert (again.status, "is there already" in again.err) == (2, True)


@pytest.mark.long
@pytest.mark.slow
def test_a_plc_on_opc_ua_that_is_cut_and_comes_back_passes_nothing_unjudged(tenfold: Command) -> None:
    done = tenfold(
        "line", "simulate", "--parts", 24, "--rate", 5, "--deadline", 2000, "--signals", "opcua",
        "--faults", "plc-cut,kill", "--serve-opcua", free_port(), "--json",
    )  # fmt: skip
    assert (done.status, done.err) == (0, "")
    found = json.loads(done.out)
    assert (found["trail_rows"], found["faults"]) == (24, ["plc-cut", "kill"])
    assert (found["passed_unjudged"], found["rejects_missed"]) == (0, 0)
    assert 0 < found["reasons"]["plc"] < 24


@pytest.mark.long
@pytest.mark.slow
def test_a_belt_that_slips_rejects_good_parts_and_passes_them_with_a_second_photo_eye(
    tenfold: Command,
) -> None:
    def passed(*more: object) -> int:
        done = tenfold(
            "line", "simulate", "--parts", 60, "--rate", 6, "--deadline", 600, "--slip", 15, "--json", *more
        )
        assert (done.status, done.err) == (0, "")
        found = json.loads(done.out)
        assert (found["passed_unjudged"], found["rejects_missed"], found["trail_rows"]) == (0, 0, 60)
        return int(found["passed"])

    without = passed()
    assert passed("--gate-eye") > without + 5


def test_what_cannot_be_simulated_is_refused_in_words(tenfold: Command, tmp_path: Path) -> None:
    unknown = tenfold("line", "simulate", "--faults", "camera,earthquake")
    assert unknown.status == 2
    assert "A fault is not known (earthquake). Take of: camera-cut" in unknown.err
    ambiguous = tenfold("line", "simulate", "--faults", "belt")
    assert "(belt)" in ambiguous.err
    nowhere = tenfold("line", "simulate", "--data", tmp_path / "none")
    assert "does not exist" in nowhere.err
    wrong = tenfold("line", "simulate", "--accept", "spoon", "--parts", 1)
    assert "accepts what the model does not know" in wrong.err


def test_a_file_that_is_no_trail_is_told(tenfold: Command, tmp_path: Path) -> None:
    (tmp_path / "no.db").write_text("no trail " * 500)
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE birds (name)")
    for name in ("no.db", "other.db"):
        done = tenfold("line", "trail", tmp_path / name)
        assert (done.status, f"The trail {name}" in done.err) == (1, True)
    with sqlite3.connect(tmp_path / "other.db") as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("birds",)], "left as it was"


def test_a_station_that_asks_for_pictures_needs_no_extra_for_video() -> None:
    without = "import sys; sys.modules.update(cv2=None, av=None); import tenfold.workflows.line.simulated"
    subprocess.run([sys.executable, "-c", without], check=True, cwd=ROOT)
