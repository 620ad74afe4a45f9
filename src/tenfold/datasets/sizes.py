"""How large the pictures of a listing are, by some of their headers. Decodes none."""

from statistics import median

from tenfold import images
from tenfold.datasets.listing import Listing
from tenfold.errors import TenfoldError
from tenfold.server_files import ServerFiles

_SAMPLE = 50


def typical_side(found: Listing, files: ServerFiles | None = None) -> int | None:
    """The median of the shorter sides of 50 pictures, in pixels; None where none can be read.

    Args:
        files: opens what was named to a server.
    """
    limits = images.Limits()
    sides: list[int] = []
    for entry in found.entries[:: max(1, len(found.entries) // _SAMPLE)]:
        try:
            if files is not None:
                content = files.picture(str(entry.path), limits, name=entry.source, within=(str(found.root),))
            else:
                with entry.path.open("rb") as file:
                    content = file.read(limits.bytes + 1)
            sides.append(min(images.upright_size(content, name=entry.source)))
        except (OSError, TenfoldError):
            continue  # it is named when the pictures are read
    return int(median(sides)) if sides else None
