"""tenfold runs, on run folders made without training."""

import json
import os
from pathlib import Path

import pytest

from tenfold.runs.lock import training_in
from tests.cli.conftest import Command
from tests.runs import run_folders


@pytest.fixture
def folder(own_home: Path) -> Path:
    """The folder of runs in tenfold's home, with one that is finished and one that was stopped."""
    place = own_home / "runs"
    run_folders.make(place / "20260102-000000-wide", network="cifar10-wide", epochs=8, rate=0.01)
    old = run_folders.make_old(place / "20260101-000000")
    for file in old.iterdir():
        os.utime(file, (1_000_000,) * 2)
    return place


def test_the_list_says_of_each_run_where_it_stands(tenfold: Command, folder: Path) -> None:
    outcome = tenfold("runs")
    assert (outcome.status, outcome.err) == (0, "")
    head, newest, oldest = (line.split() for line in outcome.out.splitlines())
    assert head == ["name", "network", "data", "epochs", "validation", "test", "when", "state"]
    assert newest[:6] == ["20260102-000000-wide", "cifar10-wide", "cifar10", "3/8", "85.02%", "-"]
    assert newest[-1] == "stopped"
    assert oldest[:5] == ["20260101-000000", "default", "cifar10", "4/4", "90.00%"]
    assert oldest[-1] == "finished"


def test_the_list_is_there_for_programs(tenfold: Command, folder: Path) -> None:
    found = json.loads(tenfold("runs", "--json").out)
    assert [one["name"] for one in found] == ["20260102-000000-wide", "20260101-000000"]
    newest = found[0]
    assert newest.pop("changed") > found[1]["changed"]
    assert newest.pop("best_validation_accuracy") == pytest.approx(0.85021, abs=1e-5)
    assert newest == {
        "name": "20260102-000000-wide",
        "folder": str(folder / "20260102-000000-wide"),
        "network": "cifar10-wide",
        "data": "cifar10",
        "epochs": 3,
        "epochs_planned": 8,
        "best_epoch": 3,
        "kept_epoch": None,
        "test_accuracy": None,
        "seconds": 150.0,
        "state": "stopped",
    }


def test_a_run_that_trains_now_is_running(tenfold: Command, folder: Path) -> None:
    with training_in(folder / "20260102-000000-wide"):
        assert tenfold("runs").out.splitlines()[1].endswith("  running")


def test_no_runs_says_how_to_start_one(tenfold: Command, own_home: Path) -> None:
    outcome = tenfold("runs")
    assert outcome.out == f"No runs in {own_home / 'runs'}. Start one with `tenfold train`.\n"
    assert tenfold("runs", "--json").out == "[]\n"


def test_runs_may_lie_elsewhere(tenfold: Command, tmp_path: Path) -> None:
    run_folders.make(tmp_path / "mine")
    assert tenfold("runs", "--in", tmp_path).out.splitlines()[1].startswith("mine ")


def test_a_run_is_shown_with_curves_recipe_and_environment(tenfold: Command, folder: Path) -> None:
    out = tenfold("runs", "show", "20260102-000000-wide").out
    lines = [line.strip() for line in out.splitlines()]
    assert "state                     stopped" in lines
    assert "best validation accuracy  85.02% in epoch 3" in lines
    assert "time for an epoch         50.0 s" in lines
    assert "loss                  █▃▁  1.5 to 0.5, best 0.5" in lines
    assert "validation accuracy   ▁▆█  53.21% to 85.02%, best 85.02%" in lines
    assert "optimiser.rate  0.01" in lines
    assert "torch   2.13.0" in lines


def test_a_run_of_an_earlier_version_is_shown_with_what_it_kept(tenfold: Command, folder: Path) -> None:
    out = tenfold("runs", "show", "20260101-000000").out
    assert "validation accuracy  ▁▃▆█  60.00% to 90.00%, best 90.00%" in out
    assert "precision" not in out
    assert "Environment" not in out


def test_runs_side_by_side_show_what_differs(tenfold: Command, folder: Path) -> None:
    run_folders.make(folder / "other", network="cifar10-wide", epochs=8, rate=0.5, done=1)
    out = tenfold("runs", "compare", "20260102-000000-wide", "other").out
    head, _, settings = out.partition("\nSettings that differ\n")
    rows = {line[:24].strip(): line[24:].split() for line in head.splitlines()}
    assert rows["epochs"] == ["3/8", "1/8"]
    assert rows["best validation accuracy"[:24]] == [
        "85.02%",
        "in",
        "epoch",
        "3",
        "53.21%",
        "in",
        "epoch",
        "1",
    ]
    assert [line.split() for line in settings.splitlines()] == [["optimiser.rate", "0.01", "0.5"]]


def test_runs_that_differ_in_nothing_are_told_so(tenfold: Command, folder: Path) -> None:
    run_folders.make(folder / "again", network="cifar10-wide", epochs=8, rate=0.01)
    assert tenfold("runs", "compare", "again", "20260102-000000-wide").out.endswith("\nNo setting differs.\n")


def test_one_run_is_no_comparison(tenfold: Command, folder: Path) -> None:
    outcome = tenfold("runs", "compare", "20260101-000000")
    assert outcome.status == 2
    assert outcome.err == (
        "tenfold: A comparison needs two runs or more (20260101-000000). `tenfold runs` lists them.\n"
    )


def test_deleting_asks_and_deletes_that_run_alone(
    tenfold: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def answer(yes: bool) -> None:
        def confirm(text: str, abort: bool) -> None:
            asked.append(text)
            if not yes:
                import click

                raise click.Abort

        monkeypatch.setattr("click.confirm", confirm)

    run = folder / "20260102-000000-wide"
    answer(yes=False)
    assert tenfold("runs", "delete", run.name).status == 130
    assert run.is_dir()
    answer(yes=True)
    assert tenfold("runs", "delete", run.name).out == f"Deleted {run}\n"
    assert asked[0] == asked[1] == f"Delete {run}: 3 epochs of cifar10-wide, 0.0 MB?"
    assert [one.name for one in folder.iterdir()] == ["20260101-000000"]


def test_yes_deletes_without_asking(tenfold: Command, folder: Path) -> None:
    assert tenfold("runs", "delete", "--yes", folder / "20260101-000000").status == 0
    assert not (folder / "20260101-000000").exists()


def test_a_folder_that_is_no_run_is_not_deleted(tenfold: Command, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    outcome = tenfold("runs", "delete", "--yes", tmp_path / "photos")
    assert outcome.status == 1
    assert outcome.err == (
        f"tenfold: The folder {tmp_path / 'photos'} holds no training run. "
        "`tenfold runs` lists those that there are.\n"
    )
    assert (tmp_path / "photos").is_dir()
