"""Pictures for tests, made here: small, asymmetric, and each as a whole file of its format."""

import struct
import zlib
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]

# What brings a picture that was stored by an EXIF orientation upright.
_UPRIGHT_BY = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_STORED_BY = _UPRIGHT_BY | {6: _UPRIGHT_BY[8], 8: _UPRIGHT_BY[6]}


def scene(width: int = 64, height: int = 48) -> Pixels:
    """Smooth, so that lossy formats keep it; each corner has its colour, so that no turn goes unseen."""
    x, y = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    return np.rint(np.stack([x, y, 255 - (x + y) / 2], axis=-1)).astype(np.uint8)


def noise(width: int, height: int, channels: int = 3) -> Pixels:
    """The same random pixels every time."""
    shape = (height, width, channels)
    return np.random.default_rng(7).integers(0, 256, shape, dtype=np.uint8)


def encoded(picture: Pixels | Image.Image, kind: str, **how: Any) -> bytes:
    """A picture as a file of a format (Pillow's name of it, or HEIC)."""
    image = Image.fromarray(picture) if isinstance(picture, np.ndarray) else picture
    out = BytesIO()
    if kind == "HEIC":
        import pillow_heif

        pillow_heif.from_pillow(image).save(out, **how)
    else:
        image.save(out, kind, **how)
    return out.getvalue()


def lying(picture: Pixels, orientation: int) -> Image.Image:
    """The picture as a camera held that way stores it."""
    image = Image.fromarray(picture)
    return image.transpose(_STORED_BY[orientation]) if orientation in _STORED_BY else image


def exif(orientation: int, order: str = "<", kind: int = 3) -> bytes:
    """An EXIF block that states an orientation, as a TIFF header and one directory; kind 3 is a short."""
    mark = b"II*\x00" if order == "<" else b"MM\x00*"
    value = struct.pack(order + {1: "B", 3: "H", 4: "I"}[kind], orientation).ljust(4, b"\x00")
    entry = struct.pack(order + "HHI", 0x0112, kind, 1) + value
    return mark + struct.pack(order + "IH", 8, 1) + entry + bytes(4)


def chunk(kind: bytes, body: bytes) -> bytes:
    """A PNG chunk with its length and checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(
    width: int, height: int, depth: int, colour: int, rows: bytes, *between: tuple[bytes, bytes]
) -> bytes:
    """A PNG from raw rows (each with its filter byte), with chunks between header and pixels."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    middle = [*between, (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunk(*one) for one in middle)


def tiff(tags: dict[int, tuple[int, int | None]], pixels: bytes) -> bytes:
    """A little-endian TIFF of one directory: tag -> (type, value); None stands for where the pixels begin."""
    start = 8 + 2 + 12 * len(tags) + 4
    entries = b"".join(
        struct.pack("<HHII", tag, kind, 1, start if value is None else value)
        for tag, (kind, value) in sorted(tags.items())
    )
    return b"II*\x00" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4) + pixels


def grey_tiff(width: int, height: int, bits: int, photometric: int, pixels: bytes) -> bytes:
    """An uncompressed TIFF of one wide grey channel."""
    return tiff(
        {
            256: (4, width),
            257: (4, height),
            258: (3, bits),
            259: (3, 1),
            262: (3, photometric),
            273: (4, None),
            277: (3, 1),
            278: (4, height),
            279: (4, len(pixels)),
        },
        pixels,
    )
