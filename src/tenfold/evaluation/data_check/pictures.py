"""All pictures of a dataset under one numbering, read a batch at a time. Evaluates nothing."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
from numpy.typing import NDArray

from tenfold import images
from tenfold.class_folders import PARTS
from tenfold.datasets.dataset import Dataset

Pixels = NDArray[np.uint8]
BATCH = 512


class AllPictures:
    """The pictures of a dataset: training, then validation, then test.

    Attributes:
        data: the dataset.
        labels: int64 `[N]`.
        parts: indices into `tenfold.class_folders.PARTS`, int64 `[N]`.
        sources: where each picture came from.
    """

    def __init__(self, data: Dataset) -> None:
        self.data = data
        self._parts = (data.training, data.validation, data.test)
        self._ends = np.cumsum([len(part) for part in self._parts])
        self.labels = np.concatenate([part.labels for part in self._parts])
        self.parts = np.repeat(np.arange(len(PARTS)), [len(part) for part in self._parts])
        self.sources = tuple(
            part.sources[i] if part.sources else f"{name} picture {i}"
            for name, part in zip(PARTS, self._parts, strict=True)
            for i in range(len(part))
        )
        self.classes = data.training.classes
        self.side = int(data.training.pictures.shape[1])

    def __len__(self) -> int:
        return len(self.labels)

    def picture(self, number: int) -> Pixels:
        """One picture, uint8 `[side, side, 3]`."""
        part = int(self.parts[number])
        before = int(self._ends[part - 1]) if part else 0
        return np.asarray(self._parts[part].pictures[number - before])

    def batches(self, side: int | None = None) -> Iterator[tuple[int, Pixels]]:
        """All pictures in order, some at a time, made `side` pixels wide, with the first one's number."""
        start = 0
        with ThreadPoolExecutor() as threads:
            for part in self._parts:
                for at in range(0, len(part), BATCH):
                    batch = np.asarray(part.pictures[at : at + BATCH])
                    if side is not None and side != self.side:
                        resize = partial(images.resize, size=side, rule="bilinear")
                        batch = np.stack(list(threads.map(resize, batch)))
                    yield start, batch
                    start += len(batch)

    def digests(self) -> list[bytes]:
        """SHA-256 of each picture's pixels."""
        return [digest for part in self._parts for digest in part.digests()]
