"""A folder of `class-name/picture.jpg`, with or without `train`, `val` and `test` above. Opens no picture.

The first folder under the root (or under a part) is the class; folders in it may be nested. Hidden files,
what operating systems leave behind, and notes beside the pictures (.txt, .json, ...) are passed over;
everything else is taken for a picture, because a picture is told by its content and not by its name.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from tenfold.datasets.dataset import Skipped
from tenfold.datasets.listing import PART_NAMES, Entry, Listing, class_name, listing, printable_path
from tenfold.errors import DatasetError

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


def list_folder(root: Path, name: str) -> Listing:
    """The pictures under a folder.

    Args:
        root: the folder.
        name: what to call it in messages.

    Raises:
        DatasetError: it cannot be listed, has no class folders, or its classes make no sense.
    """
    folders, loose = _inside(root)
    parts = _parts(name, folders)
    entries: list[Entry] = []
    skipped = [
        Skipped(printable_path(path.relative_to(root)), "lies beside the class folders") for path in loose
    ]
    for part, place in parts or [("", root)]:
        classes, beside = _inside(place) if part else (folders, [])
        skipped += [
            Skipped(printable_path(path.relative_to(root)), "lies beside the class folders")
            for path in beside
        ]
        for folder in classes:
            entries += _class(root, folder, part, name)
    if not entries:
        raise DatasetError(
            name,
            "has no folders with pictures",
            received=f"{len(loose):,} files lie in it directly" if loose else "it is empty",
            cure="Put the pictures of each class into a folder named after the class: cat/1.jpg, dog/2.jpg.",
        )
    return listing(name, entries, skipped)


def _parts(name: str, folders: list[Path]) -> list[tuple[str, Path]]:
    """The folders that are parts; none where a class happens to be called `train`."""
    named = [(PART_NAMES[f.name.lower()], f) for f in folders if f.name.lower() in PART_NAMES]
    if "training" not in dict(named) or any(_inside(folder)[1] for _, folder in named):
        return []
    beside = [f for f in folders if f.name.lower() not in PART_NAMES and any(_files(f))]
    if beside:
        raise DatasetError(
            name,
            "has parts and classes side by side",
            received=", ".join(sorted(f.name for f in folders)),
            cure=f"Move {beside[0].name} into the parts, or out of the folder.",
        )
    return named


def _class(root: Path, folder: Path, part: str, name: str) -> list[Entry]:
    label = class_name(folder.name)
    shown = printable_path(folder.relative_to(root))
    if not label:
        raise DatasetError(
            f"The folder {shown!r} in {name}",
            "has a name that no class can have",
            received="it is over 100 characters long, or holds some that cannot be shown",
            cure="Rename it.",
        )
    entries = [Entry(path, printable_path(path.relative_to(root)), label, part) for path in _files(folder)]
    if not entries:
        raise DatasetError(
            f"The class {shown} in {name}",
            "is empty",
            received="no pictures in its folder",
            cure="Put pictures into it, or delete the folder.",
        )
    return entries


def _inside(folder: Path) -> tuple[list[Path], list[Path]]:
    """The folders and the files of a folder that count."""
    try:
        found = sorted(folder.iterdir())
    except OSError as reason:
        raise _unlistable(folder, reason) from reason
    kept = [path for path in found if not _is_hidden(path.name)]
    files = [p for p in kept if p.is_file() and p.suffix.lower() not in _NOTES]
    return [path for path in kept if path.is_dir()], files


def _files(folder: Path) -> Iterator[Path]:
    """The files of a folder and of all folders in it; links to folders are followed, but not in circles."""

    def refuse(reason: OSError) -> None:
        raise _unlistable(folder, reason) from reason

    seen: set[str] = set()
    for place, folders, names in os.walk(folder, onerror=refuse, followlinks=True):
        real = os.path.realpath(place)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not _is_hidden(name))
        for name in sorted(names):
            path = Path(place, name)
            if not _is_hidden(name) and path.suffix.lower() not in _NOTES and path.is_file():
                yield path


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name.lower() in _LEFT_BEHIND


def _unlistable(folder: Path, reason: OSError) -> DatasetError:
    return DatasetError(
        f"The folder {printable_path(folder)}",
        "cannot be listed",
        received=reason.strerror or str(reason),
        cure="Check who may read it.",
    )
