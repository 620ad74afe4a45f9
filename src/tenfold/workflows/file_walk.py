"""The files of folders, in an order that stays the same. Opens none of them; knows no catalogue."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field

from tenfold import images
from tenfold.server_files import ServerFiles


@dataclass
class Walk:
    """The files below some paths, sorted; names that start with a dot are passed over.

    Attributes:
        roots: absolute paths of files and folders.
        files: says which folders are tenfold's own; they are passed over, with all in them.
        problems: what could not be listed, in words; filled while walking.
    """

    roots: tuple[str, ...]
    files: ServerFiles
    problems: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[str]:
        self.problems.clear()
        for root in self.roots:
            if self.files.own(root):
                self.problems.append(f"{images.safe_name(root)} is where tenfold keeps its own files.")
            elif os.path.isdir(root):
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
        return name.startswith(".") or self.files.own(os.path.join(place, name))

    def _unlisted(self, error: OSError) -> None:
        name = images.safe_name(os.fsdecode(error.filename))
        self.problems.append(f"{name} cannot be listed ({error.strerror}). Check the right to read it.")
