import os
from pathlib import Path

import pytest

from tenfold.server_files import ServerFiles
from tenfold.workflows.folders.file_walk import Walk


def laid_out(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")


def walk_of(root: Path) -> Walk:
    return Walk((str(root),), ServerFiles(root / "home"))


def found(walk: Walk, folder: Path) -> list[str]:
    return [os.path.relpath(path, folder) for path in walk]


def test_files_come_in_an_order_that_stays_and_hidden_ones_do_not(tmp_path: Path) -> None:
    laid_out(tmp_path, "b.jpg", "a/2.jpg", "a/1.jpg", ".hidden", "a/.git/x.jpg", "c/d/e.jpg")
    walk = walk_of(tmp_path)
    assert found(walk, tmp_path) == ["b.jpg", "a/1.jpg", "a/2.jpg", "c/d/e.jpg"]
    assert found(walk, tmp_path) == ["b.jpg", "a/1.jpg", "a/2.jpg", "c/d/e.jpg"]
    assert walk.problems == []


def test_what_is_tenfold_s_own_is_passed_over(tmp_path: Path) -> None:
    laid_out(tmp_path, "a/1.jpg", "home/pictures/ab/x")
    assert found(walk_of(tmp_path), tmp_path) == ["a/1.jpg"]


def test_the_home_itself_is_not_walked_by_whichever_path(tmp_path: Path) -> None:
    laid_out(tmp_path, "home/pictures/ab/x", "home/tenfold.db", "home/data/a.jpg")
    (tmp_path / "alias").symlink_to(tmp_path / "home" / "pictures")
    files = ServerFiles(tmp_path / "home", readable=(tmp_path / "home" / "data",))
    for root in ("home", "home/pictures", "home/pictures/ab", "home/../home", "alias", "home/tenfold.db"):
        walk = Walk((str(tmp_path / root),), files)
        assert list(walk) == [], root
        assert str(walk.problems[0]).endswith("is where tenfold keeps its own files."), root
    walk = Walk((str(tmp_path / "home" / "data"),), files)
    assert found(walk, tmp_path) == ["home/data/a.jpg"]


def test_only_files_are_files(tmp_path: Path) -> None:
    laid_out(tmp_path, "a.jpg")
    if not hasattr(os, "mkfifo"):
        pytest.skip("needs a system with named pipes")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    assert found(walk_of(tmp_path), tmp_path) == ["a.jpg"]


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    walk = walk_of(tmp_path / "nowhere")
    assert list(walk) == []
    assert str(walk.problems[0]).endswith("nowhere does not exist.")
