"""The files of folders, always in the same order. Opens none of them; knows no catalogue."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field

from tenfold import images
from tenfold.errors import FolderError
from tenfold.folder_walk import LINKS_LEFT_OUT, LinkLeftOut, files_below
from tenfold.os_errors import refused
from tenfold.server_files import ServerFiles


@dataclass
class Walk:
    """The files below some paths, sorted, without what is never a picture (`tenfold.folder_walk`).

    Attributes:
        roots: absolute paths of files and folders.
        files: says which folders are tenfold's own; they are passed over, with all in them.
        problems: what could not be listed; filled while walking.
        left_out: links that were not followed; filled while walking.
    """

    roots: tuple[str, ...]
    files: ServerFiles
    problems: list[FolderError] = field(default_factory=list)
    left_out: list[FolderError] = field(default_factory=list)

    def __iter__(self) -> Iterator[str]:
        self.problems.clear()
        self.left_out.clear()
        for root in self.roots:
            if self.files.own(root):
                self.problems.append(
                    FolderError(
                        images.safe_name(root), "is where tenfold keeps its own files", reason="own-files"
                    )
                )
            elif os.path.isdir(root):
                yield from files_below(
                    root, counts=self._counts, unlisted=self._unlisted, left_out=self._left_out
                )
            elif os.path.isfile(root):
                yield root
            else:
                self.problems.append(_missing(root))

    @property
    def links(self) -> list[str]:
        """The links that were not followed, as they are shown."""
        return [one.subject for one in self.left_out]

    def _counts(self, path: str, folder: bool) -> bool:
        # Links to files are checked when they are opened.
        return not (folder and self.files.own(path))

    def _unlisted(self, error: OSError) -> None:
        name, cure = images.safe_name(os.fsdecode(error.filename)), "Check the right to read it."
        self.problems.append(refused(FolderError, name, error, "cannot be listed", cure=cure))

    def _left_out(self, path: str, link: LinkLeftOut) -> None:
        cure = "Name what it leads to, to have it too."
        self.left_out.append(
            FolderError(images.safe_name(path), LINKS_LEFT_OUT[link], cure=cure, reason="link-left-out")
        )


def _missing(path: str) -> FolderError:
    """What is wrong with a path that is neither a file nor a folder."""
    name = images.safe_name(path)
    try:
        os.stat(path)
    except FileNotFoundError:
        return FolderError(name, "does not exist", reason="missing")
    except OSError as error:
        return refused(FolderError, name, error, "cannot be read")
    return FolderError(name, "is neither a file nor a folder", reason="not-a-folder")
