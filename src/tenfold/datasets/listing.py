"""Which pictures a source names, with their class and part. Opens no picture."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tenfold.class_folders import TRAINING
from tenfold.datasets.dataset import Skipped
from tenfold.errors import DatasetError

FEWEST_CLASSES, MOST_CLASSES = 2, 1000
# As a model file takes it (tenfold.modelfile.facts).
_LONGEST_CLASS = 100
_NAMED = 5
# What pandas, R, Excel and databases write where a value is missing, in lower case.
_MISSING = frozenset(
    {"nan", "na", "n/a", "#n/a", "<na>", "nat", "none", "null", "(null)", "nil", "undefined"}
)


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
class Remark:
    """Something that was decided about how a source is to be understood, because it is a guess.

    Attributes:
        kind: what it is.
        sentence: the same in English, without a full stop.
        names: what it is about: the part and the folder of each part by turns; a folder; a class; folders
            named like parts, then a class; of classes that are one, their spellings, of which the last is
            kept; our name of a column and the manifest's by turns; columns that are passed over; where files
        are looked for; a number of rows; tables; or classes that are called as what is missing.
    """

    kind: Literal[
        "parts", "no-class", "classes-in", "nested", "parts-in-classes", "class-like-part", "one-class",
        "columns", "passed-over", "short-paths", "rows-twice", "manifest-beside", "missing-like",
    ]  # fmt: skip
    sentence: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Listing:
    """The pictures that a source names.

    Attributes:
        name: the source, as it was given.
        root: the folder that the pictures belong to: the source, or where the manifest lies.
        classes: sorted by name.
        entries: in the order of their `source`.
        skipped: what lies among the pictures and belongs to no class.
        remarks: how the source was understood; none if there was nothing to decide.
    """

    name: str
    root: Path
    classes: tuple[str, ...]
    entries: tuple[ListedPicture, ...]
    skipped: tuple[Skipped, ...] = ()
    remarks: tuple[Remark, ...] = ()

    @property
    def layout(self) -> str:
        """The remarks in one line."""
        return "; ".join(one.sentence for one in self.remarks)

    def labels(self) -> NDArray[np.int64]:
        """Each entry's index into `classes`."""
        index = {label: k for k, label in enumerate(self.classes)}
        return np.array([index[entry.label] for entry in self.entries], dtype=np.int64)


def listing(
    name: str,
    root: Path,
    entries: Iterable[ListedPicture],
    skipped: Iterable[Skipped] = (),
    remarks: Iterable[Remark] = (),
) -> Listing:
    """The listing of these entries.

    Classes whose names differ in upper and lower case only are one class, named as most of its pictures to
    learn from are; names of one letter are left alone, because they may be letters to be told apart.

    Args:
        remarks: how the source was understood.
    """
    found = tuple(entries)
    spelling, made_one = _one_spelling(found)
    ordered = sorted(
        (replace(entry, label=spelling[entry.label]) for entry in found),
        key=lambda entry: (entry.source, entry.label, entry.part),
    )
    classes = tuple(sorted({entry.label for entry in ordered}))
    remarks = (*remarks, *made_one, *_like_missing(classes))
    return Listing(name, root, classes, tuple(ordered), tuple(skipped), remarks)


def check_learnable(found: Listing) -> None:
    """Raise DatasetError where no network can be trained on what a source names."""
    count = len(found.classes)
    if not FEWEST_CLASSES <= count <= MOST_CLASSES:
        raise DatasetError(
            found.name,
            "has one class only" if count == 1 else "has too many classes" if count else "has no classes",
            received=found.classes[0] if count == 1 else f"{count:,}",
            cure=f"Name pictures of {FEWEST_CLASSES} to {MOST_CLASSES:,} classes.",
            reason="class-count",
            params={"least": FEWEST_CLASSES, "most": MOST_CLASSES},
        )
    learned = {entry.label for entry in found.entries if entry.part in ("", TRAINING)}
    if not learned:
        raise DatasetError(
            found.name,
            "has no pictures to learn from",
            received=f"its parts are {', '.join(sorted({entry.part for entry in found.entries}))}",
            cure="Put training pictures into a folder train beside the others.",
            reason="no-training-pictures",
        )
    for entry in found.entries:
        if entry.label not in learned:
            raise DatasetError(
                f"The class {entry.label!r} of {found.name}",
                f"has {entry.part} pictures but none to learn from",
                received=f"such as {entry.source}",
                cure="Put pictures of it among the training ones, or check its spelling: "
                f"{_some(sorted(learned))}.",
                reason="class-not-trained",
                params={"name": entry.label},
            )


def _one_spelling(entries: Sequence[ListedPicture]) -> tuple[dict[str, str], list[Remark]]:
    """Each label's spelling, and which ones were made one."""
    count = Counter(entry.label for entry in entries)
    learned = Counter(entry.label for entry in entries if entry.part in ("", TRAINING))
    forms: dict[str, list[str]] = {}
    for label in sorted(count):
        forms.setdefault(label.casefold() if len(label) > 1 else label, []).append(label)
    spelling: dict[str, str] = {}
    remarks = []
    for same in forms.values():
        kept = max(same, key=lambda label: (learned[label], count[label], label))
        spelling |= dict.fromkeys(same, kept)
        if len(same) > 1:
            sentence = f"{' and '.join(map(repr, same))} are one class, {kept!r}"
            remarks.append(Remark("one-class", sentence, (*same, kept)))
    return spelling, remarks


def _like_missing(classes: Sequence[str]) -> list[Remark]:
    """A remark on classes whose names are what other programs write for "no value"."""
    names = tuple(label for label in classes if label.casefold() in _MISSING)
    if not names:
        return []
    which = " and ".join(map(repr, names)) + (" is a class" if len(names) == 1 else " are classes")
    sentence = f"{which}: remove the pictures in question if that means that the label is missing"
    return [Remark("missing-like", sentence, names)]


def class_name(text: str) -> str:
    """A class's name in one form, whichever way its letters were put together; "" where it cannot be one."""
    name = unicodedata.normalize("NFC", text).strip()
    return name if name.isprintable() and len(name) <= _LONGEST_CLASS else ""


def printable_path(path: Path) -> str:
    """A path with forward slashes, fit to be printed and stored."""
    return "".join(c if c.isprintable() else "\ufffd" for c in path.as_posix())


def _some(names: list[str]) -> str:
    return ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else "")
