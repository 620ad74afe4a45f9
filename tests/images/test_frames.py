"""How many pictures a file says it has, compared with what Pillow wrote."""

from io import BytesIO

import pytest
from PIL import Image

from tenfold.images.frames import MOST, frame_count


def written(kind: str, count: int) -> bytes:
    pictures = [Image.new("RGB", (40, 30), (40 * n, 5, 90)) for n in range(count)]
    out = BytesIO()
    more = {"save_all": True, "append_images": pictures[1:]} if count > 1 else {}
    pictures[0].save(out, kind, **more)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_animations_and_pages_are_counted(kind: str, count: int) -> None:
    assert frame_count(written(kind, count)) == count


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_a_file_that_is_cut_short_anywhere_is_counted_too(kind: str) -> None:
    whole = written(kind, 3)
    counts = {frame_count(whole[:end]) for end in range(len(whole))}
    assert counts <= {1, 2, 3}


def test_what_has_one_picture_and_what_is_none_count_as_one() -> None:
    assert frame_count(written("JPEG", 1)) == frame_count(b"") == frame_count(b"hello") == 1


def test_counting_ends() -> None:
    endless = b"II*\x00\x08\x00\x00\x00" + b"\x00\x00" + b"\x08\x00\x00\x00"  # a page that follows itself
    assert frame_count(endless) == 1
    claimed = written("PNG", 2).replace(b"acTL\x00\x00\x00\x02", b"acTL\xff\xff\xff\xff")
    assert frame_count(claimed) == MOST
    empty = b"\x2c" + b"\x00" * 8 + b"\x00" + b"\x02" + b"\x00"
    assert frame_count(b"GIF89a" + b"\x01\x00\x01\x00\x00\x00\x00" + empty * (2 * MOST)) == MOST
