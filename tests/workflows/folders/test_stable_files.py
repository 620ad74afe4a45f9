"""Real files that come whole, come slowly, change and go."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tenfold.server_files import ServerFiles
from tenfold.workflows.folders.stable_files import StableFiles

SETTLE = 2.0


class Clock:
    """A clock that goes when it is told to."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


clock = Clock()


def names(paths: object) -> list[str]:
    assert hasattr(paths, "__iter__")
    return sorted(Path(path).name for path in paths)


def settled(folder: StableFiles, seconds: float = SETTLE * 1.5) -> list[str]:
    """Looks, waits, and answers what is whole then."""
    assert folder.scan() is None
    clock.now += seconds
    return names(folder.whole())


@pytest.fixture
def at(tmp_path: Path) -> Callable[..., StableFiles]:
    return lambda **more: StableFiles(str(tmp_path), ServerFiles(tmp_path / "home"), clock=clock, **more)


def test_a_file_that_stays_as_it_is_is_whole_once(at: Callable[..., StableFiles], tmp_path: Path) -> None:
    folder = at()
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "a.jpg").write_bytes(b"a")
    folder.scan()
    assert names(folder.whole()) == []
    assert settled(folder) == ["a.jpg"]
    assert settled(folder) == []
    assert folder.pending == 0


def test_a_file_that_changed_is_whole_again(at: Callable[..., StableFiles], tmp_path: Path) -> None:
    folder = at()
    (tmp_path / "a.jpg").write_bytes(b"a")
    assert settled(folder) == ["a.jpg"]
    (tmp_path / "a.jpg").write_bytes(b"longer")
    assert settled(folder) == ["a.jpg"]


def test_a_file_of_long_ago_is_whole_at_the_first_look(
    at: Callable[..., StableFiles], tmp_path: Path
) -> None:
    (tmp_path / "old.jpg").write_bytes(b"a")
    os.utime(tmp_path / "old.jpg", (1e9, 1e9))
    folder = at()
    folder.scan()
    assert names(folder.whole()) == ["old.jpg"]


def test_a_file_that_grows_is_waited_for_with_patience(
    at: Callable[..., StableFiles], tmp_path: Path
) -> None:
    folder = at()
    for size in range(1, 5):
        (tmp_path / "slow.jpg").write_bytes(b"x" * size)
        assert settled(folder, SETTLE * 0.7) == []
    # It has stayed for longer than a file that never grew would have to.
    clock.now += SETTLE
    assert names(folder.whole()) == []
    clock.now += SETTLE * 3
    assert names(folder.whole()) == ["slow.jpg"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who has a file open for writing")
def test_a_file_that_is_open_for_writing_is_not_whole(at: Callable[..., StableFiles], tmp_path: Path) -> None:
    folder = at()
    with (tmp_path / "open.jpg").open("wb") as file:
        file.write(b"half")
        file.flush()
        assert settled(folder, SETTLE * 6) == []
    clock.now += SETTLE
    assert settled(folder) == ["open.jpg"]


def test_hidden_empty_and_partial_files_are_passed_over(
    at: Callable[..., StableFiles], tmp_path: Path
) -> None:
    for name in (".hidden.jpg", "a.jpg.part", "b.crdownload", "~c.jpg", "d.jpg~", "E.JPG.TMP"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "empty.jpg").touch()
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "in.jpg").write_bytes(b"x")
    (tmp_path / "good.jpg").write_bytes(b"x")
    folder = at()
    assert settled(folder) == ["good.jpg"]
    folder.scan_only([str(tmp_path / ".git" / "in.jpg"), str(tmp_path / "a.jpg.part"), "/elsewhere/x.jpg"])
    clock.now += SETTLE * 1.5
    assert names(folder.whole()) == []
    os.replace(tmp_path / "a.jpg.part", tmp_path / "a.jpg")
    folder.scan_only([str(tmp_path / "a.jpg")])
    clock.now += SETTLE * 1.5
    assert names(folder.whole()) == ["a.jpg"]


def test_links_between_folders_do_not_make_it_go_round(
    at: Callable[..., StableFiles], tmp_path: Path
) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "one" / "a.jpg").write_bytes(b"x")
    folder = at()
    assert settled(folder) == ["a.jpg"]
    (tmp_path / "one" / "b.jpg").write_bytes(b"x")
    folder.scan_only([str(tmp_path / "one" / "up" / "one" / "b.jpg")])
    clock.now += SETTLE * 1.5
    assert names(folder.whole()) == []


def test_a_folder_that_went_is_told_and_goes_on_when_it_comes_back(tmp_path: Path) -> None:
    place = tmp_path / "disk"
    place.mkdir()
    (place / "a.jpg").write_bytes(b"x")
    folder = StableFiles(str(place), ServerFiles(tmp_path / "home"), clock=clock)
    assert settled(folder) == ["a.jpg"]
    place.rename(tmp_path / "unplugged")
    problem = folder.scan()
    assert problem is not None
    assert (problem.code, problem.reason) == ("folder-error", "missing")
    assert names(folder.whole()) == []
    (tmp_path / "unplugged" / "b.jpg").write_bytes(b"x")
    (tmp_path / "unplugged").rename(place)
    assert settled(folder) == ["b.jpg"]


def test_a_file_that_goes_while_it_is_waited_for_is_forgotten(
    at: Callable[..., StableFiles], tmp_path: Path
) -> None:
    folder = at()
    (tmp_path / "a.jpg").write_bytes(b"x")
    folder.scan()
    (tmp_path / "a.jpg").unlink()
    clock.now += SETTLE * 1.5
    assert names(folder.whole()) == []
    assert folder.pending == 0


def test_what_could_not_be_used_now_comes_again(at: Callable[..., StableFiles], tmp_path: Path) -> None:
    folder = at()
    (tmp_path / "a.jpg").write_bytes(b"x")
    assert settled(folder) == ["a.jpg"]
    folder.again([str(tmp_path / "a.jpg"), str(tmp_path / "unknown.jpg")])
    assert settled(folder) == ["a.jpg"]


def test_tenfolds_own_folder_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "home" / "pictures").mkdir(parents=True)
    (tmp_path / "home" / "pictures" / "a.jpg").write_bytes(b"x")
    folder = StableFiles(str(tmp_path), ServerFiles(tmp_path / "home"), clock=clock)
    assert settled(folder) == []
    folder.scan_only([str(tmp_path / "home" / "pictures" / "a.jpg")])
    clock.now += SETTLE * 1.5
    assert names(folder.whole()) == []
