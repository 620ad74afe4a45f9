"""Which folders of a dataset's folder are parts, and where the folders of its classes lie. Opens no picture.

A name alone does not tell: a class may be called `train`. A folder is a part if it is named like one and most
of its pictures lie in folders of their own. What was decided is said in words, because it is a guess.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from tenfold.class_folders import PART_NAMES, TRAINING
from tenfold.datasets.listing import Remark
from tenfold.datasets.tree import Tree
from tenfold.errors import DatasetError

# train, training_set, seg_train, val2017, test-images, ...
_NAMED = re.compile(
    rf"(?:(?P<before>.*)[\W_])?(?P<part>{'|'.join(sorted(PART_NAMES, key=len, reverse=True))})"
    r"(?P<after>(?:[\W_\d]|sets?$|data$|images$).*)?",
    re.IGNORECASE,
)
# Words that do not tell one kind of folder from another.
_PLAIN = frozenset(
    {
        "set", "sets", "data", "dataset", "image", "images", "img", "imgs", "pictures", "pics", "photos",
        "seg", "split", "folder",
    }
)  # fmt: skip
# What pictures without a class are called beside the parts.
_UNLABELLED = re.compile(
    r"(?:.*[\W_])?(?:pred|prediction|predictions|predict|unlabel+ed|unsup)(?:[\W_].*)?", re.I
)


@dataclass(frozen=True)
class Layout:
    """How a folder is understood.

    Attributes:
        places: each part's name and the folder that its class folders lie in; one part "" if there are none.
        remarks: the same for people.
    """

    places: tuple[tuple[str, Path], ...]
    remarks: tuple[Remark, ...]


def layout_of(tree: Tree, name: str) -> Layout:
    """Find the parts and the classes of a folder; what lies beside them is noted in `tree.skipped`.

    Args:
        name: what messages call the folder.

    Raises:
        DatasetError: parts and classes lie side by side, or a folder cannot be listed.
    """
    top = tree.root
    while True:
        filled = tree.filled(top)
        found = _parts(tree, name, filled)
        if found is None and len(filled) == 1 and _is_above_classes(tree, filled[0]):
            _skip_loose(tree, top)
            top = filled[0]
            continue
        _skip_loose(tree, top)
        return found or Layout((("", top),), tuple(_classes(tree, top, filled)))


def _parts(tree: Tree, name: str, filled: list[Path]) -> Layout | None:
    """The parts among some folders; None if there are none."""
    named = _named_like_parts([folder.name for folder in filled])
    places = [
        (named[folder.name], place)
        for folder in filled
        if folder.name in named and tree.holds_classes(place := _through_doubled(tree, folder))
    ]
    if not places:
        return None
    parts = [folder for folder in filled if any(place.is_relative_to(folder) for _, place in places)]
    rest = [folder for folder in filled if folder not in parts]
    unlabelled = [f for f in rest if f.name in named or _UNLABELLED.fullmatch(f.name)]
    if len(unlabelled) < len(rest):
        if TRAINING not in dict(places):
            return None
        beside = next(folder for folder in rest if folder not in unlabelled)
        raise DatasetError(
            name,
            "has parts and classes side by side",
            received=", ".join(sorted(folder.name for folder in filled)),
            cure=f"Move {beside.name} into the parts, or out of the folder.",
            reason="parts-and-classes",
        )
    for _, place in places:
        _skip_loose(tree, place)
    shown = [(part, tree.shown(place)) for part, place in places]
    words = ", ".join(f"{part} ({place})" for part, place in shown)
    passed = [
        Remark("no-class", f"the pictures in {place} have no class and are ignored", (place,))
        for place in map(tree.shown, unlabelled)
    ]
    return Layout(tuple(places), (Remark("parts", f"parts: {words}", tuple(chain(*shown))), *passed))


def _named_like_parts(names: list[str]) -> dict[str, str]:
    """The parts that folders are named after; several of one kind, such as `seg_train` and `seg_test`."""
    kinds: dict[frozenset[str], dict[str, str]] = defaultdict(dict)
    for name in names:
        if found := _NAMED.fullmatch(name):
            rest = re.split(r"[\W_\d]+", f"{found['before'] or ''} {found['after'] or ''}".lower())
            kinds[frozenset(rest) - _PLAIN - {""}][name] = PART_NAMES[found["part"].lower()]
    # A name with words of its own is that of a part only beside another one.
    kinds = {words: found for words, found in kinds.items() if not words or len(set(found.values())) > 1}
    return max(kinds.values(), key=lambda found: len(set(found.values())), default={})


def _through_doubled(tree: Tree, folder: Path) -> Path:
    """Where a part's class folders lie; archives often hold seg_train/seg_train/class."""
    place = folder
    while True:
        filled = tree.filled(place)
        if len(filled) != 1 or tree.inside(place)[1]:
            return place
        if filled[0].name.lower() != place.name.lower() and filled[0].name.lower() not in _PLAIN:
            return place
        place = filled[0]


def _is_above_classes(tree: Tree, folder: Path) -> bool:
    """Whether the folders of classes lie in a folder, or in the only folder in it."""
    while tree.holds_classes(folder):
        filled = tree.filled(folder)
        if len(filled) > 1:
            return True
        folder = filled[0]
    return False


def _classes(tree: Tree, top: Path, filled: list[Path]) -> list[Remark]:
    """What was decided where there are no parts; nothing where each class folder holds its pictures."""
    found = []
    if top != tree.root:
        place = tree.shown(top)
        found.append(Remark("classes-in", f"each folder in {place} is a class", (place,)))
    if filled and not any(tree.inside(folder)[1] for folder in filled):
        inner = _named_like_parts(sorted({one.name for folder in filled for one in tree.filled(folder)}))
        if len(set(inner.values())) > 1:
            found.append(_parts_in_classes(filled[0].name, list(inner)))
        else:
            found.append(Remark("nested", "folders in class folders are no classes of their own"))
    return found + [
        Remark("class-like-part", f"{folder.name} is a class, not a part", (folder.name,))
        for folder in filled
        if _NAMED.fullmatch(folder.name)
    ]


def _parts_in_classes(label: str, parts: list[str]) -> Remark:
    """A remark where each class has parts in it, and not each part classes: pictures are split again."""
    shown = ", ".join(parts)
    put = f"to keep them apart, put the classes into the parts, such as {parts[0]}/{label}"
    sentence = f"{shown} in class folders are not taken as parts: {put}"
    return Remark("parts-in-classes", sentence, (*parts, label))


def _skip_loose(tree: Tree, folder: Path) -> None:
    for path in tree.inside(folder)[1]:
        tree.skip(path, "beside-classes")
