"""The runs in a folder of runs."""

import json
import os
from datetime import datetime
from pathlib import Path

import pytest

from tenfold.errors import TrainingError
from tenfold.recipes.recipe import Recipe
from tenfold.runs.listing import data_of_runs, find_runs, latest_run, named_run, new_run_folder
from tenfold.runs.recorder import RunRecorder
from tenfold.runs.run import Run
from tests.runs import run_folders


def test_runs_are_listed_newest_first_and_other_folders_are_not(tmp_path: Path) -> None:
    for age, name in enumerate(("new", "middle", "old")):
        folder = run_folders.make(tmp_path / name)
        for file in folder.iterdir():
            os.utime(file, (1_000_000 - age * 100,) * 2)
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "metrics.jsonl").touch()
    (tmp_path / "a.log").touch()
    assert [run.name for run in find_runs(tmp_path)] == ["new", "middle", "old"]
    assert find_runs(tmp_path / "nowhere") == []


def test_a_run_is_named_by_its_name_or_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_folders.make(tmp_path / "home" / "one")
    elsewhere = run_folders.make(tmp_path / "elsewhere" / "two")
    monkeypatch.chdir(tmp_path)
    assert named_run("one", tmp_path / "home").name == "one"
    assert named_run(str(elsewhere), tmp_path / "home").name == "two"
    assert named_run("elsewhere/two", tmp_path / "home").name == "two"
    with pytest.raises(TrainingError) as told:
        named_run("three", tmp_path / "home")
    assert str(told.value) == ("The folder three does not exist. `tenfold runs` lists those that there are.")


def test_the_newest_run_is_found_by_its_name(tmp_path: Path) -> None:
    times = (datetime(2025, 3, 4, 5, 6, 7), datetime(2024, 12, 31, 23, 59, 59))
    folders = [new_run_folder(tmp_path, time) for time in times]
    for folder in folders:
        RunRecorder(Run(folder), Recipe(), resume=False)
    (tmp_path / "zzz").mkdir()
    assert folders[0].name == "20250304-050607"
    assert latest_run(tmp_path).folder == folders[0]


def test_no_run_to_go_on_with_is_told(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(TrainingError) as caught:
            latest_run(folder)
        assert str(caught.value) == (
            f"The folder {folder} holds no run to go on with. Start one with `tenfold train`."
        )


def test_a_new_folder_says_which_network_is_trained(tmp_path: Path) -> None:
    time = datetime(2025, 3, 4, 5, 6, 7)
    assert new_run_folder(tmp_path, time, "my.nets:build").name == "20250304-050607-my.nets-build"


def test_the_data_of_runs_are_known_once_each(tmp_path: Path) -> None:
    for number, source in enumerate(["/birds", "cifar10", "/fish", "/birds"]):
        run = tmp_path / f"run-{number}"
        run.mkdir()
        (run / "data.json").write_text(json.dumps({"source": source}))
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "data.json").write_text("{")
    assert sorted(data_of_runs(tmp_path)) == ["/birds", "/fish"]
