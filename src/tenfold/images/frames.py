"""How many pictures a file has: of an animation, of pages. Decodes nothing, and goes once through the file.

Only the first of them is ever read (rule 1 in __init__.py), which results can mention.
"""

import struct
from collections.abc import Iterator

from tenfold.images.signatures import picture_format

# Where a count stops: a hostile file has millions of empty pictures.
MOST = 100_000


def frame_count(data: bytes) -> int:
    """How many pictures a GIF, PNG, WebP or TIFF has, MOST at the most; 1 for any other format.

    A file that is cut short or makes no sense has as many as are found until there.
    """
    counters = {"GIF": _gif, "PNG": _png, "WebP": _webp, "TIFF": _tiff}
    counter = counters.get(picture_format(data) or "")
    count = 0
    try:
        for one in counter(data) if counter else ():
            count += one
            if count >= MOST:
                return MOST
    except (struct.error, IndexError):
        pass  # cut short
    return max(1, count)


def _gif(data: bytes) -> Iterator[int]:
    at = 13 + _colours(data[10])
    while data[at] != 0x3B:
        if data[at] == 0x21:  # an extension
            at += 2
        elif data[at] == 0x2C:
            yield 1
            at += 10 + _colours(data[at + 9]) + 1
        else:
            return
        while data[at]:
            at += data[at] + 1
        at += 1


def _colours(flags: int) -> int:
    """The bytes of a table of colours."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _png(data: bytes) -> Iterator[int]:
    at = 8
    while True:
        length, kind = struct.unpack_from(">I4s", data, at)
        if kind in (b"IDAT", b"IEND"):
            return
        if kind == b"acTL":
            yield min(struct.unpack_from(">I", data, at + 8)[0], MOST)
            return
        at += 12 + length


def _webp(data: bytes) -> Iterator[int]:
    at = 12
    while True:
        kind, length = struct.unpack_from("<4sI", data, at)
        if kind == b"ANMF":
            yield 1
        at += 8 + length + length % 2


def _tiff(data: bytes) -> Iterator[int]:
    order = "<" if data[:2] == b"II" else ">"
    if data[2:4] not in (b"*\x00", b"\x00*"):
        return  # BigTIFF
    (at,) = struct.unpack_from(order + "I", data, 4)
    before: set[int] = set()
    while at and at not in before:
        before.add(at)
        (entries,) = struct.unpack_from(order + "H", data, at)
        yield 1
        (at,) = struct.unpack_from(order + "I", data, at + 2 + 12 * entries)
