import os
import subprocess
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path

import pytest

from tests.environment.web_server import answering
from tests.paths import ROOT

SCRIPT = ROOT / "scripts" / "new-venv"


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


@pytest.mark.slow
def test_one_that_is_half_made_is_made_anew_and_a_whole_one_is_kept(tmp_path: Path) -> None:
    mark = tmp_path / "env" / "mark"
    mark.parent.mkdir()
    mark.touch()
    done = new_venv(sys.executable, tmp_path / "env")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "env" / "bin" / "pip").exists()
    assert not mark.exists()

    mark.touch()
    assert new_venv(sys.executable, tmp_path / "env").returncode == 0
    assert mark.exists()


@pytest.mark.slow
def test_an_environment_of_another_python_is_made_anew(tmp_path: Path) -> None:
    other = tmp_path / "env" / "bin" / "python"
    other.parent.mkdir(parents=True)
    other.write_text('#!/bin/sh\ncase "$2" in *stdout*) printf 3.9.2 ;; esac\n')
    other.chmod(0o755)
    assert new_venv(sys.executable, tmp_path / "env").returncode == 0
    done = subprocess.run([other, "-c", "print(1)"], capture_output=True, text=True, check=False)
    assert done.stdout == "1\n"


def test_no_python_is_said_with_its_cure(tmp_path: Path) -> None:
    done = new_venv("python3.99", tmp_path / "env")
    assert done.returncode == 1
    assert done.stderr == (
        "tenfold: there is no python3.99 here. Install Python 3.11 or newer (Debian: apt-get install "
        "python3), or name yours: make PYTHON=/path/to/python3.11\n"
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


def test_a_python_without_ensurepip_asks_the_index_for_pip(tmp_path: Path) -> None:
    """As Debian's Python is without python3-venv; this index lacks the pinned pip, and that is said."""
    (tmp_path / "blind" / "ensurepip").mkdir(parents=True)
    (tmp_path / "blind" / "ensurepip" / "__init__.py").write_text("raise ImportError('left out')")
    (tmp_path / "pip").mkdir()
    (tmp_path / "pip" / "index.html").write_text('<a href="pip-0.1-py3-none-any.whl">old</a>')
    with answering(partial(SimpleHTTPRequestHandler, directory=str(tmp_path))) as address:
        done = subprocess.run(
            [str(SCRIPT), sys.executable, str(tmp_path / "env")],
            env=os.environ
            | {
                "PYTHONPATH": str(tmp_path / "blind"),
                "PIP_INDEX_URL": address,
            },
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert "does not have pip-" in done.stderr
    assert "apt-get install python3-venv" in done.stderr
    assert not (tmp_path / "env" / "bin" / "pip").exists()
