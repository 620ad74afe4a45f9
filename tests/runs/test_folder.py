"""A run's folder: who may use it, and what it keeps."""

import shutil
from datetime import datetime
from pathlib import Path

import pytest

from tenfold.errors import TrainingError
from tenfold.recipes.recipe import Recipe
from tenfold.runs import folder as runs
from tenfold.runs.folder import Run

RECIPE = Recipe(epochs=2, seed=5)


def test_a_new_folder_is_made_and_keeps_the_recipe(tmp_path: Path) -> None:
    run = Run(tmp_path / "a" / "b", RECIPE, resume=False)
    assert runs.recipe(run.folder) == RECIPE
    assert run.lines() == []


def test_a_folder_that_holds_a_run_is_refused_unless_resumed(tmp_path: Path) -> None:
    run = Run(tmp_path, RECIPE, resume=False)
    run.state.write_bytes(b"a checkpoint")
    with pytest.raises(TrainingError) as caught:
        Run(tmp_path, RECIPE, resume=False)
    assert str(caught.value) == (
        f"The run folder {tmp_path} already holds a run. "
        "Add --resume to go on with it, or name another folder with --run."
    )
    Run(tmp_path, RECIPE, resume=True)
    assert run.state.read_bytes() == b"a checkpoint"


def test_a_folder_without_a_checkpoint_starts_anew(tmp_path: Path) -> None:
    Run(tmp_path, Recipe(), resume=False).log({"epoch": 1}, 1)
    run = Run(tmp_path, RECIPE, resume=False)
    assert run.lines() == []
    assert runs.recipe(tmp_path) == RECIPE


def test_a_resumed_run_keeps_its_recipe(tmp_path: Path) -> None:
    Run(tmp_path, RECIPE, resume=False).state.write_bytes(b"a checkpoint")
    Run(tmp_path, Recipe(), resume=True)
    assert runs.recipe(tmp_path) == RECIPE


def test_each_epoch_has_one_line_even_when_it_was_run_twice(tmp_path: Path) -> None:
    run = Run(tmp_path, RECIPE, resume=False)
    for epoch, loss in ((1, 2.0), (2, 1.5), (3, 1.2), (2, 1.4)):
        run.log({"epoch": epoch, "loss": loss}, epoch)
    assert run.lines() == [{"epoch": 1, "loss": 2.0}, {"epoch": 2, "loss": 1.4}]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(TrainingError) as caught:
        Run(tmp_path / "file" / "run", RECIPE, resume=False)
    assert str(caught.value) == (
        f"The run folder {tmp_path / 'file' / 'run'} cannot be written (Not a directory). "
        "Free some space or name another folder with --run."
    )


def test_a_folder_that_is_lost_during_a_run_is_told(tmp_path: Path) -> None:
    run = Run(tmp_path / "run", RECIPE, resume=False)
    shutil.rmtree(run.folder)
    with pytest.raises(TrainingError, match=r"run cannot be written \(No such file or directory\)"):
        run.log({"epoch": 1}, 1)


def test_the_newest_run_is_found_by_its_name(tmp_path: Path) -> None:
    times = (datetime(2025, 3, 4, 5, 6, 7), datetime(2024, 12, 31, 23, 59, 59))
    folders = [runs.new_folder(tmp_path, time) for time in times]
    for folder in folders:
        Run(folder, RECIPE, resume=False)
    (tmp_path / "zzz").mkdir()
    assert folders[0].name == "20250304-050607"
    assert runs.latest(tmp_path) == folders[0]


def test_no_run_to_go_on_with_is_told(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(TrainingError) as caught:
            runs.latest(folder)
        assert str(caught.value) == (
            f"The folder {folder} holds no run to go on with. Start one with `tenfold train`."
        )


@pytest.mark.parametrize("content", [None, "{", "epochs"])
def test_a_recipe_that_cannot_be_read_is_told(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "recipe.toml").write_text(content)
    with pytest.raises(TrainingError) as caught:
        runs.recipe(tmp_path)
    assert str(caught.value).startswith(f"The recipe {tmp_path / 'recipe.toml'} cannot be read (")
    assert str(caught.value).endswith("Start from a shipped one: tenfold train --show-recipe > recipe.toml")


def test_facts_are_kept_and_read_back(tmp_path: Path) -> None:
    run = Run(tmp_path / "run", RECIPE, resume=False)
    run.note("data", {"source": "cifar10", "classes": ["кіт"]})
    assert runs.facts(run.folder, "data") == {"source": "cifar10", "classes": ["кіт"]}
    with pytest.raises(TrainingError, match=r"environment.json cannot be read \(FileNotFoundError"):
        runs.facts(run.folder, "environment")


def test_a_new_folder_says_which_network_is_trained(tmp_path: Path) -> None:
    time = datetime(2025, 3, 4, 5, 6, 7)
    assert runs.new_folder(tmp_path, time, "my.nets:build").name == "20250304-050607-my.nets-build"
