"""The folders and files of a dataset's folder that count, as far as links may be followed. Opens none."""

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NoReturn

from tenfold.datasets.dataset import SkipCode, Skipped
from tenfold.datasets.listing import printable_path
from tenfold.errors import DatasetError
from tenfold.folder_walk import LinkLeftOut, files_below, leads_back, passed_over
from tenfold.os_errors import refused
from tenfold.server_files import ServerFiles


class Tree:
    """A dataset's folder.

    Args:
        root: the folder.
        files: says which links are not followed; without it, all are.

    Attributes:
        skipped: what was left out and why, by path.
    """

    def __init__(self, root: Path, files: ServerFiles | None) -> None:
        self.root, self._files = root, files
        self.skipped: dict[Path, Skipped] = {}
        self._inside: dict[Path, tuple[list[Path], list[Path]]] = {}

    def inside(self, folder: Path) -> tuple[list[Path], list[Path]]:
        """The folders and the files that lie directly in a folder."""
        if folder not in self._inside:
            folders, files = [], []
            for path in self._names(folder):
                is_folder = os.path.isdir(path)
                if passed_over(path.name, folder=is_folder) or not self._counts(str(path), is_folder):
                    continue
                if is_folder:
                    if path.is_symlink() and leads_back(str(path)):
                        continue
                    folders.append(path)
                elif os.path.isfile(path):
                    files.append(path)
            self._inside[folder] = folders, files
        return self._inside[folder]

    def filled(self, folder: Path) -> list[Path]:
        """The folders in a folder that hold files, however deep."""
        return [path for path in self.inside(folder)[0] if any(self.files(path))]

    def holds_classes(self, folder: Path) -> bool:
        """Whether most files of a folder lie in subfolders; a few loose ones are tolerated."""
        loose = len(self.inside(folder)[1])
        nested = (path for inner in self.inside(folder)[0] for path in self.files(inner))
        return sum(1 for _ in islice(nested, loose or 1)) >= max(loose, 1)

    def files(self, folder: Path) -> Iterator[Path]:
        """The files of a folder and of all folders in it."""
        for path in files_below(
            str(folder), follow=True, counts=self._counts, unlisted=_refuse, left_out=self._left_out
        ):
            yield Path(path)

    def shown(self, path: Path) -> str:
        """A path within the folder, fit to be printed and stored."""
        return printable_path(path.relative_to(self.root))

    def skip(self, path: Path, code: SkipCode) -> None:
        """Note why a path is left out."""
        self.skipped[path] = Skipped(self.shown(path), code)

    def _names(self, folder: Path) -> list[Path]:
        try:
            return sorted(folder / name for name in os.listdir(folder))
        except OSError as reason:
            _refuse(reason)

    def _counts(self, path: str, folder: bool) -> bool:
        """Whether a path may be followed. A file that is no link is looked at when it is opened."""
        if self._files is None or not (folder or os.path.islink(path)):
            return True
        problem = self._files.problem(path, (str(self.root),))
        if problem is not None:
            self.skip(Path(path), problem)
        return problem is None

    def _left_out(self, path: str, link: LinkLeftOut) -> None:
        self.skip(Path(path), link)


def _refuse(reason: OSError) -> NoReturn:
    subject = f"The folder {printable_path(Path(os.fsdecode(reason.filename)))}"
    cure = "Check who may read it."
    raise refused(DatasetError, subject, reason, "cannot be listed", cure=cure) from reason
