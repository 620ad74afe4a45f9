import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.paths import ROOT

EXAMPLES = ROOT / "examples"
PICTURES = EXAMPLES / "pictures"


def run(name: str, *arguments: str | Path, status: int = 0) -> str:
    command = [sys.executable, str(EXAMPLES / f"{name}.py"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two pictures, and a file that is none."""
    place = tmp_path / "pictures"
    place.mkdir()
    for name in ("ship.png", "plane.png"):
        (place / name).write_bytes((PICTURES / name).read_bytes())
    (place / "notes.jpg").write_text("hello")
    return place


def test_draw_draws_the_pictures_that_are_kept(tmp_path: Path) -> None:
    run("draw", tmp_path)
    for kept in sorted(PICTURES.iterdir()):
        drawn = np.asarray(Image.open(tmp_path / kept.name), dtype=int)
        assert np.abs(drawn - np.asarray(Image.open(kept), dtype=int)).mean() < 1


def test_classify_folder_counts_classes_and_passes_over_what_is_no_picture(folder: Path) -> None:
    lines = run("classify_folder", folder).splitlines()
    assert "notes.jpg is not a picture this build can read (it starts with 'hello')." in lines[0]
    assert lines[1].startswith("plane.png: airplane (")
    assert lines[2].startswith("ship.png: ship (")
    assert sorted(lines[3:]) == ["    1  airplane", "    1  ship"]


def test_sort_by_class_files_pictures(folder: Path, tmp_path: Path) -> None:
    said = run("sort_by_class", folder, tmp_path / "sorted")
    assert said.startswith("left out: ")
    assert "notes.jpg is not a picture" in said
    filed = {str(path.relative_to(tmp_path / "sorted")) for path in (tmp_path / "sorted").rglob("*.png")}
    assert filed == {"airplane/plane.png", "ship/ship.png"}


def test_sort_by_class_keeps_what_is_not_sure_enough_apart(folder: Path, tmp_path: Path) -> None:
    run("sort_by_class", folder, tmp_path / "sorted", "1.0")
    assert {path.parent.name for path in (tmp_path / "sorted").rglob("*.png")} == {"unsure"}


@pytest.mark.slow
def test_ask_server_prints_the_likeliest_classes(served: str) -> None:
    lines = run("ask_server", PICTURES / "ship.png", served).splitlines()
    assert lines[0].startswith("ship ")
    assert len(lines) == 3


def test_ask_server_says_what_is_wrong_with_a_file(folder: Path, served: str) -> None:
    said = run("ask_server", folder / "notes.jpg", served, status=1)
    assert "is not a picture this build can read (it starts with 'hello')" in said
