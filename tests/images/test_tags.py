"""The tags of an EXIF block."""

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenfold.images.tags import directory, orientation
from tests.images.pictures import exif


@pytest.mark.parametrize("stated", range(1, 9))
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", [1, 3, 4])
@pytest.mark.parametrize("mark", [b"", b"Exif\x00\x00"])
def test_an_orientation_is_read_in_every_spelling(stated: int, order: str, kind: int, mark: bytes) -> None:
    assert orientation(mark + exif(stated, order, kind)) == stated


@pytest.mark.parametrize("value", [0, 9, 99, 65535])
def test_an_orientation_that_does_not_exist_counts_as_upright(value: int) -> None:
    assert orientation(exif(value)) == 1


@pytest.mark.parametrize("cut", range(30))
def test_an_exif_block_cut_short_counts_as_upright(cut: int) -> None:
    whole = exif(6)
    assert orientation(whole[:cut]) in ((1, 6) if cut >= 20 else (1,))


@given(
    st.binary(max_size=64),
    st.sampled_from([b"", b"II*\x00", b"MM\x00*\x00\x00\x00\x08", b"Exif\x00\x00II*\x00"]),
)
def test_any_bytes_have_an_orientation(body: bytes, start: bytes) -> None:
    assert 1 <= orientation(start + body) <= 8


def block(tag: int, kind: int, count: int, value: bytes) -> bytes:
    """A block of one tag whose value follows its directory."""
    return b"II*\0" + struct.pack("<IHHHIII", 8, 1, tag, kind, count, 26, 0) + value


def test_the_first_of_two_tags_counts_and_others_are_left_out() -> None:
    entries = [(0x0110, b"one\0"), (0x0110, b"two\0"), (0x0131, b"not\0")]
    packed = b"".join(struct.pack("<HHI", tag, 2, 4) + value for tag, value in entries)
    assert directory(b"II*\0" + struct.pack("<IH", 8, 3) + packed, {0x0110}) == {0x0110: b"one\0"}


def test_long_values_are_cut_or_left_out() -> None:
    text = directory(block(0x0110, 2, 100_000, b"x" * 100_000), {0x0110})[0x0110]
    assert isinstance(text, bytes)
    assert 200 < len(text) < 1_000
    assert directory(block(0x0110, 5, 9, bytes(72)), {0x0110}) == {}


def test_fractions_are_numbers_and_one_of_zero_parts_is_nan() -> None:
    value = directory(block(2, 5, 3, struct.pack("<6I", 50, 1, 1800, 60, 1, 0)), {2})[2]
    assert value[:2] == (50.0, 30.0)
    assert math.isnan(value[2])


def test_a_value_outside_the_block_is_left_out() -> None:
    assert directory(block(2, 5, 3, b""), {2}) == {}
    assert directory(block(2, 2, 9, b""), {2}) == {}
