import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "scripts" / "new-venv"


def new_venv(python: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(SCRIPT), str(python), str(folder)], capture_output=True, text=True, check=False
    )


def fake_python(folder: Path, *, version: str = "3.11.2", old: bool = False) -> Path:
    """A Python that knows its version, and has no venv module."""
    path = folder / "python"
    path.write_text(
        "#!/bin/sh\n"
        f'case "$2" in *stdout*) printf {version} ;; *exit*) exit {int(old)} ;; *) exit 1 ;; esac\n'
    )
    path.chmod(0o755)
    return path


def test_an_environment_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "env").mkdir()
    (tmp_path / "env" / "half-made").touch()
    done = new_venv(sys.executable, tmp_path / "env")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "env" / "bin" / "pip").exists()
    assert not (tmp_path / "env" / "half-made").exists()


def test_no_python_is_said_with_its_cure(tmp_path: Path) -> None:
    done = new_venv("python3.99", tmp_path / "env")
    assert done.returncode == 1
    assert done.stderr == (
        "tenfold: there is no python3.99 here. Install Python 3.11 or newer (Debian: apt-get install python3 "
        "python3-venv), or name yours: make PYTHON=/path/to/python3.11\n"
    )


def test_an_old_python_is_said_with_its_cure(tmp_path: Path) -> None:
    python = fake_python(tmp_path, version="3.9.2", old=True)
    done = new_venv(python, tmp_path / "env")
    assert done.returncode == 1
    assert done.stderr == (
        f"tenfold: Python 3.11 or newer is needed, but {python} is 3.9.2. Name a newer one: "
        "make PYTHON=/path/to/python3.11\n"
    )
    assert not (tmp_path / "env").exists()


def test_a_python_without_venv_is_said_with_its_cure(tmp_path: Path) -> None:
    python = fake_python(tmp_path)
    done = new_venv(python, tmp_path / "env")
    assert done.returncode == 1
    assert done.stderr == (
        f"tenfold: {python} cannot make virtual environments: its venv module is not installed. "
        "On Debian: apt-get install python3-venv\n"
    )
