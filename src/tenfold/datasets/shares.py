"""Parts of a dataset by the content of its pictures, stratified by class. Knows nothing of files."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tenfold.errors import DatasetError


def choose(
    labels: NDArray[np.int64],
    contents: Sequence[bytes],
    same: Sequence[bytes],
    shares: Sequence[float],
    classes: Sequence[str],
    *,
    keep_small: bool = False,
) -> NDArray[np.int64]:
    """Which part each picture belongs to: 0 for what is left, then 1, 2, ... in the order of `shares`.

    Within a class, the pictures with the lowest content hashes form the parts. So the choice is the same on
    every machine and in whatever order the pictures come. Pictures that are the same stay together, even
    under different labels. Each part gets one picture of each class at least.

    Args:
        labels: the class of each picture `[N]`.
        contents: a hash of each picture's content; the parts are chosen by it.
        same: pictures with equal values here are the same picture.
        shares: the share of each class that each part gets, between 0 and 1.
        classes: their names, for messages.
        keep_small: leave a class that is too small to be split whole, instead of raising.

    Returns:
        int64 `[N]`, 0 to `len(shares)`.

    Raises:
        DatasetError: a class has fewer different pictures than there are parts, and `keep_small` is not set.
    """
    groups: dict[bytes, list[int]] = defaultdict(list)
    for index, one in enumerate(same):
        groups[one].append(index)
    # A group stands at the place of its lowest content, which no order of the pictures can change.
    ordered = sorted(groups.values(), key=lambda members: min(contents[i] for i in members))
    of_class: list[list[list[int]]] = [[] for _ in classes]
    for members in ordered:
        for label in sorted({int(labels[i]) for i in members}):
            of_class[label].append(members)
    part = np.full(len(labels), -1, dtype=np.int64)
    for label, own in enumerate(of_class):
        if 0 < len(own) <= len(shares):
            if keep_small:
                continue
            raise too_few(classes[label], len(own), len(shares) + 1)
        count = int((labels == label).sum())
        for number, share in enumerate(shares, start=1):
            _fill(part, number, max(1, round(share * count)), own, labels == label)
    for label, own in enumerate([] if keep_small else of_class):
        _check(part, own, classes[label], len(shares))
    part[part < 0] = 0
    return part


def _fill(
    part: NDArray[np.int64], number: int, wanted: int, groups: list[list[int]], own: NDArray[np.bool_]
) -> None:
    """Give a part as nearly as many pictures of a class as it wants, a whole group at a time."""
    have = int((part[own] == number).sum())
    free = [members for members in groups if part[members[0]] < 0]
    for members in free:
        size = int(own[members].sum())
        if abs(have + size - wanted) < abs(have - wanted):
            part[members] = number
            have += size
    if not have and free:
        part[min(free, key=len)] = number


def _check(part: NDArray[np.int64], groups: list[list[int]], label: str, shares: int) -> None:
    """Something of each class has to be left to learn from, and be in each part."""
    got = {int(part[members[0]]) for members in groups}
    if groups and got != {-1, *range(1, shares + 1)}:
        raise DatasetError(
            f"The class {label!r}",
            "cannot be split",
            received="nearly all of its pictures also stand in other classes",
            cure="Decide for each of them which class it shows; `tenfold data check` lists them.",
            reason="class-copies",
            params={"name": label},
        )


def too_few(label: str, have: int, wanted: int) -> DatasetError:
    return DatasetError(
        f"The class {label!r}",
        "has too few pictures to be split",
        received=f"{have} different, where training and each part split off from it need one",
        cure=f"Give it {wanted} or more, or remove the class.",
        reason="class-too-small",
        params={"name": label, "least": wanted},
    )
