"""A dataset to look through: how many pictures of each class, and any one of them. Decodes only that one.

Parts that a source does not have are not split off here: its pictures are "all" until training divides them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tenfold import images
from tenfold.class_folders import PARTS, TEST, TRAINING
from tenfold.datasets import cifar10
from tenfold.datasets.dataset import Skipped
from tenfold.datasets.listing import Listing, Remark
from tenfold.datasets.opening import CIFAR10, listed
from tenfold.errors import DatasetError
from tenfold.server_files import ServerFiles

ALL = "all"


@dataclass(frozen=True)
class Item:
    """A picture of a dataset, by its number."""

    number: int
    source: str
    label: str
    part: str


class Browsed:
    """Labelled pictures, to be looked at.

    Attributes:
        name: what it was opened by.
        classes: the class names.
        labels, parts: of each picture, int `[N]`: an index into `classes`, and into `part_names`.
        skipped: files that lie among the pictures and belong to no class.
        remarks: how its folders were understood; none if there was nothing to decide.
    """

    part_names = (*PARTS, ALL)

    def __init__(
        self,
        name: str,
        classes: tuple[str, ...],
        labels: NDArray[np.int64],
        parts: NDArray[np.int64],
        skipped: tuple[Skipped, ...] = (),
        remarks: tuple[Remark, ...] = (),
    ) -> None:
        self.name, self.classes, self.skipped, self.remarks = name, classes, skipped, remarks
        self.labels, self.parts = labels, parts

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def counts(self) -> dict[str, dict[str, int]]:
        """How many pictures of each class, by part; parts without pictures are left out."""
        found = {}
        for k, part in enumerate(self.part_names):
            numbers = np.bincount(self.labels[self.parts == k], minlength=len(self.classes))
            if numbers.any():
                found[part] = dict(zip(self.classes, numbers.tolist(), strict=True))
        return found

    def page(self, part: str, label: str, offset: int, limit: int) -> tuple[int, list[Item]]:
        """How many pictures there are of a part and a class ("" is any), and some of them, in order.

        Raises:
            DatasetError: there is no such part or class.
        """
        chosen = np.ones(len(self), dtype=bool)
        if part:
            chosen &= self.parts == _index(self.part_names, part, "part", self.name)
        if label:
            chosen &= self.labels == _index(self.classes, label, "class", self.name)
        numbers = np.flatnonzero(chosen)
        return len(numbers), [self.item(int(number)) for number in numbers[offset : offset + limit]]

    def numbers(self, sources: Iterable[str]) -> dict[str, int]:
        """The numbers of the pictures that come from these places; those that are not there are left out."""
        wanted = set(sources)
        return {source: n for n in range(len(self)) if (source := self.source(n)) in wanted}

    def item(self, number: int) -> Item:
        return Item(
            number,
            self.source(number),
            self.classes[self.labels[number]],
            self.part_names[self.parts[number]],
        )

    def picture(self, number: int, side: int) -> NDArray[np.uint8]:
        """A picture, uint8 `[H, W, 3]`, no larger than it has to be to fill `side` pixels.

        Raises:
            DatasetError: there is no such picture.
            PictureError: it cannot be used.
        """
        if not 0 <= number < len(self):
            raise DatasetError(
                self.name,
                f"has no picture {number}",
                received=f"it has {len(self):,}, counted from 0",
                cure="Ask for the list again.",
                reason="data-changed",
            )
        return self.pixels(number, side)

    def source(self, number: int) -> str:
        """Where a picture comes from, within the dataset."""
        raise NotImplementedError

    def pixels(self, number: int, side: int) -> NDArray[np.uint8]:
        raise NotImplementedError


class BrowsedFiles(Browsed):
    """A folder or a manifest."""

    def __init__(self, found: Listing, files: ServerFiles) -> None:
        parts = [PARTS.index(e.part) if e.part else len(PARTS) for e in found.entries]
        super().__init__(
            found.name, found.classes, found.labels(), np.array(parts), found.skipped, found.remarks
        )
        self._found, self._files = found, files

    def source(self, number: int) -> str:
        return self._found.entries[number].source

    def pixels(self, number: int, side: int) -> NDArray[np.uint8]:
        entry = self._found.entries[number]
        content = self._files.picture(
            str(entry.path), images.Limits(), name=entry.source, within=(str(self._found.root),)
        )
        return images.read(content, name=entry.source, needed=side)


class BrowsedCifar10(Browsed):
    """CIFAR-10, read from its files where they are; they are checked when they are trained on."""

    def __init__(self, data_dir: Path) -> None:
        folder = cifar10.find(data_dir)
        self._files = [
            np.memmap(folder / name, np.uint8, "r").reshape(-1, cifar10.RECORD_BYTES)
            for name in cifar10.FILES
        ]
        labels = np.concatenate([records[:, 0] for records in self._files]).astype(np.int64)
        learned = len(cifar10.TRAIN_FILES) * cifar10.RECORDS_PER_FILE
        parts = np.where(np.arange(len(labels)) < learned, PARTS.index(TRAINING), PARTS.index(TEST))
        super().__init__(CIFAR10, cifar10.CLASSES, labels, parts)

    def source(self, number: int) -> str:
        file, record = divmod(number, cifar10.RECORDS_PER_FILE)
        return f"{cifar10.FILES[file]} record {record}"

    def pixels(self, number: int, side: int) -> NDArray[np.uint8]:
        file, record = divmod(number, cifar10.RECORDS_PER_FILE)
        planes = self._files[file][record, 1:].reshape(3, cifar10.SIDE, cifar10.SIDE)
        return np.ascontiguousarray(planes.transpose(1, 2, 0))


def browse(source: str, data_dir: Path, files: ServerFiles) -> Browsed:
    """Look into "cifar10", a folder or a manifest. Raises DatasetError as `open_dataset` does.

    Args:
        files: opens its pictures.
    """
    return (
        BrowsedCifar10(data_dir)
        if source == CIFAR10
        else BrowsedFiles(listed(source, files, some=True), files)
    )


def _index(names: tuple[str, ...], name: str, what: str, dataset: str) -> int:
    if name not in names:
        raise DatasetError(dataset, f"has no {what} {name!r:.60}", cure=f"It has {', '.join(names[:12])}.")
    return names.index(name)
