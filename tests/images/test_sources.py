"""From a path, a stream or bytes to bytes, within a limit."""

from io import BytesIO, StringIO
from pathlib import Path

import pytest

from tenfold.errors import NotAPicture, PictureError, PictureTooLarge
from tenfold.images.sources import bytes_of, megas, safe_name


class Dripping(BytesIO):
    """A stream that gives a few bytes at a time, and counts them."""

    given = 0

    def read(self, size: int | None = -1, /) -> bytes:
        part = super().read(min(3, size or 3))
        self.given += len(part)
        return part


def test_a_path_is_read_and_named(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"abc")
    assert bytes_of(path, None, 10) == (b"abc", str(path))
    assert bytes_of(str(path), "holiday", 10) == (b"abc", "holiday")


@pytest.mark.parametrize("source", [b"abc", bytearray(b"abc"), memoryview(b"abc"), BytesIO(b"abc")])
def test_bytes_and_streams_are_read(source: object) -> None:
    assert bytes_of(source, None, 3) == (b"abc", "the data given")


def test_an_open_file_gives_its_name_and_stays_open(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"abc")
    with path.open("rb") as file:
        assert bytes_of(file, None, 10) == (b"abc", str(path))
        assert not file.closed


def test_a_stream_is_never_read_past_the_byte_after_the_limit() -> None:
    stream = Dripping(bytes(100))
    with pytest.raises(PictureTooLarge) as caught:
        bytes_of(stream, "cat.jpg", 10)
    assert stream.given == 11
    assert str(caught.value) == (
        "cat.jpg is too large a file (it has more than 0.00001 MB; the limit is 0.00001 MB). "
        "Save it smaller, or raise the setting max_picture_bytes."
    )


def test_a_stream_as_long_as_the_limit_is_taken() -> None:
    assert bytes_of(Dripping(bytes(10)), None, 10)[0] == bytes(10)


def test_a_large_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.bmp"
    with path.open("wb") as file:
        file.truncate(30_000_000_000)  # takes no room on the disk
    with pytest.raises(PictureTooLarge, match=r"it has 30000 MB; the limit is 25 MB"):
        bytes_of(path, None, 25_000_000)


def test_large_bytes_are_refused() -> None:
    with pytest.raises(PictureTooLarge, match=r"the data given is too large a file \(it has 1\.1 MB"):
        bytes_of(bytes(1_100_000), None, 1_000_000)


def test_a_missing_file_is_told_with_its_cure(tmp_path: Path) -> None:
    with pytest.raises(PictureError) as caught:
        bytes_of(tmp_path / "cat.jpg", "cat.jpg", 10)
    assert str(caught.value) == (
        "cat.jpg does not exist. Its folder is there, but holds no such file: check the name."
    )
    with pytest.raises(PictureError, match=r"Its folder .*none does not exist either: check the path\."):
        bytes_of(tmp_path / "none" / "cat.jpg", None, 10)
    with pytest.raises(PictureError, match=r"It is an address on the web: download the picture first\."):
        bytes_of("https://example.com/cat.jpg", None, 10)


def test_a_folder_is_no_picture(tmp_path: Path) -> None:
    with pytest.raises(NotAPicture, match=r"cats is a folder, not a picture\. Name the pictures in it\."):
        bytes_of(tmp_path, "cats", 10)


def test_a_file_without_the_right_to_read_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **how: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tenfold.images.sources.open", refuse, raising=False)
    with pytest.raises(
        PictureError, match=r"cat\.jpg may not be read\. Give yourself the right to read it\."
    ):
        bytes_of("cat.jpg", None, 10)


def test_a_name_that_no_file_can_have_is_told() -> None:
    with pytest.raises(PictureError, match=r"cannot be read \(embedded null byte\)"):
        bytes_of("a\0b.jpg", None, 10)
    with pytest.raises(PictureError, match=r"cannot be read \(File name too long\)"):
        bytes_of("a" * 5000, None, 10)


def test_a_stream_that_fails_is_told() -> None:
    class Broken(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(PictureError, match=r"cat\.jpg cannot be read \(Input/output error\)"):
        bytes_of(Broken(), "cat.jpg", 10)
    closed = BytesIO()
    closed.close()
    with pytest.raises(PictureError, match=r"cannot be read \(I/O operation on closed file\.?\)"):
        bytes_of(closed, None, 10)


def test_a_file_opened_for_text_is_told() -> None:
    with pytest.raises(NotAPicture, match=r"gives text, not bytes\. Open it for bytes: open\(path, 'rb'\)\."):
        bytes_of(StringIO("hello"), None, 10)


@pytest.mark.parametrize(("source", "kind"), [(None, "NoneType"), (7, "int"), ([b"a"], "list")])
def test_what_can_hold_no_picture_is_told(source: object, kind: str) -> None:
    with pytest.raises(NotAPicture) as caught:
        bytes_of(source, None, 10)
    assert str(caught.value) == (
        f"the value given is not a picture (it is of type {kind}). "
        "Give a path, bytes, a file opened for bytes, a PIL image or a uint8 array."
    )


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("cat.jpg", "cat.jpg"),
        ("мій кіт.jpg", "мій кіт.jpg"),
        (None, "the data given"),
        (" \n\t", "the data given"),
        ("a\nb\r\x1b[31m\x00.jpg", "ab[31m.jpg"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("a\u2028b\u200bc\udcff.jpg", "abc.jpg"),
    ],
)
def test_a_name_is_made_fit_for_a_message(name: str | None, shown: str) -> None:
    assert safe_name(name) == shown


def test_a_long_name_keeps_its_start_and_end() -> None:
    shown = safe_name("start" + "x" * 5000 + ".jpg")
    assert len(shown) == 120
    assert shown.startswith("startx")
    assert "…" in shown
    assert shown.endswith("x.jpg")


@pytest.mark.parametrize(
    ("count", "said"), [(25_000_000, "25"), (81_915_000, "81.9"), (400, "0.0004"), (12, "0.000012")]
)
def test_a_count_in_millions_is_short(count: int, said: str) -> None:
    assert megas(count) == said
