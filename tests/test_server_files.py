import os
import sys
from pathlib import Path

import pytest

from tenfold.errors import NotAPicture, PictureError
from tenfold.images import Limits
from tenfold.server_files import ServerFiles
from tests.fakes import picture

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs links")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for folder in ("pictures/ab", "data/cifar", "backups"):
        (tmp_path / "home" / folder).mkdir(parents=True)
    for name in ("tenfold.db", "tenfold.db-wal", "pictures/ab/x", "data/cifar/batch", "session-key"):
        (tmp_path / "home" / name).write_bytes(b"own")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes(b"a photo")
    return tmp_path / "home"


@pytest.fixture
def files(home: Path) -> ServerFiles:
    return ServerFiles(home, readable=(home / "data",))


def test_a_file_that_was_named_is_opened(files: ServerFiles, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    (tmp_path / "way").symlink_to(photos)
    (photos / "again.jpg").symlink_to("a.jpg")
    for path, root in (("photos/a.jpg", "photos"), ("way/again.jpg", "way"), ("photos/a.jpg", "way")):
        with files.open(str(tmp_path / path), within=(str(tmp_path / root),)) as file:
            assert file.read() == b"a photo"
    with files.open(str(tmp_path / "photos" / "a.jpg"), within=(str(tmp_path / "photos" / "a.jpg"),)) as file:
        assert file.read() == b"a photo"


@pytest.mark.parametrize("name", ["tenfold.db", "tenfold.db-wal", "pictures/ab/x", "session-key"])
def test_nothing_of_tenfold_s_own_is_opened(
    files: ServerFiles, home: Path, tmp_path: Path, name: str
) -> None:
    (tmp_path / "photos" / "link").symlink_to(home / name)
    (tmp_path / "photos" / "up").symlink_to(home)
    paths = [
        home / name,
        home / ".." / "home" / name,
        tmp_path / "photos" / "link",
        tmp_path / "photos" / "up" / name,
    ]
    if "/" not in name:
        os.link(home / name, tmp_path / "photos" / "hard")
        paths.append(tmp_path / "photos" / "hard")
    for path in paths:
        assert files.own(path), path
        with pytest.raises(PermissionError, match="one of tenfold's own files"):
            files.open(str(path))


def test_a_store_on_another_disk_is_tenfold_s_own(home: Path, files: ServerFiles, tmp_path: Path) -> None:
    (home / "pictures").rename(tmp_path / "disk")
    (home / "pictures").symlink_to(tmp_path / "disk")
    assert files.own(tmp_path / "disk" / "ab" / "x")
    assert files.own(tmp_path / "disk")


def test_what_may_be_read_in_the_home_is(files: ServerFiles, home: Path) -> None:
    assert not files.own(home / "data")
    with files.open(str(home / "data" / "cifar" / "batch")) as file:
        assert file.read() == b"own"


def test_a_database_elsewhere_is_tenfold_s_own(home: Path, tmp_path: Path) -> None:
    (tmp_path / "db").mkdir()
    for name in ("t.db", "t.db-wal", "t.db-shm", "t.db-worker", "other.jpg"):
        (tmp_path / "db" / name).write_bytes(b"x")
    os.link(tmp_path / "db" / "t.db-shm", tmp_path / "photos" / "hard.jpg")
    files = ServerFiles(home, tmp_path / "db" / "t.db")
    assert all(files.own(tmp_path / "db" / name) for name in ("t.db", "t.db-wal", "t.db-shm", "t.db-worker"))
    assert files.own(tmp_path / "photos" / "hard.jpg")
    assert not files.own(tmp_path / "db" / "other.jpg")


def test_links_do_not_lead_out(files: ServerFiles, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"x")
    (tmp_path / "photos" / "file").symlink_to(tmp_path / "secret")
    (tmp_path / "photos" / "folder").symlink_to("/")
    within = (str(tmp_path / "photos"),)
    for path in ("file", f"folder{tmp_path}/secret", "../secret"):
        named = str(tmp_path / "photos" / path)
        assert files.problem(named, within) == "outside"
        with pytest.raises(PermissionError, match="it is a link out of the folder"):
            files.open(named, within=within)


def test_what_is_no_file_is_not_waited_for(files: ServerFiles, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "photos" / "pipe")
    for path in (tmp_path / "photos" / "pipe", Path("/dev/zero"), tmp_path / "photos"):
        with pytest.raises(OSError, match="it is not a plain file"):
            files.open(str(path))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is a moment between the two")
def test_what_was_checked_is_what_is_opened(
    files: ServerFiles, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = tmp_path / "photos" / "a.jpg"

    class Swapped(ServerFiles):
        def _check(self, real: str, facts: os.stat_result, within: object) -> None:
            super()._check(real, facts, None)
            photo.unlink()
            photo.symlink_to(home / "tenfold.db")

    with Swapped(home).open(str(photo)) as file:
        assert file.read() == b"a photo"


def test_a_long_file_that_is_no_picture_is_not_read_to_its_end(files: ServerFiles, tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    with film.open("wb") as file:
        file.write(b"\0\0\0\x18ftypisom")
        file.truncate(10_000_000_000)
    with pytest.raises(NotAPicture, match=r"film\.mp4 .* \(it is an MP4 or QuickTime video\)"):
        files.picture(str(film), Limits())


@pytest.mark.parametrize("content", [b"root:x:0:0:root", b"\x00\x01secret", b"<a>secret</a>", b" " * 5000])
def test_what_is_told_of_a_file_holds_none_of_it(files: ServerFiles, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "passwd").write_bytes(content)
    with pytest.raises(NotAPicture) as caught:
        files.picture(str(tmp_path / "passwd"), Limits(), name="passwd")
    assert str(caught.value) == (
        "passwd is not a picture this build can read. Supported: JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF, HEIC."
    )


def test_a_picture_is_read_whole_and_one_byte_past_the_limit_at_most(
    files: ServerFiles, tmp_path: Path
) -> None:
    content = picture(kind="BMP", size=(100, 100))
    (tmp_path / "a.bmp").write_bytes(content)
    assert files.picture(str(tmp_path / "a.bmp"), Limits()) == content
    assert len(files.picture(str(tmp_path / "a.bmp"), Limits(bytes=10_000))) == 10_001
    with pytest.raises(PictureError, match=r"gone\.jpg cannot be read \(No such file"):
        files.picture(str(tmp_path / "gone.jpg"), Limits())
