"""ZIP archives from somebody else: what is in order is unpacked, all else is refused."""

import stat
import zipfile
from pathlib import Path

import pytest

from tenfold.datasets.archives import ArchiveLimits, unpack_zip
from tenfold.errors import DatasetError


def packed(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def unpack(archive: Path, limits: ArchiveLimits | None = None) -> int:
    folder = archive.parent / "unpacked"
    folder.mkdir()
    return unpack_zip(archive, folder, name="data.zip", limits=limits)


def test_files_come_with_their_folders_and_what_systems_add_stays_out(tmp_path: Path) -> None:
    members = {"cat/1.png": b"1", "dog\\2.png": b"2", "__MACOSX/cat/._1.png": b"x", "cat/.DS_Store": b"x"}
    assert unpack(packed(tmp_path / "a.zip", members)) == 2
    found = {str(p.relative_to(tmp_path / "unpacked")): p.read_bytes() for p in tmp_path.rglob("*.png")}
    assert found == {"cat/1.png": b"1", "dog/2.png": b"2"}


@pytest.mark.parametrize(
    "name", ["../out.png", "cat/../../out.png", "/etc/out.png", "..\\out.png", "C:\\out.png", "cat/a\x1b.png"]
)
def test_nothing_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(DatasetError, match="leads out of its folder"):
        unpack(packed(tmp_path / "a.zip", {"cat/1.png": b"1", name: b"2"}))
    assert list((tmp_path / "unpacked").iterdir()) == [], "nothing is written before all is in order"


def test_a_link_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("cat/passwd.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(DatasetError, match="holds a link"):
        unpack(tmp_path / "a.zip")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_same_file_twice_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("cat/1.png", b"1")
        archive.writestr("cat//1.png", b"2")
    with pytest.raises(DatasetError, match="the same file twice"):
        unpack(tmp_path / "a.zip")


def test_bytes_files_and_ratio_are_bounded(tmp_path: Path) -> None:
    bomb = packed(tmp_path / "a.zip", {"cat/1.bmp": b"\0" * 5_000_000})
    with pytest.raises(DatasetError, match="holds too much"):
        unpack(bomb, ArchiveLimits(free=1_000_000))
    with pytest.raises(DatasetError, match="too many files"):
        unpack_zip(
            packed(tmp_path / "b.zip", {f"{n}.png": b"" for n in range(4)}),
            tmp_path / "unpacked", name="b.zip", limits=ArchiveLimits(files=3),
        )  # fmt: skip


def test_a_header_that_lies_about_a_size_is_not_believed(tmp_path: Path) -> None:
    content = packed(tmp_path / "a.zip", {"cat/1.bmp": b"\0" * 3_000_000}).read_bytes()
    small = content.replace((3_000_000).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    (tmp_path / "a.zip").write_bytes(small)
    with pytest.raises(DatasetError, match=r"holds too much|cannot be unpacked"):
        unpack(tmp_path / "a.zip", ArchiveLimits(free=10_000))
    assert sum(p.stat().st_size for p in (tmp_path / "unpacked").rglob("*") if p.is_file()) <= 10_000


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x05\x06" + b"\0" * 3])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(DatasetError, match="cannot be unpacked"):
        unpack(tmp_path / "a.zip")


def test_an_encrypted_archive_is_refused(tmp_path: Path) -> None:
    content = bytearray(packed(tmp_path / "a.zip", {"cat/1.png": b"1"}).read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + at] |= 1
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(DatasetError, match="cannot be unpacked"):
        unpack(tmp_path / "a.zip")
