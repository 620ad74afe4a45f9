"""Which pictures a source names, with their class and part. Opens no picture."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tenfold.datasets.dataset import Skipped
from tenfold.errors import DatasetError

TRAINING, VALIDATION, TEST = PARTS = ("training", "validation", "test")
# What folders and manifests call the parts, in lower case.
PART_NAMES = {
    "train": TRAINING,
    "training": TRAINING,
    "val": VALIDATION,
    "valid": VALIDATION,
    "validation": VALIDATION,
    "test": TEST,
    "testing": TEST,
}
FEWEST_CLASSES, MOST_CLASSES = 2, 1000
# As a model file takes it (tenfold.modelfile.facts).
_LONGEST_CLASS = 100
_NAMED = 5


@dataclass(frozen=True)
class ListedPicture:
    """A picture file.

    Attributes:
        path: where it is.
        source: its path within the dataset, fit to be printed and stored.
        label: the name of its class.
        part: one of PARTS, or "" where the source does not say.
    """

    path: Path
    source: str
    label: str
    part: str = ""


@dataclass(frozen=True)
class Listing:
    """The pictures that a source names.

    Attributes:
        name: the source, as it was given.
        root: the folder that the pictures belong to: the source, or where the manifest lies.
        classes: sorted by name.
        entries: in the order of their `source`.
        skipped: what lies among the pictures and belongs to no class.
    """

    name: str
    root: Path
    classes: tuple[str, ...]
    entries: tuple[ListedPicture, ...]
    skipped: tuple[Skipped, ...] = ()

    def labels(self) -> NDArray[np.int64]:
        """Each entry's index into `classes`."""
        index = {label: k for k, label in enumerate(self.classes)}
        return np.array([index[entry.label] for entry in self.entries], dtype=np.int64)


def listing(
    name: str, root: Path, entries: Iterable[ListedPicture], skipped: Iterable[Skipped] = ()
) -> Listing:
    """The listing of these entries, once their classes are found to make sense. Raises DatasetError."""
    ordered = tuple(sorted(entries, key=lambda entry: (entry.source, entry.label, entry.part)))
    classes = tuple(sorted({entry.label for entry in ordered}))
    if not FEWEST_CLASSES <= len(classes) <= MOST_CLASSES:
        raise DatasetError(
            name,
            "has one class only"
            if len(classes) == 1
            else "has too many classes"
            if classes
            else "has no classes",
            received=classes[0] if len(classes) == 1 else f"{len(classes):,}",
            cure=f"Name pictures of {FEWEST_CLASSES} to {MOST_CLASSES:,} classes.",
        )
    learned = {entry.label for entry in ordered if entry.part in ("", TRAINING)}
    for entry in ordered:
        if entry.label not in learned:
            raise DatasetError(
                f"The class {entry.label!r} of {name}",
                f"has {entry.part} pictures but none to learn from",
                received=f"such as {entry.source}",
                cure="Put pictures of it among the training ones, or check its spelling: "
                f"{_some(sorted(learned))}.",
            )
    return Listing(name, root, classes, ordered, tuple(skipped))


def class_name(text: str) -> str:
    """A class's name in one form, whichever way its letters were put together; "" where it cannot be one."""
    name = unicodedata.normalize("NFC", text).strip()
    return name if name.isprintable() and len(name) <= _LONGEST_CLASS else ""


def printable_path(path: Path) -> str:
    """A path with forward slashes, fit to be printed and stored."""
    return "".join(c if c.isprintable() else "\ufffd" for c in path.as_posix())


def _some(names: list[str]) -> str:
    return ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else "")
