"""The files of folders, in an order that stays the same. Opens none of them; knows no catalogue."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field

from tenfold import images
from tenfold.folder_walk import files_below
from tenfold.server_files import ServerFiles


@dataclass
class Walk:
    """The files below some paths, sorted, without what is never a picture (`tenfold.folder_walk`).

    Attributes:
        roots: absolute paths of files and folders.
        files: says which folders are tenfold's own; they are passed over, with all in them.
        problems: what could not be listed, in words; filled while walking.
        links: links that were not followed, as they are shown; filled while walking.
        left_out: the same in words.
    """

    roots: tuple[str, ...]
    files: ServerFiles
    problems: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[str]:
        self.problems.clear()
        self.links.clear()
        self.left_out.clear()
        for root in self.roots:
            if self.files.own(root):
                self.problems.append(f"{images.safe_name(root)} is where tenfold keeps its own files.")
            elif os.path.isdir(root):
                yield from files_below(
                    root, counts=self._counts, unlisted=self._unlisted, left_out=self._left_out
                )
            elif os.path.isfile(root):
                yield root
            else:
                self.problems.append(f"{images.safe_name(root)} {_missing(root)}.")

    def _counts(self, path: str, folder: bool) -> bool:
        # A file is looked at when it is opened.
        return not (folder and self.files.own(path))

    def _unlisted(self, error: OSError) -> None:
        name = images.safe_name(os.fsdecode(error.filename))
        self.problems.append(f"{name} cannot be listed ({error.strerror}). Check the right to read it.")

    def _left_out(self, path: str, reason: str) -> None:
        self.links.append(images.safe_name(path))
        self.left_out.append(f"{images.safe_name(path)} {reason}. Name what it leads to, to have it too.")


def _missing(path: str) -> str:
    """What is wrong with a path that is neither a file nor a folder."""
    try:
        os.stat(path)
    except FileNotFoundError:
        return "does not exist"
    except OSError as reason:
        return f"cannot be read ({reason.strerror})"
    return "is neither a file nor a folder"
