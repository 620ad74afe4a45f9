"""Inputs of `../shared/cases`, which once were refused or misread: each comes out as its README says."""

from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.paths import SHARED

CASES = SHARED / "cases"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the cases are not here: ../shared/cases")


def test_the_data_check_names_a_rare_class(tenfold: Command, tmp_path: Path) -> None:
    checked = tenfold(
        "data", "check", CASES / "data-check-refuses-rare-class/data", "-o", tmp_path / "c.html"
    )
    assert checked.status == 0, checked.err
    assert "rare classes\n          cat: 2 to learn from" in checked.out


@pytest.mark.parametrize(("folder", "count"), [("few", 5), ("one", 4)])
@pytest.mark.slow
def test_all_pictures_of_a_folder_too_small_to_split_are_judged(
    tenfold: Command, folder: str, count: int
) -> None:
    judged = tenfold(
        "evaluate", "--data", CASES / "evaluate-all-needs-a-split" / folder, "--split", "all", "--no-report"
    )
    assert judged.status == 0, judged.err
    assert f"n = {count}" in judged.out


def test_a_path_that_is_too_long_is_refused_in_one_sentence(tenfold: Command) -> None:
    shown = tenfold("data", "show", CASES / "path-too-long/manifest.csv")
    assert shown.status == 1
    assert "names 1 file that does not exist (row 2: " in shown.err
    assert len(shown.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("case", "lines"),
    [
        ("sidecars-refused", ["cat 2 1 1", "ship 2 1 1"]),
        ("stray-file-in-part", ["Skipped train/labels.mat", "cat 8 2 10", "ship 8 2 10"]),
    ],
)
def test_files_that_are_no_pictures_are_passed_over(
    tenfold: Command, case: str, lines: list[str], tmp_path: Path
) -> None:
    shown = tenfold("data", "show", CASES / case / "data", "-o", tmp_path / "sheet.png")
    assert shown.status == 0, shown.err
    told = " ".join((shown.out + shown.err).split())
    assert [line for line in lines if line not in told] == []
