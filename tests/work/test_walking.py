import os
from pathlib import Path

import pytest

from tenfold.errors import NotAPicture, PictureError
from tenfold.images import Limits
from tenfold.work.walking import Walk, content_of
from tests.fakes import picture


def laid_out(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")


def found(walk: Walk, folder: Path) -> list[str]:
    return [os.path.relpath(path, folder) for path in walk]


def test_files_come_in_an_order_that_stays_and_hidden_ones_do_not(tmp_path: Path) -> None:
    laid_out(tmp_path, "b.jpg", "a/2.jpg", "a/1.jpg", ".hidden", "a/.git/x.jpg", "c/d/e.jpg")
    walk = Walk((str(tmp_path),))
    assert found(walk, tmp_path) == ["b.jpg", "a/1.jpg", "a/2.jpg", "c/d/e.jpg"]
    assert found(walk, tmp_path) == ["b.jpg", "a/1.jpg", "a/2.jpg", "c/d/e.jpg"]
    assert walk.problems == []


def test_a_folder_can_be_passed_over(tmp_path: Path) -> None:
    laid_out(tmp_path, "a/1.jpg", "home/pictures/ab/x")
    assert found(Walk((str(tmp_path),), without=tmp_path / "home"), tmp_path) == ["a/1.jpg"]


def test_only_files_are_files(tmp_path: Path) -> None:
    laid_out(tmp_path, "a.jpg")
    if not hasattr(os, "mkfifo"):
        pytest.skip("needs a system with named pipes")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    assert found(Walk((str(tmp_path),)), tmp_path) == ["a.jpg"]


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    walk = Walk((str(tmp_path / "nowhere"),))
    assert list(walk) == []
    assert walk.problems[0].endswith("nowhere does not exist.")


def test_a_long_file_that_is_no_picture_is_not_read_to_its_end(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    with film.open("wb") as file:
        file.write(b"\0\0\0\x18ftypisom")
        file.truncate(10_000_000_000)
    with pytest.raises(NotAPicture, match=r"film\.mp4 .* \(it is an MP4 or QuickTime video\)"):
        content_of(str(film), Limits())


def test_a_picture_is_read_whole_and_one_byte_past_the_limit_at_most(tmp_path: Path) -> None:
    content = picture(kind="BMP", size=(100, 100))
    (tmp_path / "a.bmp").write_bytes(content)
    assert content_of(str(tmp_path / "a.bmp"), Limits()) == content
    assert len(content_of(str(tmp_path / "a.bmp"), Limits(bytes=10_000))) == 10_001
    with pytest.raises(PictureError, match=r"gone\.jpg cannot be read \(No such file"):
        content_of(str(tmp_path / "gone.jpg"), Limits())
