"""What stands around the pixels in a picture file."""

import struct
import zlib

import pytest

from tenfold.images.containers import MAX_PARTS, MAX_SCANS, BrokenFile, essentials
from tests.images.pictures import chunk, encoded, exif, png, scene


def test_a_jpeg_keeps_what_its_pixels_need_and_loses_the_rest() -> None:
    plain = encoded(scene(), "JPEG")
    rich = encoded(
        scene(),
        "JPEG",
        exif=b"Exif\x00\x00" + exif(6),
        comment=b"<?php evil(); ?>",
        icc_profile=bytes(70_000),
    )
    assert essentials("JPEG", rich) == (plain, 6, 1)
    assert essentials("JPEG", plain) == (plain, 1, 1)


def test_the_first_exif_block_of_a_jpeg_counts() -> None:
    plain = encoded(scene(), "JPEG")
    blocks = b"".join(
        b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
        for body in (b"Exif\x00\x00" + exif(o) for o in (3, 6))
    )
    assert essentials("JPEG", plain[:2] + blocks + plain[2:])[1] == 3


@pytest.mark.parametrize("junk", [b"\xff" * 5000, b"\xff\x00" * 5000, b"\x00" * 5000, b"\xff\xd0" * 5000])
def test_junk_before_a_jpegs_segments_is_passed_over(junk: bytes) -> None:
    plain = encoded(scene(), "JPEG")
    assert essentials("JPEG", plain[:2] + junk + plain[2:]) == (plain, 1, 1)


@pytest.mark.parametrize("part", [b"\xff\xfe\x00\x02", b"\xff\xdb\x00\x02", b"\xff\xd0"])
def test_a_jpeg_of_endless_parts_is_refused(part: bytes) -> None:
    plain = encoded(scene(), "JPEG")
    with pytest.raises(BrokenFile, match="it has more than 20000 parts"):
        essentials("JPEG", plain[:2] + part * MAX_PARTS + plain[2:])


@pytest.mark.parametrize(
    "data",
    [b"\xff\xd8\xff", b"\xff\xd8\xff\xd9", b"\xff\xd8\xff\xe0\x00\x10JFIF", b"\xff\xd8\xff\xe0\x00\x01"],
)
def test_a_jpeg_without_pixels_is_refused(data: bytes) -> None:
    with pytest.raises(BrokenFile, match="it ends before its pixels begin"):
        essentials("JPEG", data)


def test_a_progressive_jpeg_of_endless_scans_is_refused() -> None:
    plain = encoded(scene(), "JPEG", progressive=True)
    scan = plain[plain.rindex(b"\xff\xda") : -2]
    hidden = b"\xff\xfe\x00\x04\xff\xd9"  # an end mark inside a comment must not end the count
    assert essentials("JPEG", plain)[0] == plain
    with pytest.raises(BrokenFile, match="it has more than 50 scans"):
        essentials("JPEG", plain[:-2] + hidden + scan * MAX_SCANS + b"\xff\xd9")


def test_what_follows_a_progressive_jpeg_is_not_counted_as_scans() -> None:
    plain = encoded(scene(), "JPEG", progressive=True)
    assert essentials("JPEG", plain + b"\xff\xda\x00\x02" * 100)[1] == 1


def test_a_png_keeps_what_its_pixels_need_and_loses_the_rest() -> None:
    rows = b"\x00\x80\x00\xff"
    bomb = b"key\x00\x00" + zlib.compress(bytes(1_000_000))
    rich = png(3, 1, 8, 0, rows, (b"zTXt", bomb), (b"eXIf", exif(8)), (b"acTL", bytes(3)))
    assert essentials("PNG", rich + b"PK\x03\x04 a stowaway") == (png(3, 1, 8, 0, rows), 8, 1)


@pytest.mark.parametrize("kind", ["IHDR", "PLTE", "tRNS", "IDAT"])
def test_a_png_with_a_wrong_checksum_is_refused(kind: str) -> None:
    data = bytearray(png(1, 1, 8, 3, b"\x00\x00", (b"PLTE", b"\x01\x02\x03"), (b"tRNS", b"\x80")))
    at = data.index(kind.encode())
    data[at + 4] ^= 1
    with pytest.raises(BrokenFile, match=f"the checksum of its {kind} part is wrong"):
        essentials("PNG", bytes(data))


def test_a_png_cut_anywhere_is_refused() -> None:
    data = png(3, 1, 8, 0, b"\x00\x80\x00\xff", (b"tEXt", b"key\x00value"))
    for cut in range(8, len(data)):
        with pytest.raises(
            BrokenFile, match=r"^it ends (before its last part|too early|in the middle of its pixels)$"
        ):
            essentials("PNG", data[:cut])


def test_a_png_that_a_text_transfer_has_changed_is_refused() -> None:
    with pytest.raises(BrokenFile, match="its first bytes were changed, as a transfer in text mode does"):
        essentials("PNG", encoded(scene(), "PNG").replace(b"\r\n", b"\n"))


def test_a_png_of_endless_parts_is_refused() -> None:
    data = png(3, 1, 8, 0, b"\x00\x80\x00\xff")
    with pytest.raises(BrokenFile, match="it has more than 20000 parts"):
        essentials("PNG", data[:33] + chunk(b"IDAT", b"") * MAX_PARTS + data[33:])
