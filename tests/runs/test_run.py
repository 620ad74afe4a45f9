"""What a run's folder says: of new, old, unfinished and damaged runs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tenfold.errors import TrainingError
from tenfold.runs.lock import training_in
from tenfold.runs.run import FINISHED, RUNNING, STOPPED, Run
from tests.paths import ROOT
from tests.runs import run_folders


def test_a_run_tells_what_it_is_and_where_it_stands(tmp_path: Path) -> None:
    run = Run.open(run_folders.make(tmp_path / "one", done=3, epochs=4))
    assert (run.name, run.network, run.source) == ("one", "sequential-6conv", "cifar10")
    assert (run.done, run.planned, run.seconds) == (3, 4, 150.0)
    assert run.recipe["optimiser"] == {"name": "adam", "rate": 0.001}
    assert run.environment["torch"] == "2.13.0"
    assert run.best is not None
    assert run.best.epoch == 3
    assert run.curve("loss") == [1.5, 0.75, 0.5]
    assert (run.has_model, run.test_accuracy) == (False, None)


def test_a_run_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    run = Run.open(run_folders.make_old(tmp_path / "old"))
    assert (run.network, run.source, run.done, run.planned) == ("default", "cifar10", 4, 4)
    assert run.state == FINISHED
    assert run.curve("precision") == [None] * 4


def test_a_line_that_broke_off_is_passed_over(tmp_path: Path) -> None:
    folder = run_folders.make(tmp_path / "run", done=2)
    with (folder / "metrics.jsonl").open("a") as file:
        file.write('{"epoch": 3, "loss": 0.')
    assert Run.open(folder).done == 2


@pytest.mark.parametrize("name", ["environment.json", "data.json", "metrics.jsonl", "state.safetensors"])
@pytest.mark.parametrize("content", [None, b"", b"\xff\x00 no JSON", b"[1, 2]"])
def test_what_is_missing_or_damaged_does_not_hide_the_run(
    name: str, content: bytes | None, tmp_path: Path
) -> None:
    folder = run_folders.make(tmp_path / "run")
    (folder / name).unlink() if content is None else (folder / name).write_bytes(content)
    run = Run.open(folder)
    assert run.network == "sequential-6conv"
    assert run.state == STOPPED


def test_a_damaged_recipe_leaves_the_curves(tmp_path: Path) -> None:
    folder = run_folders.make(tmp_path / "run")
    (folder / "recipe.toml").write_text("epochs = = 4")
    assert Run.open(folder).planned == 0
    assert Run.open(folder).done == 3


def test_a_figure_that_is_no_number_is_a_gap(tmp_path: Path) -> None:
    folder = run_folders.make(tmp_path / "run", done=1)
    with (folder / "metrics.jsonl").open("a") as file:
        file.write('{"epoch": 2, "loss": NaN, "validation_accuracy": null, "seconds": "soon"}\n')
    run = Run.open(folder)
    assert run.curve("loss") == [1.5, None]
    assert run.best is not None
    assert run.best.epoch == 1
    assert run.seconds == 0.0


def test_finished_is_a_run_at_its_last_epoch_or_stopped_early_or_with_a_model_file(tmp_path: Path) -> None:
    stopped = run_folders.make(tmp_path / "stopped", done=3, epochs=4)
    done = run_folders.make(tmp_path / "done", done=4, epochs=4)
    early = run_folders.make(tmp_path / "early", done=3, epochs=4, stopped=True)
    exported = run_folders.make(tmp_path / "exported", done=3, epochs=4, model=True)
    states = [Run.open(folder).state for folder in (stopped, done, early, exported)]
    assert states == [STOPPED, FINISHED, FINISHED, FINISHED]
    with training_in(done):
        assert Run.open(done).state == RUNNING


def test_the_test_accuracy_is_the_model_file_s(tmp_path: Path) -> None:
    from tenfold import modelfile

    folder = run_folders.make(tmp_path / "run", model=True)
    run = Run.open(folder)
    assert run.test_accuracy == modelfile.read(run.model_file)[1].scores.get("test", {}).get("accuracy")
    run.model_file.write_bytes(b"broken")
    assert Run.open(folder).test_accuracy is None


def test_only_the_run_s_own_folder_is_deleted(tmp_path: Path) -> None:
    one, two = run_folders.make(tmp_path / "one"), run_folders.make(tmp_path / "two")
    Run(one).delete()
    assert not one.exists()
    assert Run(two).exists


def test_what_is_no_run_any_more_is_not_deleted(tmp_path: Path) -> None:
    folder = run_folders.make(tmp_path / "run")
    run = Run.open(folder)
    (folder / "recipe.toml").unlink()
    with pytest.raises(TrainingError, match="holds no training run"):
        run.delete()
    assert folder.is_dir()


def test_a_run_that_is_being_trained_in_is_not_deleted(tmp_path: Path) -> None:
    folder = run_folders.make(tmp_path / "run")
    with training_in(folder), pytest.raises(TrainingError) as told:
        Run(folder).delete()
    assert str(told.value) == (
        f"The run {folder} is being trained in. Wait for it, or stop it with Ctrl-C, and delete it then."
    )
    assert Run(folder).exists


def test_a_link_to_a_run_is_not_followed(tmp_path: Path) -> None:
    folder = run_folders.make(tmp_path / "run")
    (tmp_path / "link").symlink_to(folder)
    with pytest.raises(TrainingError, match="is a link; only a folder is deleted"):
        Run(tmp_path / "link").delete()
    assert Run(folder).exists


def test_reading_runs_needs_nothing_large() -> None:
    large = "{'torch', 'numpy', 'PIL', 'onnxruntime'}"
    modules = "tenfold.cli.training.runs, tenfold.runs.listing, tenfold.runs.recorder"
    code = f"import sys; import {modules}; print({large} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_the_points_of_a_figure_are_those_epochs_that_have_it(tmp_path: Path) -> None:
    folder = run_folders.make(tmp_path / "run", done=1)
    with (folder / "metrics.jsonl").open("a") as file:
        file.write('{"epoch": 2, "loss": NaN}\n{"epoch": 3, "loss": 0.5}\n{"epoch": 4, "lo')
    assert Run(folder).points("loss") == [(1, 1.5), (3, 0.5)]
    assert Run(folder).points("recall") == [(1, Run(folder).curve("recall")[0])]
    assert Run(folder).points("unknown") == []


def test_the_newer_form_of_a_recipe_counts(tmp_path: Path) -> None:
    folder = run_folders.make(tmp_path / "run")
    (folder / "recipe.json").write_text('{"network": "old"}')
    assert Run(folder).network == "sequential-6conv"


def test_the_bundled_model_s_run_is_read() -> None:
    run = Run.open(ROOT / "benchmarks" / "runs" / "bundled")
    assert len(run.points("accuracy")) == len(run.points("validation_accuracy")) == 96
    assert run.recipe["batch_size"] == 1000


def test_the_run_of_a_model_file_is_the_one_in_whose_folder_it_is(tmp_path: Path) -> None:
    folder = run_folders.make(tmp_path / "run")
    run = Run.of_model(folder / "other.onnx")
    assert run is not None
    assert run.folder == folder
    assert Run.of_model(tmp_path / "model.onnx") is None


def test_no_other_package_names_the_files_of_a_run() -> None:
    files = [path.name for path in vars(Run(Path("run"))).values()]
    # `tenfold evaluate` writes a report where it is started, by the same name.
    names = [f'"{name}"' for name in files if "." in name and name != "report.html"]
    named = [
        (path.relative_to(ROOT), name)
        for path in (ROOT / "src" / "tenfold").rglob("*.py")
        for name in names
        if path.parent.name != "runs" and name in path.read_text(encoding="utf-8")
    ]
    assert named == []


def test_of_epochs_with_equal_accuracy_the_best_has_the_least_loss(tmp_path: Path) -> None:
    folder = run_folders.make(tmp_path / "run", done=0)
    rows = [run_folders.row(e, 4, 0.5, validation_loss=loss) for e, loss in ((1, 2.0), (2, 1.0), (3, 1.5))]
    (folder / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert Run(folder).best == (2, 0.5)


def test_the_kept_epoch_is_known_once_the_run_has_ended(tmp_path: Path) -> None:
    folder = run_folders.make(tmp_path / "run")
    assert Run(folder).kept_epoch is None
    (folder / "environment.json").write_text('{"epochs_run": 4, "epoch_kept": 3}')
    assert Run(folder).kept_epoch == 3
