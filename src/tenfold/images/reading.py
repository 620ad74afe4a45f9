"""Reads pixels from any source: bytes, format, limits, decoder. Knows nothing of what the pixels are for.

JPEG and PNG, whose cost their headers tell, are decoded here; all else in a child process (workers.py).
"""

import sys
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tenfold.errors import NotAPicture
from tenfold.images import containers, signatures, tags, workers
from tenfold.images.decoding import (
    PREDICTABLE,
    Header,
    Limits,
    Opened,
    Picture,
    check_pixels,
    decoding,
    grey_range,
    turned,
)
from tenfold.images.pixels import rgb_of_array, upright_rgb
from tenfold.images.sources import bytes_of, safe_name

if TYPE_CHECKING:
    import os

    from PIL import Image

PictureSource: TypeAlias = "str | os.PathLike[str] | bytes | BinaryIO | Image.Image | NDArray[np.uint8]"

_TAG_ORIENTATION = 0x0112
_DEFAULT = Limits()


def read(
    source: PictureSource, *, name: str | None = None, limits: Limits = _DEFAULT, needed: int = 256
) -> NDArray[np.uint8]:
    """The upright RGB pixels of a picture, uint8 `[rows, columns, 3]`. Arguments and errors as `load`."""
    return load(source, name=name, limits=limits, needed=needed).pixels


def load(
    source: PictureSource,
    *,
    name: str | None = None,
    limits: Limits = _DEFAULT,
    needed: int = 256,
    isolated: bool = False,
) -> Picture:
    """Read a picture by the pixel rule, up to the resize.

    Args:
        source: a path, bytes, a file opened for bytes, a PIL image, or a uint8 array: grey `[H, W]`,
            RGB `[H, W, 3]` or RGBA `[H, W, 4]`.
        name: what to call it in messages; its path where it has one.
        limits: what it may ask for; of a larger picture a smaller decoding is read, as `Limits` says.
        needed: the shortest side that the caller has use for. A JPEG is decoded at 1/2, 1/4 or 1/8 of its
            size where both sides stay at least this long.
        isolated: bytes are decoded in a child process whatever their format, as they may bring it down.

    Raises:
        NotAPicture: the content is no supported picture format.
        DamagedPicture: it is one, but cannot be decoded to its end.
        PictureTooLarge: it asks for more than the limits.
        PictureError: the file cannot be opened or read.
    """
    if isinstance(source, np.ndarray):
        return _from_array(source, safe_name(name, "the array given"), limits)
    # A caller with a PIL image has imported PIL; others need not load it. Another thread may be in
    # the middle of importing it: then the module is there and its class is not.
    image_class: type[Image.Image] | None = getattr(sys.modules.get("PIL.Image"), "Image", None)
    if image_class is not None and isinstance(source, image_class):
        return _from_image(source, safe_name(name, "the image given"), limits)
    data, subject = bytes_of(source, name, limits.bytes)
    return _from_bytes(data, subject, limits, max(1, needed), isolated)


def upright_size(data: bytes, *, name: str | None = None) -> tuple[int, int]:
    """Width and height of the whole upright picture, from the header alone; raises PictureError."""
    found = _header_of(data, safe_name(name))
    return found.width, found.height


def header(data: bytes, *, name: str | None = None, limits: Limits = _DEFAULT) -> Header:
    """The header of a picture, checked against the limits. Nothing is decoded, so its pixels may be damaged.

    Raises:
        NotAPicture: the content is no supported picture format.
        DamagedPicture: its header makes no sense.
        PictureTooLarge: it asks for more than the limits.
    """
    data, subject = bytes_of(data, name, limits.bytes)
    found = _header_of(data, subject)
    check_pixels((found.width, found.height), subject, limits.most_pixels(found.kind))
    return found


def _header_of(data: bytes, subject: str) -> Header:
    kind = _format_of(data, subject)
    if kind == "WebP":
        with decoding(subject, kind):
            size, exif = containers.webp_header(data)
            return Header(kind, *turned(size, tags.orientation(exif)), exif)
    if kind not in PREDICTABLE:
        return workers.header(kind, data, subject)
    opened = Opened(kind, data, subject)
    return Header(kind, *opened.upright_size, containers.exif_block(kind, data) or opened.exif)


def _from_bytes(data: bytes, subject: str, limits: Limits, needed: int, isolated: bool) -> Picture:
    kind = _format_of(data, subject)
    if kind in PREDICTABLE and not isolated:
        opened = Opened(kind, data, subject)
        opened.check(limits)
        if opened.predictable(limits):
            return opened.decode(needed, limits)
    return workers.load(kind, data, subject, limits, needed)


def _from_image(image: "Image.Image", subject: str, limits: Limits) -> Picture:
    check_pixels(image.size, subject, limits.pixels)
    with decoding(subject, image.format or "PIL"):
        image.load()
        orientation = image.getexif().get(_TAG_ORIENTATION, 1)
        orientation = orientation if orientation in range(1, 9) else 1
        pixels = upright_rgb(image, orientation, grey_range(image))
    width, height = turned(image.size, orientation)
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
    check_pixels((width, height), subject, limits.pixels)
    return Picture(pixels, width, height)


def _format_of(data: bytes, subject: str) -> str:
    kind = signatures.picture_format(data)
    if kind is None:
        raise NotAPicture(
            subject,
            "is not a picture this build can read",
            received=signatures.describe(data),
            reason=signatures.kind_code(data),
            cure=f"Supported: {signatures.SUPPORTED}.",
        )
    return kind
