"""Where the files lie that a manifest names shortly: in a folder beside it, or without their endings.

`train.csv` beside a folder `train`, or `labels.csv` beside `images`, with the bare names of the files or
their numbers, are usual. Opens no picture.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tenfold.folder_walk import passed_over

# What a name without an ending may lack.
_ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif")
# The most folders beside a manifest that are looked into, and the names that choose one of them.
_MOST_FOLDERS, _MOST_NAMES = 50, 1000


@dataclass(frozen=True)
class Short:
    """What the names in a manifest lack.

    Attributes:
        folder: the folder beside the manifest that they lie in; "" for the manifest's own.
        ending: what stands behind each of them.
    """

    folder: str = ""
    ending: str = ""

    def whole(self, name: str) -> str:
        return os.path.join(self.folder, name) + self.ending


def what_is_missing(manifest: Path, names: Sequence[str]) -> Short:
    """What the names of a manifest's rows lack; nothing where one of them is a file as it stands.

    Where several folders fit, the one in which most files are is taken, and of these the one that is called
    as the manifest is.
    """
    some = [name for name in dict.fromkeys(names[:_MOST_NAMES]) if name and not os.path.isabs(name)]
    here = manifest.parent
    if not some or any(os.path.isfile(here / name) for name in some):
        return Short()

    def fit(short: Short) -> tuple[int, bool]:
        found = sum(os.path.isfile(here / short.whole(name)) for name in some)
        return found, bool(found) and short.folder.lower().startswith(manifest.stem.lower())

    best = max((Short(folder, end) for folder in ("", *_folders(here)) for end in _endings(some)), key=fit)
    return best if fit(best)[0] else Short()


def _endings(names: Sequence[str]) -> list[str]:
    bare = not any(os.path.splitext(name)[1].lower() in _ENDINGS for name in names)
    return ["", *_ENDINGS, *map(str.upper, _ENDINGS)] if bare else [""]


def _folders(place: Path) -> list[str]:
    try:
        found = sorted(os.listdir(place))
    except OSError:
        return []
    inner = [name for name in found if not passed_over(name, folder=True) and os.path.isdir(place / name)]
    return inner[:_MOST_FOLDERS]
