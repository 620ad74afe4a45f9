"""The files of folders, in an order that stays the same, and the bytes of one of them. Knows no catalogue."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tenfold import images
from tenfold.errors import PictureError
from tenfold.images import Limits

# Enough to tell what a file is; a film is not read to its end to find that it is no picture.
_HEAD = 4096


@dataclass
class Walk:
    """The files below some paths, sorted; names that start with a dot are passed over.

    Attributes:
        roots: absolute paths of files and folders.
        without: a folder that is passed over, with all in it.
        problems: what could not be listed, in words; filled while walking.
    """

    roots: tuple[str, ...]
    without: Path | None = None
    problems: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[str]:
        self.problems.clear()
        for root in self.roots:
            if os.path.isdir(root):
                yield from self._below(root)
            elif os.path.isfile(root):
                yield root
            else:
                self.problems.append(f"{images.safe_name(root)} does not exist.")

    def _below(self, root: str) -> Iterator[str]:
        for place, folders, names in os.walk(root, onerror=self._unlisted):
            folders[:] = sorted(name for name in folders if not self._hidden(place, name))
            for name in sorted(names):
                path = os.path.join(place, name)
                if not name.startswith(".") and os.path.isfile(path):
                    yield path

    def _hidden(self, place: str, name: str) -> bool:
        return name.startswith(".") or (self.without is not None and Path(place, name) == self.without)

    def _unlisted(self, error: OSError) -> None:
        name = images.safe_name(os.fsdecode(error.filename))
        self.problems.append(f"{name} cannot be listed ({error.strerror}). Check the right to read it.")


def content_of(path: str, limits: Limits) -> bytes:
    """A file's bytes, read whole only where it begins like a picture.

    Raises:
        PictureError: it is no picture, too large, or cannot be read.
    """
    try:
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            head = file.read(_HEAD)
            if size > _HEAD and images.picture_format(head) is None:
                images.header(head, name=path, limits=limits)
            rest = file.read(max(0, limits.bytes + 1 - len(head)))
    except OSError as reason:
        raise PictureError(
            images.safe_name(path), "cannot be read", received=reason.strerror or "", cure="Check it."
        ) from reason
    return head + rest
