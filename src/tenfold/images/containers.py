"""Reads the structure of picture files around the pixels. Knows nothing of decoding, files or limits.

A decoder is handed no more than the pixels need: comments, text, colour profiles, embedded previews and
animations are left out here, so nothing hidden in them is ever unpacked. Faults that decoders ignore are
refused here: a PNG whose checksums are wrong, a JPEG of endless scans.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from tenfold.images import tags

# A progressive JPEG usually has 10 scans, any other 1 to 4. Each costs a pass over the whole picture, and a
# file few bytes.
MAX_SCANS = 50
# Pictures have tens of segments (JPEG) or up to some thousand chunks (PNG); a hostile file has millions.
MAX_PARTS = 20_000

_JPEG_MARKER = re.compile(rb"\xff[^\xff\x00]", re.S)
_JPEG_MARKER_IN_SCAN = re.compile(rb"\xff[^\xff\x00\x01\xd0-\xd7]", re.S)
_JPEG_SCAN = re.compile(rb"\xff\xda")
_JPEG_STANDALONE = {0x01, *range(0xD0, 0xD9)}
# Frame headers, Huffman and arithmetic tables (0xC8 is reserved), quantisation tables, restart interval.
_JPEG_NEEDED = {*range(0xC0, 0xD0), 0xDB, 0xDC, 0xDD} - {0xC8}
_JPEG_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# Other codings than these (arithmetic, lossless) take a decoder several times as long.
_JPEG_ORDINARY, _EXTRAORDINARY_PASSES = {0xC0, 0xC1, 0xC2}, 5
_PNG_NEEDED = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}


class BrokenFile(ValueError):
    """What is wrong with a file, as a clause about it: "it ends before its pixels begin"."""


class Essentials(NamedTuple):
    """What a decoder needs of a file. passes: how often it goes over the whole picture, about."""

    data: bytes
    orientation: int = 1
    passes: int = 1


def essentials(kind: str, data: bytes) -> Essentials:
    """What a decoder needs for the first picture of a JPEG or PNG.

    Other formats keep their bytes; their orientation is known when a decoder has read the header.
    """
    if kind == "JPEG":
        return _jpeg_essentials(data)
    if kind == "PNG":
        return _png_essentials(data)
    return Essentials(data)


def exif_block(kind: str, data: bytes) -> bytes:
    """The EXIF block of a JPEG, PNG or TIFF, empty where there is none to be found."""
    if kind == "TIFF":
        return data  # EXIF is made like a TIFF: the tags stand in its directories
    parts = _jpeg_parts(data) if kind == "JPEG" else _png_parts(data) if kind == "PNG" else ()
    return next((bytes(part) for part in parts if part), b"")


def webp_header(data: bytes | bytearray) -> tuple[tuple[int, int], bytes]:
    """Columns and rows of a WebP as they are stored, and its EXIF block.

    Its decoder takes memory for the whole picture before it tells the size.

    Raises:
        BrokenFile: there is no size.
    """
    first, body = bytes(data[12:16]), bytes(data[20:30])
    if first == b"VP8X" and len(body) == 10:
        size = 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    elif first == b"VP8 " and body[3:6] == b"\x9d\x01\x2a" and len(body) == 10:
        size = int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
    elif first == b"VP8L" and body[:1] == b"\x2f" and len(body) >= 5:
        bits = int.from_bytes(body[1:5], "little")
        size = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    else:
        raise BrokenFile("its header makes no sense")
    if 0 in size:
        raise BrokenFile("it has no pixels")
    return size, _webp_exif(data) if first == b"VP8X" else b""


def _webp_exif(data: bytes | bytearray) -> bytes:
    at = 12
    for _ in range(MAX_PARTS):
        if at + 8 > len(data):
            break
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        if data[at : at + 4] == b"EXIF":
            return bytes(data[at + 8 : at + 8 + length])
        at += 8 + length + length % 2
    return b""


def _jpeg_parts(data: bytes) -> Iterator[bytes]:
    at = 2
    for _ in range(MAX_PARTS):
        found = _JPEG_MARKER.search(data, at)
        if found is None or data[found.start() + 1] in (0xD9, 0xDA):
            return
        at = found.start()
        end = at + 2
        if data[at + 1] not in _JPEG_STANDALONE:
            end += int.from_bytes(data[at + 2 : at + 4], "big")
        if data[at + 1] == 0xE1 and data[at + 4 : at + 10] == b"Exif\x00\x00":
            yield data[at + 10 : end]
        at = max(end, at + 2)


def _png_parts(data: bytes) -> Iterator[bytes]:
    at = 8
    for _ in range(MAX_PARTS):
        if at + 12 > len(data):
            return
        length, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"eXIf":
            yield data[at + 8 : at + 8 + length]
        at += 12 + length


def _jpeg_essentials(data: bytes) -> Essentials:
    view = memoryview(data)
    kept = [view[:2]]
    orientation = 0
    ordinary = True
    at = 2
    for _ in range(MAX_PARTS):
        found = _JPEG_MARKER.search(data, at)
        if found is None:
            break
        at, marker = found.start(), data[found.start() + 1]
        if marker in _JPEG_STANDALONE:
            at += 2
            continue
        if marker == 0xD9:
            break
        if marker == 0xDA:
            passes = _scans(data, at) * (1 if ordinary else _EXTRAORDINARY_PASSES)
            kept.append(view[at:])
            return Essentials(b"".join(kept), orientation or 1, passes)
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if end < at + 4 or end > len(data):
            break
        body = data[at + 4 : min(end, at + 10)]
        # Adobe's and JFIF's marks tell a decoder which colours the numbers mean.
        if marker in _JPEG_NEEDED or (marker == 0xEE and body[:5] == b"Adobe") or body[:5] == b"JFIF\x00":
            kept.append(view[at:end])
            if marker in _JPEG_FRAMES:
                ordinary = marker in _JPEG_ORDINARY
        elif marker == 0xE1 and body == b"Exif\x00\x00" and not orientation:
            orientation = tags.orientation(data[at + 4 : end])
        at = end
    else:
        raise BrokenFile(f"it has more than {MAX_PARTS} parts")
    raise BrokenFile("it ends before its pixels begin")


def _scans(data: bytes, first: int) -> int:
    """How many scans a decoder finds from the first one on."""
    if _JPEG_SCAN.search(data, first + 2) is None:  # as in nearly every JPEG; twice as fast as `bytes.find`
        return 1
    scans, at = 0, first
    while (found := _JPEG_MARKER_IN_SCAN.search(data, at)) and data[found.end() - 1] != 0xD9:
        scans += data[found.end() - 1] == 0xDA
        if scans > MAX_SCANS:
            raise BrokenFile(f"it has more than {MAX_SCANS} scans")
        at = found.end() + max(2, int.from_bytes(data[found.end() : found.end() + 2], "big"))
    return scans


def _png_essentials(data: bytes) -> Essentials:
    if data[4:8] != b"\r\n\x1a\n":
        raise BrokenFile("its first bytes were changed, as a transfer in text mode does")
    kept: list[bytes | memoryview] = [data[:8]]
    view = memoryview(data)
    orientation = 1
    at = 8
    for _ in range(MAX_PARTS):
        if at + 12 > len(data):
            raise BrokenFile("it ends before its last part")
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise BrokenFile(
                "it ends in the middle of its pixels" if kind == b"IDAT" else "it ends too early"
            )
        if kind in _PNG_NEEDED:
            if zlib.crc32(view[at + 4 : end - 4]) != int.from_bytes(view[end - 4 : end], "big"):
                raise BrokenFile(f"the checksum of its {kind.decode()} part is wrong")
            kept.append(view[at:end] if kind != b"tRNS" else _key_in_8_bits(data[at:end], data[24:26]))
        elif kind == b"eXIf":
            orientation = tags.orientation(data[at + 8 : end - 4])
        if kind == b"IEND":
            return Essentials(b"".join(kept), orientation)
        at = end
    raise BrokenFile(f"it has more than {MAX_PARTS} parts")


def _key_in_8_bits(chunk: bytes, depth_and_kind: bytes) -> bytes:
    """The colour that is transparent, in the 8 bits that Pillow compares it with after decoding."""
    values = struct.unpack_from(f">{(len(chunk) - 12) // 2}H", chunk, 8)
    if depth_and_kind == b"\x10\x02":  # 16-bit RGB
        values = tuple(value >> 8 for value in values)
    elif depth_and_kind in (b"\x02\x00", b"\x04\x00"):  # 2-bit and 4-bit grey
        values = tuple(value * 255 // (2 ** depth_and_kind[0] - 1) for value in values)
    else:
        return chunk
    body = b"tRNS" + struct.pack(f">{len(values)}H", *(min(value, 65535) for value in values))
    return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
