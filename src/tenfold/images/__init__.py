"""Turns pictures from any source into checked RGB pixels. Knows nothing of models, views or HTTP.

The pixel rule, the same on every surface:
1. The format is told by content, never by a name. Of several pictures in one file the first counts (of an
   animated PNG the still one, of a HEIC the primary one).
2. The size is read from the header and checked against `Limits` before anything is decoded. A picture that is
   larger by no more than `Limits` says is read at a reduced scale: a JPEG by its decoder, at 1/2, 1/4 or
   1/8; of any other, each pixel is the mean of a square of the whole's.
3. Pixels are decoded to 8 bits: 16-bit grey v becomes round(v / 257), 16-bit colour keeps its high byte,
   32-bit grey is stretched from its least value (black) to its greatest (white). A palette is looked up.
   CMYK becomes 255 - min(255, ink + black). Colour profiles are not applied.
4. Alpha goes over white: round((colour * alpha + 255 * (255 - alpha)) / 255).
5. The EXIF orientation is applied; a value that is not 1 to 8 counts as 1.
6. `resize` brings the picture, or a box of it, to the model's size; its docstring gives the arithmetic.

    reading.py      load, read, header, upright_size: the way through
    sources.py      a path, stream or bytes -> bytes, within a limit
    signatures.py   what the bytes are
    decoding.py     the bytes of a known format -> header, pixels
    workers.py      the same in a child process, for what can run away
    containers.py   the part of a file that its pixels need
    frames.py       how many pictures a file has
    tags.py         the tags of an EXIF block
    pixels.py       a decoded image -> RGB array; resize; a JPEG of it
"""

from tenfold.images.decoding import Limits
from tenfold.images.frames import frame_count
from tenfold.images.pixels import RESIZE_RULES, jpeg, needed, resize, resize_boxes
from tenfold.images.reading import PictureSource, header, load, read, upright_size
from tenfold.images.signatures import MEDIA_TYPES, SUPPORTED, kind_code, known_kind, picture_format
from tenfold.images.sources import safe_name
from tenfold.images.workers import stop

__all__ = [
    "MEDIA_TYPES",
    "RESIZE_RULES",
    "SUPPORTED",
    "Limits",
    "PictureSource",
    "frame_count",
    "header",
    "jpeg",
    "kind_code",
    "known_kind",
    "load",
    "needed",
    "picture_format",
    "read",
    "resize",
    "resize_boxes",
    "safe_name",
    "stop",
    "upright_size",
]
