"""Who trains in a folder now."""

import subprocess
import sys
from pathlib import Path

import pytest

from tenfold.errors import TrainingError
from tenfold.runs.lock import is_training, training_in


def test_a_folder_is_held_as_long_as_one_trains_in_it(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "run"
    assert not is_training(folder)
    with training_in(folder):
        assert is_training(folder)
    assert not is_training(folder)
    assert list(folder.iterdir()) == []


def test_it_is_let_go_after_an_error_too(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), training_in(tmp_path):
        _ = 1 / 0
    assert not is_training(tmp_path)


def test_two_do_not_train_in_one_folder(tmp_path: Path) -> None:
    with training_in(tmp_path), pytest.raises(TrainingError) as told, training_in(tmp_path):
        pass
    assert str(told.value) == (
        f"The run folder {tmp_path} is being trained in by another process. "
        "Wait for it or stop it with Ctrl-C, or name another folder with --run."
    )


def test_asking_does_not_take_the_folder(tmp_path: Path) -> None:
    (tmp_path / "running").touch()  # left by a process that was killed
    assert not is_training(tmp_path)
    with training_in(tmp_path):
        assert is_training(tmp_path)
        assert is_training(tmp_path)


def test_a_process_that_is_killed_holds_nothing(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from tenfold.runs.lock import training_in\n"
        "with training_in(Path(sys.argv[1])): print('in', flush=True); time.sleep(60)"
    )
    other = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    with other.stdout:
        assert other.stdout.readline() == "in\n"
        assert is_training(tmp_path)
        other.kill()
        other.wait()
    assert not is_training(tmp_path)


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(TrainingError, match=r"The run folder .*file cannot be written"),
        training_in(tmp_path / "file"),
    ):
        pass
