"""What a command line's paths name."""

import os
from pathlib import Path

import pytest

from tenfold.cli.classify.sources import find


def names(*paths: object) -> list[str]:
    return [source.name for source in find([str(path) for path in paths], 1000)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b/2.jpg", "b/10.jpg", "a.jpg", ".hidden.jpg", ".git/x.jpg", "c/d/e.jpg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def test_a_folder_is_walked_in_order_without_what_is_hidden(folder: Path) -> None:
    found = [os.path.relpath(name, folder) for name in names(folder)]
    assert found == ["a.jpg", "b/10.jpg", "b/2.jpg", "c/d/e.jpg"]


def test_a_hidden_file_that_is_named_is_taken(folder: Path) -> None:
    assert names(folder / ".hidden.jpg") == [str(folder / ".hidden.jpg")]


def test_arguments_keep_their_order(folder: Path) -> None:
    paths = [str(folder / "c" / "d" / "e.jpg"), str(folder / "a.jpg")]
    assert names(*paths) == paths


def test_folders_that_link_to_each_other_end(folder: Path) -> None:
    (folder / "b" / "loop").symlink_to(folder, target_is_directory=True)
    assert len(names(folder)) == 4


def test_what_is_no_file_in_a_folder_is_passed_over(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    assert len(names(folder)) == 4


def test_a_pattern_may_name_folders(folder: Path) -> None:
    assert [os.path.relpath(name, folder) for name in names(folder / "[bc]")] == [
        "b/10.jpg",
        "b/2.jpg",
        "c/d/e.jpg",
    ]


def test_a_file_that_is_missing_is_named_all_the_same(folder: Path) -> None:
    """Reading it gives the message."""
    assert names(folder / "none.jpg") == [str(folder / "none.jpg")]


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the administrator may read everything"
)
def test_a_folder_that_may_not_be_read_is_told(folder: Path) -> None:
    (folder / "b").chmod(0)
    try:
        problems = [source.problem for source in find([str(folder)], 1000) if source.problem]
    finally:
        (folder / "b").chmod(0o700)
    assert [str(problem) for problem in problems] == [
        f"{folder / 'b'} cannot be listed (Permission denied). Check the right to read it."
    ]
