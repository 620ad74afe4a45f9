"""Bytes of a known format -> header and pixels, in this process. Knows no files and no other process.

Decoders are called one by one by the format that the content states, never through Pillow's register, so none
but those of `SUPPORTED` can ever run and none is imported before it is needed.
"""

import io
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from numpy.typing import NDArray

from tenfold.errors import DamagedPicture, NotAPicture, PictureTooLarge
from tenfold.images import containers, tags
from tenfold.images.pixels import upright_rgb
from tenfold.images.sources import megas, safe_name

if TYPE_CHECKING:
    from PIL import Image, ImageFile

# Words of decoders for an intact file of an unsupported kind.
_UNKNOWN_KIND = ("unsupported", "not supported", "not been built in", "cannot handle", "unknown pixel mode")
_TAG_ORIENTATION = 0x0112
_TIFF_BITS, _TIFF_PHOTOMETRIC, _TIFF_TILE_WIDTH, _TIFF_TILE_LENGTH = 258, 262, 322, 323
_DECODERS = {
    "JPEG": ("PIL.JpegImagePlugin", "JpegImageFile"),
    "PNG": ("PIL.PngImagePlugin", "PngImageFile"),
    "WebP": ("PIL.WebPImagePlugin", "WebPImageFile"),
    "GIF": ("PIL.GifImagePlugin", "GifImageFile"),
    "BMP": ("PIL.BmpImagePlugin", "BmpImageFile"),
    "TIFF": ("PIL.TiffImagePlugin", "TiffImageFile"),
    "AVIF": ("PIL.AvifImagePlugin", "AvifImageFile"),
    "HEIC": ("pillow_heif", "HeifImageFile"),
}
# Formats whose cost is known from their headers; others may take any time.
PREDICTABLE = ("JPEG", "PNG")
# Pixels times passes over them that this process decodes itself: about a second's work at the most.
_MOST_HERE = 150_000_000
# Passes over a picture of just the limit; 50 scans of 50 megapixels would take half a minute.
_MOST_PASSES = 12
# A JPEG is decoded at a half, a quarter or an eighth of its size in little memory; of any other format the
# whole is in memory before it can be made smaller, a WebP several times. So many times the limit is allowed.
_TIMES_THE_LIMIT, _USUAL_TIMES = {"JPEG": 10, "WebP": 1}, 2
_JPEG_SCALES = (1, 2, 4, 8)
# These warn about odd tags. Warning filters are the whole process's, so one thread at a time changes them.
_WARNING_DECODERS = ("TIFF", "AVIF")
_warning_filters = threading.Lock()


@dataclass(frozen=True)
class Limits:
    """How much a picture may ask for: pixels once decoded, bytes as it arrives.

    A picture of more pixels is read at a reduced scale, so that no more are given: a JPEG of up to 10 times
    as many, any other but a WebP of up to twice as many.
    """

    pixels: int = 50_000_000
    bytes: int = 25_000_000

    def most_pixels(self, kind: str) -> int:
        """The pixels that a picture of a format may have."""
        return self.pixels * _TIMES_THE_LIMIT.get(kind, _USUAL_TIMES)


@dataclass(frozen=True, eq=False)
class Picture:
    """A decoded picture.

    Attributes:
        pixels: uint8 RGB `[rows, columns, 3]`, upright; perhaps a smaller decoding of the whole.
        width, height: columns and rows of the whole upright picture.
    """

    pixels: NDArray[np.uint8]
    width: int
    height: int


@dataclass(frozen=True)
class Header:
    """What a picture says of itself before it is decoded.

    Attributes:
        kind: the format, as in `SUPPORTED`.
        width, height: columns and rows of the whole upright picture.
        exif: its EXIF block, empty where it has none; whoever wrote the file wrote this too.
    """

    kind: str
    width: int
    height: int
    exif: bytes


class Opened:
    """A picture of which only the header was read.

    Attributes:
        kind: the format, as in `SUPPORTED`.
        size: columns and rows as they are stored.
        passes: how often a decoder goes over all of it, about.

    Raises:
        NotAPicture, DamagedPicture, PictureTooLarge: as `tenfold.images.header`, but for the limits.
    """

    def __init__(self, kind: str, data: bytes, subject: str) -> None:
        self.kind, self._subject = kind, subject
        with decoding(subject, kind):
            needful, self._orientation, self.passes = containers.essentials(kind, data)
            self._image = _decoder(kind)(io.BytesIO(needful))
            exif = self._image.info.get("exif")
            self.exif = exif if isinstance(exif, bytes) else b""
            if kind in ("WebP", "AVIF", "HEIC"):  # a TIFF is turned by its decoder
                self._orientation = tags.orientation(self.exif)
            self.size = self._image.size

    @property
    def upright_size(self) -> tuple[int, int]:
        return turned(self.size, self._orientation)

    @property
    def pixels(self) -> int:
        """How many it has."""
        return self.size[0] * self.size[1]

    def predictable(self, limits: Limits) -> bool:
        """Whether it takes a known and short time, and little memory, to decode."""
        little = self.pixels <= limits.pixels or (self.kind == "JPEG" and self.passes == 1)
        return self.kind in PREDICTABLE and little and self.pixels * self.passes <= _MOST_HERE

    def check(self, limits: Limits) -> None:
        """Raise PictureTooLarge where it asks for more than the limits."""
        check_pixels(self.size, self._subject, limits.most_pixels(self.kind))
        if self.kind == "TIFF":
            check_pixels(_tile_size(self._image), self._subject, limits.pixels)
        pixels = self.pixels
        if pixels * self.passes > limits.pixels * _MOST_PASSES:
            raise PictureTooLarge(
                self._subject,
                "takes too long to decode",
                received=f"{self.passes} scans of {megas(pixels)} megapixels",
                cure="Save it again as an ordinary JPEG.",
                reason="decode-cost",
            )

    def decode(self, needed: int, limits: Limits) -> Picture:
        """The pixels, as many as the limits allow; `needed` as in `tenfold.images.load`."""
        with decoding(self._subject, self.kind):
            if self.kind == "JPEG":
                self._image.draft(None, self._draft(needed, limits))
            self._image.load()
            columns, rows = self._image.size
            factor = 1
            while -(-columns // factor) * -(-rows // factor) > limits.pixels:
                factor += 1
            pixels = upright_rgb(self._image, self._orientation, grey_range(self._image), factor)
        return Picture(pixels, *self.upright_size)

    def _draft(self, needed: int, limits: Limits) -> tuple[int, int]:
        """The size to decode a JPEG at; its decoder takes the smallest that it has above."""
        columns, rows = self.size
        enough = min(columns // needed, rows // needed)
        fits = (scale for scale in _JPEG_SCALES if self.pixels <= limits.pixels * scale**2)
        scale = max(enough, next(fits, _JPEG_SCALES[-1]), 1)
        return max(1, columns // scale), max(1, rows // scale)


@contextmanager
def unwarned() -> Iterator[None]:
    """Suppress warnings of decoders. One thread at a time."""
    with _warning_filters, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _decoder(kind: str) -> Callable[[BinaryIO], "ImageFile.ImageFile"]:
    module, name = _DECODERS[kind]
    decoder: Callable[[BinaryIO], ImageFile.ImageFile] = getattr(import_module(module), name)
    return decoder


def turned(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    return (size[1], size[0]) if orientation >= 5 else size


def _tile_size(tiff: "Image.Image") -> tuple[int, int]:
    """A tile is decoded whole, however small the picture that is cut from it."""
    tags = getattr(tiff, "tag_v2", {})
    return int(tags.get(_TIFF_TILE_WIDTH, 0)), int(tags.get(_TIFF_TILE_LENGTH, 0))


def grey_range(image: "Image.Image") -> tuple[float, float] | None:
    """The values that mean black and white in 16-bit grey; None for what has no such values."""
    if not image.mode.startswith("I;16"):
        return None
    tags = getattr(image, "tag_v2", {})
    white = 4095 if tags.get(_TIFF_BITS) == (12,) else 65535
    return (white, 0) if tags.get(_TIFF_PHOTOMETRIC) == 0 else (0, white)


def check_pixels(size: tuple[int, int], subject: str, most: int) -> None:
    width, height = size
    if width * height > most:
        raise PictureTooLarge(
            subject,
            "has too many pixels",
            received=f"{width} x {height}, {megas(width * height)} megapixels; the limit is {megas(most)}",
            cure="Make it smaller, or raise the setting max_picture_pixels.",
            reason="too-many-pixels",
            params={"most": megas(most)},
        )


@contextmanager
def decoding(subject: str, kind: str) -> Iterator[None]:
    """Turn a decoder's exceptions into errors that say what is wrong; suppress its warnings."""
    from PIL.Image import DecompressionBombError

    # A decoder may raise anything for hostile bytes.
    try:
        if kind in _WARNING_DECODERS:
            with unwarned():
                yield
        else:
            yield
    except (DecompressionBombError, MemoryError) as error:
        raise _too_much_memory(subject) from error
    except Exception as error:
        if "out of memory" in str(error).lower():
            raise _too_much_memory(subject) from error
        if any(words in str(error).lower() for words in _UNKNOWN_KIND):
            raise NotAPicture(
                subject,
                f"is a {kind} picture of a kind this build cannot read",
                received=safe_name(str(error)),
                cure="Save it again as an ordinary JPEG or PNG.",
            ) from error
        raise DamagedPicture(
            subject,
            f"is a damaged {kind} picture",
            received=_plainly(error),
            cure="Fetch or save it again from where it came.",
        ) from error


def _too_much_memory(subject: str) -> PictureTooLarge:
    return PictureTooLarge(
        subject,
        "needs too much memory to decode",
        cure="Make it smaller, or save it as an ordinary JPEG.",
        reason="decode-cost",
    )


def _plainly(error: Exception) -> str:
    if isinstance(error, containers.BrokenFile):
        return str(error)
    if "truncated" in str(error).lower():
        return "it ends too early"
    # Pillow's word for a header that it cannot follow
    return "its header makes no sense" if isinstance(error, SyntaxError) else "its pixels do not decode"
