"""A folder of `class-name/picture.jpg`, with or without `train`, `val` and `test` above. Opens no picture.

The first folder under the root (or under a part) is the class; folders in it may be nested. Hidden files,
what operating systems leave behind, and notes beside the pictures (.txt, .json, ...) are passed over;
everything else is taken for a picture, because a picture is known by its content and not by its name.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from tenfold.datasets.dataset import Skipped
from tenfold.datasets.listing import PART_NAMES, ListedPicture, Listing, class_name, listing, printable_path
from tenfold.errors import DatasetError
from tenfold.server_files import ServerFiles

_LEFT_BEHIND = {"thumbs.db", "desktop.ini", "icon\r", "__macosx"}
_NOTES = {
    ".txt",
    ".md",
    ".json",
    ".jsonl",
    ".xml",
    ".csv",
    ".tsv",
    ".yml",
    ".yaml",
    ".html",
    ".parquet",
    ".npy",
}


def list_folder(root: Path, name: str, files: ServerFiles | None = None) -> Listing:
    """The pictures under a folder.

    Args:
        root: the folder.
        name: what to call it in messages.
        files: says which links are not followed; without it, all are.

    Raises:
        DatasetError: it cannot be listed, has no class folders, or its classes make no sense.
    """
    reach = _Reach(root, files)
    folders, loose = reach.inside(root)
    parts = _parts(name, folders, reach)
    entries: list[ListedPicture] = []
    skipped = [
        Skipped(printable_path(path.relative_to(root)), "lies beside the class folders") for path in loose
    ]
    for part, place in parts or [("", root)]:
        classes, beside = reach.inside(place) if part else (folders, [])
        skipped += [
            Skipped(printable_path(path.relative_to(root)), "lies beside the class folders")
            for path in beside
        ]
        for folder in classes:
            entries += _class(reach, folder, part, name)
    if not entries:
        raise DatasetError(
            name,
            "has no folders with pictures",
            received=f"{len(loose):,} files lie in it directly" if loose else "it is empty",
            cure="Put the pictures of each class into a folder named after the class: cat/1.jpg, dog/2.jpg.",
        )
    return listing(name, root, entries, [*skipped, *reach.skipped.values()])


class _Reach:
    """A folder's pictures, as far as links may be followed.

    skipped: the links that were not, by path.
    """

    def __init__(self, root: Path, files: ServerFiles | None) -> None:
        self.root, self._files = root, files
        self.skipped: dict[Path, Skipped] = {}

    def inside(self, folder: Path) -> tuple[list[Path], list[Path]]:
        """The folders and the files of a folder that count."""
        try:
            found = sorted(folder.iterdir())
        except OSError as reason:
            raise _unlistable(folder, reason) from reason
        kept = [path for path in found if not _is_hidden(path.name) and self._leads_inside(path)]
        files = [p for p in kept if p.is_file() and p.suffix.lower() not in _NOTES]
        return [path for path in kept if path.is_dir()], files

    def files(self, folder: Path) -> Iterator[Path]:
        """The files of a folder and of all folders in it; links are followed, but not in circles."""

        def refuse(reason: OSError) -> None:
            raise _unlistable(folder, reason) from reason

        seen: set[str] = set()
        for place, folders, names in os.walk(folder, onerror=refuse, followlinks=True):
            real = os.path.realpath(place)
            if real in seen:
                folders.clear()
                continue
            seen.add(real)
            folders[:] = sorted(
                name for name in folders if not _is_hidden(name) and self._leads_inside(Path(place, name))
            )
            for name in sorted(names):
                path = Path(place, name)
                counts = not _is_hidden(name) and path.suffix.lower() not in _NOTES and path.is_file()
                if counts and self._leads_inside(path):
                    yield path

    def _leads_inside(self, path: Path) -> bool:
        """Whether a path may be followed. A file that is no link is looked at when it is opened."""
        if self._files is None or not (path.is_symlink() or path.is_dir()):
            return True
        problem = self._files.problem(path, (str(self.root),))
        if problem is not None:
            self.skipped[path] = Skipped(printable_path(path.relative_to(self.root)), problem)
        return problem is None


def _parts(name: str, folders: list[Path], reach: _Reach) -> list[tuple[str, Path]]:
    """The folders that are parts; none where a class happens to be called `train`."""
    named = [(PART_NAMES[f.name.lower()], f) for f in folders if f.name.lower() in PART_NAMES]
    if "training" not in dict(named) or any(reach.inside(folder)[1] for _, folder in named):
        return []
    beside = [f for f in folders if f.name.lower() not in PART_NAMES and any(reach.files(f))]
    if beside:
        raise DatasetError(
            name,
            "has parts and classes side by side",
            received=", ".join(sorted(f.name for f in folders)),
            cure=f"Move {beside[0].name} into the parts, or out of the folder.",
        )
    return named


def _class(reach: _Reach, folder: Path, part: str, name: str) -> list[ListedPicture]:
    label, root = class_name(folder.name), reach.root
    shown = printable_path(folder.relative_to(root))
    if not label:
        raise DatasetError(
            f"The folder {shown!r} in {name}",
            "has a name that no class can have",
            received="it is over 100 characters long, or holds some that cannot be shown",
            cure="Rename it.",
        )
    entries = [
        ListedPicture(path, printable_path(path.relative_to(root)), label, part)
        for path in reach.files(folder)
    ]
    if not entries:
        raise DatasetError(
            f"The class {shown} in {name}",
            "is empty",
            received="no pictures in its folder",
            cure="Put pictures into it, or delete the folder.",
        )
    return entries


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name.lower() in _LEFT_BEHIND


def _unlistable(folder: Path, reason: OSError) -> DatasetError:
    return DatasetError(
        f"The folder {printable_path(folder)}",
        "cannot be listed",
        received=reason.strerror or str(reason),
        cure="Check who may read it.",
    )
