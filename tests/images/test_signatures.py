"""What a file is, by its first bytes."""

import pytest

from tenfold.images.signatures import SUPPORTED, describe, kind_code, picture_format
from tests.images.pictures import encoded, scene

FORMATS = ("JPEG", "PNG", "WebP", "GIF", "BMP", "TIFF", "AVIF", "HEIC")


@pytest.mark.parametrize("kind", FORMATS)
def test_a_picture_is_told_by_its_content(kind: str) -> None:
    assert picture_format(encoded(scene(), kind)) == kind


def test_the_supported_formats_are_said_in_one_line() -> None:
    assert ", ".join(FORMATS) == SUPPORTED


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "it is empty"),
        (b"hello", "it starts with 'hello'"),
        (b"  \n\n hello\nworld, and how are you today?", "it starts with 'hello world, and how are'"),
        (b"\n  \n", "it holds nothing but blanks"),
        ("Кіт сидить".encode(), "it starts with 'Кіт сидить'"),
        ("text".encode("utf-16"), "it starts with 'text'"),
        (b"BMW is a car maker", "it starts with 'BMW is a car maker'"),
        (b"\x00\x01\x02\x03\xfe\xff\xfd\xfc\xfb", "it starts with the bytes 00 01 02 03 fe ff fd fc"),
        (b"\x1b[31mred", "it starts with the bytes 1b 5b 33 31 6d 72 65 64"),
        (b"%PDF-1.7\n", "it is a PDF document"),
        (b"PK\x03\x04\x14\x00", "it is a ZIP archive"),
        (b"\x1f\x8b\x08", "it is a gzip archive"),
        (b"\x80\x04\x95\x0b\x00.", "it is a Python pickle"),
        (b"\xef\xbb\xbf<!DOCTYPE html><title>404</title>", "it is an HTML page"),
        (b"\n<HTML lang=en>", "it is an HTML page"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "it is an SVG drawing"),
        (b"<?xml version='1.0'?>\n<!-- made -->\n<svg width='1'/>", "it is an SVG drawing"),
        (b"<?xml version='1.0'?><feed/>", "it is an XML document"),
        (b"RIFF\x10\x00\x00\x00AVI LIST", "it is an AVI video"),
        (b"RIFF\x10\x00\x00\x00WAVEfmt ", "it is a WAV recording"),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", "it is an MP4 or QuickTime video"),
        (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "it is a JPEG 2000 picture"),
        (
            b"\xef\xbb\xbf\xff\xd8\xff\xe0",
            "it is a JPEG behind a text mark: it was saved as text, which breaks it",
        ),
        (b"/9j/4AAQSkZJRg", "it is a JPEG written as base64 text; decode it first"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:0",
            "it is a Git LFS pointer; `git lfs pull` fetches the file itself",
        ),
    ],
)
def test_anything_else_is_said_in_words(data: bytes, said: str) -> None:
    assert picture_format(data) is None
    assert describe(data) == said


def test_a_letter_cut_in_two_is_still_text() -> None:
    assert describe(b"a" * 255 + "є".encode()) == f"it starts with '{'a' * 24}'"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"hello from a text file", "text"),
        (b"%PDF-1.7", "pdf"),
        (b"PK\x05\x06", "archive"),
        (b"\x00\x00\x00\x18ftypmp42", "video"),
        (b"ID3\x04", "audio"),
        (b"<svg xmlns=''>", "svg"),
        (b"<!doctype html>", "html"),
        (b"\x80\x04K\x01.", ""),
    ],
)
def test_what_people_send_by_mistake_has_a_code(data: bytes, code: str) -> None:
    assert kind_code(data) == code
