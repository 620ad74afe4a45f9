"""Which pictures are frames of one recording, told by their folders and names. Opens no picture.

Neighbouring frames are nearly the same, so those of one recording must not be learned from and
evaluated by at the same time.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from tenfold.class_folders import class_of

# `belt_frame0001.jpg`, `belt-frame-12.png`: the name before it is the recording's.
_FRAME = re.compile(r"(.*?)[ _.-]*frame[ _.-]*\d+", re.IGNORECASE)
_NUMBER = re.compile(r"(\d+)")


def in_order(sources: Sequence[str]) -> NDArray[np.int64]:
    """Indices of sources by name, numbers in names by their value: frame 10 comes after frame 9."""

    def key(index: int) -> list[tuple[int, str]]:
        parts = _NUMBER.split(sources[index])
        return [(int(one), "") if place % 2 else (0, one) for place, one in enumerate(parts)]

    return np.array(sorted(range(len(sources)), key=key), np.int64)


def recordings(sources: Sequence[str], labels: Sequence[str]) -> NDArray[np.int64]:
    """The recording that each picture is a frame of, or -1 for a picture by itself.

    A recording is a folder within the class's folder, `class-name/recording/picture.jpg`, or frames whose
    names begin alike, `belt_frame0001.jpg`. Pictures of several classes are never one recording.

    Args:
        sources: the path of each picture within the dataset.
        labels: the class of each.
    """
    found: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for index, (source, label) in enumerate(zip(sources, labels, strict=True)):
        path = PurePosixPath(source)
        inside = [class_of(part) for part in path.parent.parts]
        frame = _FRAME.fullmatch(path.stem)
        if label in inside[:-1]:
            found[label, str(path.parent), ""].append(index)
        elif frame:
            found[label, str(path.parent), frame[1]].append(index)
    groups = np.full(len(sources), -1)
    for number, members in enumerate(found.values()):
        groups[members] = number
    return groups
