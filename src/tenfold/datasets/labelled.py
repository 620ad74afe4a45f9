"""Labelled pictures in memory, their fixed split and their fingerprint. Does not read files."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tenfold.errors import DatasetError


@dataclass(frozen=True, eq=False)
class LabelledPictures:
    """Pictures of one size with their classes.

    Attributes:
        pictures: uint8 `[N, H, W, 3]`, RGB; perhaps a part of a file in memory (`numpy.memmap`).
        labels: int64 `[N]`, indices into `classes`.
        classes: the class names, in the order of the network's outputs.
        sources: where each picture came from, for people: a path in the dataset, or a record. May be empty.
    """

    pictures: NDArray[np.uint8]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]
    sources: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, indices: NDArray[np.int64]) -> "LabelledPictures":
        """The pictures at `indices`: a copy, unless they follow each other; then they share their memory."""
        sources = tuple(self.sources[i] for i in indices) if self.sources else ()
        chosen: slice | NDArray[np.int64] = indices
        if (
            len(indices)
            and indices[0] >= 0
            and indices[-1] < len(self)
            and bool((np.diff(indices) == 1).all())
        ):
            chosen = slice(int(indices[0]), int(indices[-1]) + 1)
        return LabelledPictures(self.pictures[chosen], self.labels[chosen], self.classes, sources)

    def digests(self) -> list[bytes]:
        """SHA-256 of each picture's pixels, in order."""
        return [hashlib.sha256(picture.tobytes()).digest() for picture in self.pictures]

    def fingerprint(self) -> str:
        """SHA-256 in hex over all pictures and labels, whatever their order."""
        return fingerprint(self.digests(), self.labels, len(self.classes))


def fingerprint(digests: Sequence[bytes], labels: NDArray[np.int64], classes: int) -> str:
    """SHA-256 in hex over pictures, each by its SHA-256, and their labels `[N]`, whatever their order."""
    # One byte for a label where that is enough, so that it stays what it was before there were more classes.
    width = 1 if classes <= 256 else 2
    rows = sorted(d + int(k).to_bytes(width, "big") for d, k in zip(digests, labels, strict=True))
    return hashlib.sha256(b"".join(rows)).hexdigest()


def split(data: LabelledPictures, validation: int) -> tuple[LabelledPictures, LabelledPictures]:
    """Split into a training and a validation part, the same share of every class in each.

    The choice depends on each picture's content alone: within a class, those with the lowest SHA-256
    are the validation part. So it is the same on every machine, in whatever order the pictures came.

    Args:
        data: the labelled pictures.
        validation: how many pictures the validation part has; a multiple of the number of classes.

    Raises:
        DatasetError: there are too few pictures for such a part, or it cannot be stratified.
    """
    per_class, left_over = divmod(validation, len(data.classes))
    smallest = int(np.bincount(data.labels, minlength=len(data.classes)).min())
    if left_over or not 0 < per_class < smallest:
        raise DatasetError(
            f"A validation part of {validation} pictures",
            "cannot be taken evenly from the classes",
            received=f"{len(data.classes)} classes, the smallest has {smallest} pictures",
            cure=f"Use a multiple of {len(data.classes)} below {smallest * len(data.classes)}.",
        )
    by_content = np.array([int.from_bytes(d[:8], "big") >> 1 for d in data.digests()])
    held_out = np.zeros(len(data), dtype=bool)
    for label in range(len(data.classes)):
        members = np.flatnonzero(data.labels == label)
        held_out[members[np.argsort(by_content[members], kind="stable")[:per_class]]] = True
    return data.take(np.flatnonzero(~held_out)), data.take(np.flatnonzero(held_out))
