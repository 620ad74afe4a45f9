"""Writing a run's folder: which folders are taken, and what is written."""

import shutil
from pathlib import Path

import pytest

from tenfold.errors import TrainingError
from tenfold.recipes.recipe import Recipe
from tenfold.runs.progress import TrainingProgress
from tenfold.runs.recorder import RunRecorder
from tenfold.runs.run import Run

RECIPE = Recipe(epochs=2, seed=5)


def record(folder: Path, recipe: Recipe = RECIPE, *, resume: bool = False) -> RunRecorder:
    return RunRecorder(Run(folder), recipe, resume=resume)


def epoch(number: int, loss: float = 1.0) -> TrainingProgress:
    return TrainingProgress(
        epoch=number, epochs=4, step=9, steps=9, side=32, rate=0.1, loss=loss, accuracy=0.5,
        pictures_per_second=100.0, seconds=1.0, seconds_left=2.0,
    )  # fmt: skip


def test_a_new_folder_is_made_and_keeps_the_recipe(tmp_path: Path) -> None:
    record(tmp_path / "a" / "b")
    assert Run(tmp_path / "a" / "b").parse_recipe() == RECIPE
    assert Run(tmp_path / "a" / "b").epochs == []


def test_a_folder_that_holds_a_run_is_refused_unless_resumed(tmp_path: Path) -> None:
    record(tmp_path)
    Run(tmp_path).checkpoint_file.write_bytes(b"a checkpoint")
    with pytest.raises(TrainingError) as caught:
        record(tmp_path)
    assert str(caught.value) == (
        f"The run folder {tmp_path} already holds a run. "
        "Add --resume to go on with it, or name another folder with --run."
    )
    record(tmp_path, resume=True)
    assert Run(tmp_path).checkpoint_file.read_bytes() == b"a checkpoint"


def test_a_folder_without_a_checkpoint_starts_anew(tmp_path: Path) -> None:
    record(tmp_path, Recipe()).write_epoch(epoch(1))
    record(tmp_path)
    assert Run(tmp_path).epochs == []
    assert Run(tmp_path).parse_recipe() == RECIPE


def test_a_resumed_run_keeps_its_recipe(tmp_path: Path) -> None:
    record(tmp_path)
    Run(tmp_path).checkpoint_file.write_bytes(b"a checkpoint")
    record(tmp_path, Recipe(), resume=True)
    assert Run(tmp_path).parse_recipe() == RECIPE


def test_each_epoch_has_one_line_even_when_it_was_run_twice(tmp_path: Path) -> None:
    recorder = record(tmp_path)
    for number, loss in ((1, 2.0), (2, 1.5), (3, 1.2), (2, 1.4)):
        recorder.write_epoch(epoch(number, loss))
    assert Run(tmp_path).points("loss") == [(1, 2.0), (2, 1.4)]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(TrainingError) as caught:
        record(tmp_path / "file" / "run")
    assert str(caught.value) == (
        f"The run folder {tmp_path / 'file' / 'run'} cannot be written (Not a directory). "
        "Free some space or name another folder with --run."
    )


def test_a_folder_that_is_lost_during_a_run_is_told(tmp_path: Path) -> None:
    recorder = record(tmp_path / "run")
    shutil.rmtree(tmp_path / "run")
    with pytest.raises(TrainingError, match=r"run cannot be written \(No such file or directory\)"):
        recorder.write_epoch(epoch(1))


@pytest.mark.parametrize("content", [None, "{", "epochs"])
def test_a_recipe_that_cannot_be_read_is_told(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "recipe.toml").write_text(content)
    with pytest.raises(TrainingError) as caught:
        Run(tmp_path).parse_recipe()
    assert str(caught.value).startswith(f"The recipe {tmp_path / 'recipe.toml'} cannot be read (")
    assert str(caught.value).endswith("Start from a shipped one: tenfold train --show-recipe > recipe.toml")


def test_facts_are_written_and_read_back(tmp_path: Path) -> None:
    recorder = record(tmp_path / "run")
    recorder.write_data({"source": "cifar10", "classes": ["кіт"]})
    assert Run(tmp_path / "run").require_data() == {"source": "cifar10", "classes": ["кіт"]}
    assert Run(tmp_path / "run").environment == {}
    Run(tmp_path / "run").data_file.unlink()
    with pytest.raises(TrainingError, match=r"data.json is missing or damaged\. Name the folder of a run"):
        Run(tmp_path / "run").require_data()
