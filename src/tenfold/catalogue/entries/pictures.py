"""An entry's picture: the original, one that every browser shows, and thumbnails.

Knows no HTTP.
"""

import logging
import re
from typing import BinaryIO

from sqlalchemy import select

from tenfold import images
from tenfold.catalogue.entries.filters import Filters, visibility
from tenfold.catalogue.entries.folders import ENDINGS
from tenfold.catalogue.entries.originals import Originals
from tenfold.catalogue.entries.tables import Entry
from tenfold.database import Database
from tenfold.errors import NotInCatalogue
from tenfold.images import MEDIA_TYPES, Limits
from tenfold.storage import BlobStore, read_if_there

log = logging.getLogger(__name__)

# The longest sides in pixels; a requested one is rounded up to one of these.
SIDES = (64, 128, 256, 512, 1024)
SMALL_TYPE = "image/jpeg"
# What browsers can show, and what cannot contain scripts.
_SAFE_TYPES = {"image/jpeg", "image/png", "image/webp", "image/gif"}
_QUALITY = 92
# The types of files that can have several pictures.
_OF_SEVERAL = {MEDIA_TYPES[kind] for kind in ("GIF", "PNG", "WebP", "TIFF")}
# Characters that some system forbids in file names.
_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*]')


class PictureFiles:
    """Pictures of the catalogue, to be shown. thumbnails: of small ones; may be emptied at any time."""

    def __init__(
        self, database: Database, originals: Originals, thumbnails: BlobStore, limits: Limits
    ) -> None:
        self._database, self._originals, self._limits = database, originals, limits
        self._thumbnails = thumbnails

    def entry(self, number: int, *, person: int, administrator: bool) -> Entry:
        """The entry; raises NotInCatalogue where there is none that this person may see."""
        seen_by = visibility(Filters(person=person, administrator=administrator))
        entry = self._database.scalar(select(Entry).where(Entry.id == number, *seen_by))
        if entry is None:
            raise NotInCatalogue(
                f"Entry {number}", "does not exist, or is another person's and not shared with you"
            )
        return entry

    def original(self, entry: Entry) -> BinaryIO:
        """The original, to be read; raises CatalogueError where it is missing."""
        return self._originals.open(entry.hash)

    def frames(self, entry: Entry) -> int:
        """How many pictures its file has, of which the first is classified; 1 without its original."""
        if entry.media_type not in _OF_SEVERAL or not self._originals.has(entry.hash):
            return 1
        return images.frame_count(self._originals.read(entry.hash))

    def shown(self, entry: Entry) -> BinaryIO | bytes:
        """The original where every browser shows its type, else the whole picture as a JPEG.

        Raises:
            CatalogueError: the original is missing.
            PictureError: it cannot be decoded.
        """
        if entry.media_type in _SAFE_TYPES:
            return self.original(entry)
        content = self._originals.read(entry.hash)
        whole = images.load(content, name=entry.name, limits=self._limits, needed=max(SIDES) * 8)
        return images.jpeg(whole.pixels, quality=_QUALITY)

    def small(self, entry: Entry, side: int) -> bytes:
        """A small upright JPEG of it, no side longer than `side` (one of SIDES). Raises as `shown`."""
        assert side in SIDES, side
        key = small_key(entry.hash, side)
        if (known := read_if_there(self._thumbnails, key)) is not None:
            return known
        content = self._originals.read(entry.hash)
        read = images.load(content, name=entry.name, limits=self._limits, needed=side)
        small = images.jpeg(read.pixels, side)
        try:
            self._thumbnails.put(key, small)
        except OSError as reason:  # the picture is shown all the same, and made again the next time
            log.warning("A thumbnail could not be stored: %s", reason)
        return small


def small_key(content: str, side: int) -> str:
    """The key of a content's thumbnail."""
    return f"{content[:2]}/{content[2:4]}/{content}-{side}.jpg"


def file_name(entry: Entry) -> str:
    """A file name for the original that is valid on any system, with the ending of its format."""
    name = _NOT_IN_NAMES.sub("_", entry.name).strip(". ") or "picture"
    endings = ENDINGS.get(entry.media_type, ())
    return name if not endings or name.lower().endswith(endings) else name + endings[0]


def nearest_side(side: int) -> int:
    """The smallest of SIDES that is not smaller than `side`."""
    return next((one for one in SIDES if one >= side), SIDES[-1])
