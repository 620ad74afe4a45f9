"""From any source to pixels: intake, format, limits, decoder. Knows nothing of what the pixels are for.

Decoders are called one by one by the format that the content states, never through Pillow's register, so none
but those of `SUPPORTED` can ever run and none is imported before it is needed.
"""

import io
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tenfold.errors import DamagedPicture, NotAPicture, PictureTooLarge
from tenfold.images import containers, signatures
from tenfold.images.intake import bytes_of, megas, safe_name
from tenfold.images.pixels import rgb_of_array, upright_rgb

if TYPE_CHECKING:
    import os

    from PIL import Image, ImageFile

PictureSource: TypeAlias = "str | os.PathLike[str] | bytes | BinaryIO | Image.Image | NDArray[np.uint8]"

# A decoder fed with hostile bytes raises whatever its code happens to trip over.
_DECODER_ERRORS = (
    OSError, SyntaxError, ValueError, TypeError, LookupError, ArithmeticError, EOFError, AttributeError,
    AssertionError, RuntimeError,
)  # fmt: skip
# Words by which decoders say that a file is well, but of a kind they do not know.
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
# These warn about odd tags. Warning filters are the whole process's, so one thread at a time changes them.
_WARNING_DECODERS = ("TIFF", "AVIF")
_warning_filters = threading.Lock()


@dataclass(frozen=True)
class Limits:
    """How much a picture may ask for: pixels once decoded, bytes as it arrives."""

    pixels: int = 50_000_000
    bytes: int = 25_000_000


_DEFAULT = Limits()


@dataclass(frozen=True, eq=False)
class Picture:
    """A decoded picture.

    Attributes:
        pixels: uint8 RGB `[rows, columns, 3]`, upright; perhaps a smaller decoding of the whole.
        width: columns of the whole upright picture.
        height: rows of the whole upright picture.
    """

    pixels: NDArray[np.uint8]
    width: int
    height: int


@dataclass(frozen=True)
class Header:
    """What a picture says of itself before it is decoded.

    Attributes:
        kind: the format, as in `SUPPORTED`.
        width: columns of the whole upright picture.
        height: rows of it.
        exif: its EXIF block, empty where it has none; whoever wrote the file wrote this too.
    """

    kind: str
    width: int
    height: int
    exif: bytes


def read(
    source: PictureSource, *, name: str | None = None, limits: Limits = _DEFAULT, needed: int = 256
) -> NDArray[np.uint8]:
    """The upright RGB pixels of a picture, uint8 `[rows, columns, 3]`. Arguments and errors as `load`."""
    return load(source, name=name, limits=limits, needed=needed).pixels


def load(
    source: PictureSource, *, name: str | None = None, limits: Limits = _DEFAULT, needed: int = 256
) -> Picture:
    """Read a picture by the pixel rule, up to the resize.

    Args:
        source: a path, bytes, a file opened for bytes, a PIL image, or a uint8 array: grey `[H, W]`,
            RGB `[H, W, 3]` or RGBA `[H, W, 4]`.
        name: what to call it in messages; its path where it has one.
        limits: what it may ask for.
        needed: the shortest side that the caller has use for. A JPEG is decoded at 1/2, 1/4 or 1/8 of its
            size where both sides stay at least this long.

    Raises:
        NotAPicture: the content is no supported picture format.
        DamagedPicture: it is one, but cannot be decoded to its end.
        PictureTooLarge: it asks for more than the limits.
        PictureError: the file cannot be opened or read.
    """
    if isinstance(source, np.ndarray):
        return _from_array(source, safe_name(name, "the array given"), limits)
    # Whoever holds a PIL image has imported PIL; nobody else need pay for it here. Another thread may be in
    # the middle of importing it: then the module is there and its class is not.
    image_class: type[Image.Image] | None = getattr(sys.modules.get("PIL.Image"), "Image", None)
    if image_class is not None and isinstance(source, image_class):
        return _from_image(source, safe_name(name, "the image given"), limits)
    data, subject = bytes_of(source, name, limits.bytes)
    return _from_bytes(data, subject, limits, max(1, needed))


def upright_size(data: bytes, *, name: str | None = None) -> tuple[int, int]:
    """Width and height of the whole upright picture, from the header alone; raises PictureError."""
    subject = safe_name(name)
    kind = _format_of(data, subject)
    with _decoding(subject, kind):
        image, orientation = _open(kind, data)
    return _turned(image.size, orientation)


def header(data: bytes, *, name: str | None = None, limits: Limits = _DEFAULT) -> Header:
    """The header of a picture, checked against the limits. Nothing is decoded, so its pixels may be damaged.

    Raises:
        NotAPicture: the content is no supported picture format.
        DamagedPicture: its header makes no sense.
        PictureTooLarge: it asks for more than the limits.
    """
    data, subject = bytes_of(data, name, limits.bytes)
    kind = _format_of(data, subject)
    with _decoding(subject, kind):
        image, orientation = _open(kind, data)
        exif = containers.exif_block(kind, data) or image.info.get("exif") or b""
    _check_pixels(image.size, subject, limits)
    return Header(kind, *_turned(image.size, orientation), exif if isinstance(exif, bytes) else b"")


@contextmanager
def unwarned() -> Iterator[None]:
    """What decoders warn of is not shown. One thread at a time."""
    with _warning_filters, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _from_bytes(data: bytes, subject: str, limits: Limits, needed: int) -> Picture:
    kind = _format_of(data, subject)
    with _decoding(subject, kind):
        image, orientation = _open(kind, data)
        size = image.size
        _check_pixels(size, subject, limits)
        if kind == "JPEG":
            image.draft(None, (needed, needed))
        if kind == "TIFF":
            _check_pixels(_tile_size(image), subject, limits)
        image.load()
    width, height = _turned(size, orientation)
    return Picture(upright_rgb(image, orientation, _grey_range(image)), width, height)


def _from_image(image: "Image.Image", subject: str, limits: Limits) -> Picture:
    _check_pixels(image.size, subject, limits)
    with _decoding(subject, image.format or "PIL"):
        image.load()
        orientation = image.getexif().get(_TAG_ORIENTATION, 1)
        orientation = orientation if orientation in range(1, 9) else 1
        pixels = upright_rgb(image, orientation, _grey_range(image))
    width, height = _turned(image.size, orientation)
    return Picture(pixels, width, height)


def _from_array(values: NDArray[np.uint8], subject: str, limits: Limits) -> Picture:
    pixels = rgb_of_array(values)
    if pixels is None:
        raise NotAPicture(
            subject,
            "is not a picture",
            received=f"{values.dtype} of shape {values.shape}",
            cure="Give uint8 of shape [H, W], [H, W, 3] or [H, W, 4].",
        )
    height, width = pixels.shape[:2]
    _check_pixels((width, height), subject, limits)
    return Picture(pixels, width, height)


def _format_of(data: bytes, subject: str) -> str:
    kind = signatures.picture_format(data)
    if kind is None:
        raise NotAPicture(
            subject,
            "is not a picture this build can read",
            received=signatures.describe(data),
            cure=f"Supported: {signatures.SUPPORTED}.",
        )
    return kind


def _open(kind: str, data: bytes) -> tuple["ImageFile.ImageFile", int]:
    """The image with its header read and nothing decoded, and its EXIF orientation."""
    needful, orientation = containers.essentials(kind, data)
    image = _decoder(kind)(io.BytesIO(needful))
    if kind in ("WebP", "AVIF", "HEIC"):  # a TIFF is turned by its decoder
        orientation = containers.exif_orientation(image.info.get("exif") or b"")
    return image, orientation


def _decoder(kind: str) -> Callable[[BinaryIO], "ImageFile.ImageFile"]:
    module, name = _DECODERS[kind]
    decoder: Callable[[BinaryIO], ImageFile.ImageFile] = getattr(import_module(module), name)
    return decoder


def _turned(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    return (size[1], size[0]) if orientation >= 5 else size


def _tile_size(tiff: "Image.Image") -> tuple[int, int]:
    """A tile is decoded whole, however small the picture that is cut from it."""
    tags = getattr(tiff, "tag_v2", {})
    return int(tags.get(_TIFF_TILE_WIDTH, 0)), int(tags.get(_TIFF_TILE_LENGTH, 0))


def _grey_range(image: "Image.Image") -> tuple[float, float] | None:
    """The values that mean black and white in 16-bit grey; None for what has no such values."""
    if not image.mode.startswith("I;16"):
        return None
    tags = getattr(image, "tag_v2", {})
    white = 4095 if tags.get(_TIFF_BITS) == (12,) else 65535
    return (white, 0) if tags.get(_TIFF_PHOTOMETRIC) == 0 else (0, white)


def _check_pixels(size: tuple[int, int], subject: str, limits: Limits) -> None:
    width, height = size
    if width * height > limits.pixels:
        raise PictureTooLarge(
            subject,
            "has too many pixels",
            received=f"{width} x {height}, {megas(width * height)} megapixels; "
            f"the limit is {megas(limits.pixels)}",
            cure="Make it smaller, or raise the setting max_picture_pixels.",
        )


@contextmanager
def _decoding(subject: str, kind: str) -> Iterator[None]:
    """What a decoder raises becomes an error that says what is wrong; what it warns of is of no use here."""
    from PIL.Image import DecompressionBombError

    try:
        if kind in _WARNING_DECODERS:
            with unwarned():
                yield
        else:
            yield
    except (DecompressionBombError, MemoryError) as error:
        raise PictureTooLarge(
            subject,
            "needs too much memory to decode",
            cure="Make it smaller, or save it as an ordinary JPEG.",
        ) from error
    except _DECODER_ERRORS as error:
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


def _plainly(error: Exception) -> str:
    if isinstance(error, containers.Fault):
        return str(error)
    if "truncated" in str(error).lower():
        return "it ends too early"
    # Pillow's word for a header that it cannot follow
    return "its header makes no sense" if isinstance(error, SyntaxError) else "its pixels do not decode"
