"""The tags of an EXIF block (CIPA DC-008, 2019), which has the structure of a TIFF file.

Reads only the tags asked for, and only short values, so a hostile block costs neither memory nor time. Knows
nothing of what the tags mean, except for the orientation.
"""

import math
import struct
from collections.abc import Container

# A text, or numbers.
Value = bytes | tuple[float, ...]
_ORIENTATION = 0x0112
_TEXTS = (2, 7)  # ASCII, undefined
# Byte, short, long, rational, signed rational, and the position of a directory.
_NUMBERS = {1: "B", 3: "H", 4: "I", 5: "II", 10: "ii", 13: "I"}
_LONGEST_TEXT, _MOST_NUMBERS = 512, 8


def directory(block: bytes, wanted: Container[int], at: int | None = None) -> dict[int, Value]:
    """The values of the `wanted` tags in a directory, as far as the block holds them.

    Args:
        block: with or without the mark "Exif" before it.
        at: where the directory stands in the block; None: the first one.

    Returns:
        by tag: a text, cut to 512 bytes, or at most 8 numbers; nan for a fraction of zero parts.
    """
    block = block.removeprefix(b"Exif\x00\x00")
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(block[:4])
    found: dict[int, Value] = {}
    if order is None:
        return found
    try:
        start = struct.unpack_from(order + "I", block, 4)[0] if at is None else at
        (entries,) = struct.unpack_from(order + "H", block, start)
        for entry in range(start + 2, start + 2 + 12 * entries, 12):
            tag, kind, count = struct.unpack_from(order + "HHI", block, entry)
            if tag in wanted and tag not in found:
                value = _value(block, order, kind, count, entry + 8)
                if value:
                    found[tag] = value
    except struct.error:
        pass  # cut short
    return found


def orientation(block: bytes) -> int:
    """The orientation that an EXIF block states: 1 to 8, and 1 where it states none or nonsense."""
    stated = directory(block, (_ORIENTATION,)).get(_ORIENTATION)
    return next((one for one in range(1, 9) if stated == (one,)), 1)


def _value(block: bytes, order: str, kind: int, count: int, at: int) -> Value | None:
    """The value of an entry whose last four bytes stand `at`; None where it is of no use."""
    form = "s" if kind in _TEXTS else _NUMBERS.get(kind)
    if form is None or (form != "s" and count > _MOST_NUMBERS):
        return None
    if struct.calcsize(order + form) * count > 4:  # a longer value stands elsewhere
        (at,) = struct.unpack_from(order + "I", block, at)
    if form == "s":
        return block[at : at + min(count, _LONGEST_TEXT)]
    try:
        numbers = struct.unpack_from(order + form * count, block, at)
    except struct.error:
        return None
    if len(form) == 1:
        return numbers
    pairs = zip(numbers[::2], numbers[1::2], strict=True)
    return tuple(above / below if below else math.nan for above, below in pairs)
