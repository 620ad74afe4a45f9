"""What runs left, read back."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tenfold.errors import TrainingError
from tenfold.runs import history
from tenfold.runs.lock import training_in
from tests import run_folders


def test_a_run_tells_what_it_is_and_where_it_stands(tmp_path: Path) -> None:
    run = history.read(run_folders.make(tmp_path / "one", done=3, epochs=4))
    assert (run.name, run.network, run.source) == ("one", "sequential-6conv", "cifar10")
    assert (run.done, run.planned, run.seconds) == (3, 4, 150.0)
    assert run.recipe["optimiser"] == {"name": "adam", "rate": 0.001}
    assert run.environment["torch"] == "2.13.0"
    assert run.best is not None
    assert run.best["epoch"] == 3
    assert run.curve("loss") == [1.5, 0.75, 0.5]
    assert (run.model, run.test_accuracy) == (None, None)


def test_a_run_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    run = history.read(run_folders.make_old(tmp_path / "old"))
    assert (run.network, run.source, run.done, run.planned) == ("default", "cifar10", 4, 4)
    assert run.state == history.FINISHED
    assert run.curve("precision") == [None] * 4


def test_a_line_that_broke_off_is_passed_over(tmp_path: Path) -> None:
    folder = run_folders.make(tmp_path / "run", done=2)
    with (folder / "metrics.jsonl").open("a") as file:
        file.write('{"epoch": 3, "loss": 0.')
    assert history.read(folder).done == 2


@pytest.mark.parametrize("name", ["environment.json", "data.json", "metrics.jsonl", "state.safetensors"])
@pytest.mark.parametrize("content", [None, b"", b"\xff\x00 no JSON", b"[1, 2]"])
def test_what_is_missing_or_damaged_does_not_hide_the_run(
    name: str, content: bytes | None, tmp_path: Path
) -> None:
    folder = run_folders.make(tmp_path / "run")
    (folder / name).unlink() if content is None else (folder / name).write_bytes(content)
    run = history.read(folder)
    assert run.network == "sequential-6conv"
    assert run.state == history.STOPPED


def test_a_damaged_recipe_leaves_the_curves(tmp_path: Path) -> None:
    folder = run_folders.make(tmp_path / "run")
    (folder / "recipe.toml").write_text("epochs = = 4")
    assert history.read(folder).planned == 0
    assert history.read(folder).done == 3


def test_a_figure_that_is_no_number_is_a_gap(tmp_path: Path) -> None:
    folder = run_folders.make(tmp_path / "run", done=1)
    with (folder / "metrics.jsonl").open("a") as file:
        file.write('{"epoch": 2, "loss": NaN, "validation_accuracy": null, "seconds": "soon"}\n')
    run = history.read(folder)
    assert run.curve("loss") == [1.5, None]
    assert run.best is not None
    assert run.best["epoch"] == 1
    assert run.seconds == 0.0


def test_finished_is_a_run_at_its_last_epoch_or_stopped_early_or_with_a_model_file(tmp_path: Path) -> None:
    stopped = run_folders.make(tmp_path / "stopped", done=3, epochs=4)
    done = run_folders.make(tmp_path / "done", done=4, epochs=4)
    early = run_folders.make(tmp_path / "early", done=3, epochs=4, stopped=True)
    exported = run_folders.make(tmp_path / "exported", done=3, epochs=4, model=True)
    states = [history.read(folder).state for folder in (stopped, done, early, exported)]
    assert states == [history.STOPPED, history.FINISHED, history.FINISHED, history.FINISHED]
    with training_in(done):
        assert history.read(done).state == history.RUNNING


def test_the_test_accuracy_is_the_model_file_s(tmp_path: Path) -> None:
    from tenfold import modelfile

    folder = run_folders.make(tmp_path / "run", model=True)
    run = history.read(folder)
    assert run.test == modelfile.read(folder / "model.onnx")[1].scores.get("test", {})
    (folder / "model.onnx").write_bytes(b"broken")
    assert history.read(folder).test_accuracy is None


def test_runs_are_listed_newest_first_and_other_folders_are_not(tmp_path: Path) -> None:
    for age, name in enumerate(("new", "middle", "old")):
        folder = run_folders.make(tmp_path / name)
        for file in folder.iterdir():
            os.utime(file, (1_000_000 - age * 100,) * 2)
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "metrics.jsonl").touch()
    (tmp_path / "a.log").touch()
    assert [run.name for run in history.find(tmp_path)] == ["new", "middle", "old"]
    assert history.find(tmp_path / "nowhere") == []


def test_a_run_is_named_by_its_name_or_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_folders.make(tmp_path / "home" / "one")
    elsewhere = run_folders.make(tmp_path / "elsewhere" / "two")
    monkeypatch.chdir(tmp_path)
    assert history.named("one", tmp_path / "home").name == "one"
    assert history.named(str(elsewhere), tmp_path / "home").name == "two"
    assert history.named("elsewhere/two", tmp_path / "home").name == "two"
    with pytest.raises(TrainingError) as told:
        history.named("three", tmp_path / "home")
    assert str(told.value) == ("The folder three does not exist. `tenfold runs` lists those that there are.")


def test_only_the_run_s_own_folder_is_deleted(tmp_path: Path) -> None:
    one, two = run_folders.make(tmp_path / "one"), run_folders.make(tmp_path / "two")
    history.delete(history.read(one))
    assert not one.exists()
    assert history.is_run(two)


def test_what_is_no_run_any_more_is_not_deleted(tmp_path: Path) -> None:
    folder = run_folders.make(tmp_path / "run")
    run = history.read(folder)
    (folder / "recipe.toml").unlink()
    with pytest.raises(TrainingError, match="holds no training run"):
        history.delete(run)
    assert folder.is_dir()


def test_a_run_that_is_being_trained_in_is_not_deleted(tmp_path: Path) -> None:
    folder = run_folders.make(tmp_path / "run")
    with training_in(folder), pytest.raises(TrainingError) as told:
        history.delete(history.read(folder))
    assert str(told.value) == (
        f"The run {folder} is being trained in. Wait for it, or stop it with Ctrl-C, and delete it then."
    )
    assert history.is_run(folder)


def test_a_link_to_a_run_is_not_followed(tmp_path: Path) -> None:
    folder = run_folders.make(tmp_path / "run")
    (tmp_path / "link").symlink_to(folder)
    with pytest.raises(TrainingError, match="is a link; only a folder is deleted"):
        history.delete(history.read(tmp_path / "link"))
    assert history.is_run(folder)


def test_reading_runs_needs_nothing_large() -> None:
    large = "{'torch', 'numpy', 'PIL', 'onnxruntime'}"
    modules = "tenfold.cli.training.runs, tenfold.runs.history"
    code = f"import sys; import {modules}; print({large} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
