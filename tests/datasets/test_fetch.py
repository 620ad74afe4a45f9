"""Fetching over a real HTTP server that cuts off, does not resume, or sends something else."""

import hashlib
import io
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tenfold.datasets import cifar10
from tenfold.datasets.fetch import MD5, URL, fetch_cifar10
from tenfold.errors import DatasetError
from tests import tiny
from tests.environment.web_server import QuietHandler, answering

ARCHIVE = "cifar-10-binary.tar.gz"
PARTIAL = f"{ARCHIVE}.partial"


@dataclass
class Server:
    """What a server sends, and what it was asked."""

    content: bytes = b""
    status: int = 200
    resumes: bool = True
    breaks_off_after: int | None = None
    address: str = ""
    ranges: list[str | None] = field(default_factory=list)

    @property
    def md5(self) -> str:
        return hashlib.md5(self.content).hexdigest()


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()

    class Handler(QuietHandler):
        def do_GET(self) -> None:
            wanted = self.headers["Range"]
            state.ranges.append(wanted)
            if state.status != 200:
                self.send_error(state.status)
                return
            start = 0
            if wanted and state.resumes:
                start = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1])  # type: ignore[index]
                if start >= len(state.content):
                    self.send_error(416)
                    return
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(state.content) - start))
            self.end_headers()
            self.wfile.write(state.content[start : state.breaks_off_after])

    with answering(Handler) as address:
        state.address = f"{address}/{ARCHIVE}"
        yield state


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    return tiny.small_cifar10(tmp_path, monkeypatch)


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


def packed(files: dict[str, bytes], folder: str = cifar10.FOLDER) -> bytes:
    """The files as the official archive has them."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(f"{folder}/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return out.getvalue()


def refusal(data_dir: Path, server: Server, md5: str | None = None) -> str:
    with pytest.raises(DatasetError) as caught:
        fetch_cifar10(data_dir, url=server.address, md5=md5 or server.md5)
    return str(caught.value)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_official_archive_is_meant() -> None:
    assert URL == "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"
    assert MD5 == "c32a1d4ab5d03f1284b67883e8d87530"


def test_the_six_files_are_fetched_and_nothing_else_is_left(
    server: Server, files: dict[str, bytes], data_dir: Path
) -> None:
    server.content = packed(files | {"readme.html": b"hello"})
    seen: list[tuple[int, int | None]] = []
    folder = fetch_cifar10(
        data_dir, url=server.address, md5=server.md5, progress=lambda done, total: seen.append((done, total))
    )
    assert folder == data_dir / cifar10.FOLDER
    assert {name: (folder / name).read_bytes() for name in names_in(folder)} == files
    assert names_in(data_dir) == [cifar10.FOLDER]
    assert seen[-1] == (len(server.content), len(server.content))
    assert server.ranges == [None]


def test_data_that_is_there_is_used_as_it_is(server: Server, files: dict[str, bytes], tmp_path: Path) -> None:
    for folder in (tmp_path / "one" / cifar10.FOLDER, tmp_path / "two"):
        tiny.write(files, folder)
    assert fetch_cifar10(tmp_path / "one", url=server.address) == tmp_path / "one" / cifar10.FOLDER
    assert fetch_cifar10(tmp_path / "two", url=server.address) == tmp_path / "two"
    assert server.ranges == []


def test_data_that_is_there_and_damaged_is_told(
    server: Server, files: dict[str, bytes], data_dir: Path
) -> None:
    tiny.write(files | {"test_batch.bin": b"short"}, data_dir / cifar10.FOLDER)
    assert refusal(data_dir, server).startswith("test_batch.bin does not have 61,460 bytes")
    assert server.ranges == []


def test_a_damaged_file_that_was_deleted_as_told_is_fetched_again(
    server: Server, files: dict[str, bytes], data_dir: Path
) -> None:
    folder = tiny.write(files, data_dir / cifar10.FOLDER)
    (folder / "data_batch_3.bin").unlink()
    kept = (folder / "data_batch_1.bin").stat().st_mtime_ns
    server.content = packed(files)
    assert fetch_cifar10(data_dir, url=server.address, md5=server.md5) == folder
    assert (folder / "data_batch_3.bin").read_bytes() == files["data_batch_3.bin"]
    assert (folder / "data_batch_1.bin").stat().st_mtime_ns == kept
    assert names_in(data_dir) == [cifar10.FOLDER]


def test_a_fetch_that_was_cut_off_goes_on_where_it_stopped(
    server: Server, files: dict[str, bytes], data_dir: Path
) -> None:
    server.content = packed(files)
    server.breaks_off_after = 30_000
    size = len(server.content)
    assert refusal(data_dir, server) == (
        f"{server.address} could not be fetched (the connection ended after 30,000 of {size:,} bytes). "
        f"Run the command again: it goes on where it stopped. Or fetch {ARCHIVE} by other means "
        f"and put it in {data_dir}."
    )
    assert names_in(data_dir) == [PARTIAL]
    server.breaks_off_after = None
    first: list[int] = []
    fetch_cifar10(
        data_dir, url=server.address, md5=server.md5, progress=lambda done, total: first.append(done)
    )
    assert server.ranges == [None, "bytes=30000-"]
    assert first[0] > 30_000
    assert names_in(data_dir) == [cifar10.FOLDER]


def test_a_server_that_does_not_resume_is_asked_for_all_of_it(
    server: Server, files: dict[str, bytes], data_dir: Path
) -> None:
    server.content = packed(files)
    server.resumes = False
    data_dir.mkdir()
    (data_dir / PARTIAL).write_bytes(b"something old that must not stay in front")
    fetch_cifar10(data_dir, url=server.address, md5=server.md5)
    assert server.ranges == ["bytes=41-"]
    assert names_in(data_dir) == [cifar10.FOLDER]


@pytest.mark.parametrize(("name", "asked"), [(PARTIAL, ["bytes={}-"]), (ARCHIVE, [])])
def test_a_file_that_has_all_its_bytes_already_is_used(
    server: Server, files: dict[str, bytes], data_dir: Path, name: str, asked: list[str]
) -> None:
    server.content = packed(files)
    data_dir.mkdir()
    (data_dir / name).write_bytes(server.content)
    fetch_cifar10(data_dir, url=server.address, md5=server.md5)
    assert server.ranges == [one.format(len(server.content)) for one in asked]
    assert names_in(data_dir) == [cifar10.FOLDER]


def test_another_archive_is_refused_and_deleted(
    server: Server, files: dict[str, bytes], data_dir: Path
) -> None:
    server.content = packed(files)
    assert refusal(data_dir, server, md5="0" * 32) == (
        f"{ARCHIVE} is not the official archive and was deleted "
        f"(MD5 {server.md5}, expected {'0' * 32}). Run the command again."
    )
    assert names_in(data_dir) == []


def test_a_server_that_says_no_is_told(server: Server, data_dir: Path) -> None:
    server.status = 404
    assert refusal(data_dir, server).startswith(
        f"{server.address} could not be fetched (the server answered 404 Not Found). Run the command again"
    )
    assert names_in(data_dir) == []


def test_a_server_that_is_not_there_is_told(data_dir: Path) -> None:
    nobody = Server(address=f"http://127.0.0.1:1/{ARCHIVE}")
    assert "could not be fetched ([Errno 111] Connection refused)" in refusal(data_dir, nobody)


def test_nothing_is_written_outside_the_folder(
    server: Server, files: dict[str, bytes], data_dir: Path
) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name in ("../escaped.bin", "/tmp/escaped.bin", "../../data_batch_1.bin", "odd/other.bin"):
            member = tarfile.TarInfo(name)
            member.size = 4
            tar.addfile(member, io.BytesIO(b"evil"))
        for kind, name in ((tarfile.SYMTYPE, "test_batch.bin"), (tarfile.LNKTYPE, "data_batch_2.bin")):
            member = tarfile.TarInfo(name)
            member.type = kind
            member.linkname = "/etc/passwd"
            tar.addfile(member)
        for name, content in files.items():
            member = tarfile.TarInfo(f"{cifar10.FOLDER}/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    server.content = out.getvalue()
    before = names_in(data_dir.parent)
    folder = fetch_cifar10(data_dir, url=server.address, md5=server.md5)
    assert names_in(folder) == sorted(cifar10.FILES)
    assert not any((folder / name).is_symlink() for name in cifar10.FILES)
    assert (folder / "data_batch_1.bin").read_bytes() == files["data_batch_1.bin"]
    assert names_in(data_dir.parent) == sorted([*before, "data"])


def test_an_archive_without_the_files_is_told(
    server: Server, files: dict[str, bytes], data_dir: Path
) -> None:
    del files["data_batch_5.bin"]
    server.content = packed(files)
    assert refusal(data_dir, server) == (
        f"{ARCHIVE} does not hold CIFAR-10 in its binary layout (missing data_batch_5.bin). "
        "Delete it and run the command again."
    )
    assert not cifar10.is_whole(data_dir)


def test_an_archive_that_is_none_is_told(server: Server, data_dir: Path) -> None:
    server.content = b"<html>Please log in to the wireless network.</html>"
    message = refusal(data_dir, server)
    assert message.startswith(f"{ARCHIVE} cannot be unpacked (")
    assert message.endswith("Delete it and run the command again.")


def test_a_folder_that_cannot_be_made_is_told(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    assert refusal(tmp_path / "file" / "data", server) == (
        f"The folder {tmp_path / 'file' / 'data'} cannot take the data (Not a directory). "
        "Free some space (it needs 400 MB), or name another folder with --data-dir."
    )
