"""Pictures in batches: the order of an epoch, the size in it, and the statistics of their pixels.

Knows nothing of networks. Pictures may be a memory-mapped array: what is not asked for is not read.
"""

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tenfold.datasets import balance
from tenfold.datasets.labelled import LabelledPictures
from tenfold.errors import TrainingError
from tenfold.recipes.recipe import Recipe

# Pictures of 32 x 32 pixels that are evaluated, and read for the statistics, at once.
_EVALUATED, _MEASURED = 1000, 50_000


class Batches:
    """The training pictures, a batch at a time.

    Args:
        data: the pictures.
        recipe: batch size, balance and seed.

    Attributes:
        size: pictures in a batch; fewer than the recipe's where there are too few.
        steps: whole batches in an epoch; the few left over differ from epoch to epoch.

    Raises:
        TrainingError: there are no pictures.
    """

    def __init__(self, data: LabelledPictures, recipe: Recipe) -> None:
        if not len(data):
            raise TrainingError("The training set", "has no pictures", cure="Name a folder that has some.")
        self.data = data
        self.recipe = recipe
        self.size = min(recipe.batch_size, len(data))
        self.steps = len(data) // self.size
        self.labels = torch.from_numpy(np.ascontiguousarray(data.labels))
        self._sampled = balance.chosen(recipe.balance, data.labels, len(data.classes)) == "sampling"

    def order(self, epoch: int, generator: torch.Generator) -> Iterator[Tensor]:
        """The indices of each batch of an epoch, int64 `[size]`."""
        count = len(self.labels)
        if self._sampled:
            seed = self.recipe.seed * 1_000_003 + epoch
            order = torch.from_numpy(balance.balanced_order(self.data.labels, len(self.data.classes), seed))
            count = len(order)
        else:
            order = torch.randperm(count, generator=generator)
        for step in range(self.steps):
            yield order[step * self.size : (step + 1) * self.size]

    def take(self, indices: Tensor, device: torch.device) -> tuple[Tensor, Tensor]:
        """Pictures, uint8 `[N, 3, H, W]`, and their labels, int64 `[N]`, on the device."""
        pictures, labels = _channels_first(self.data.pictures[indices.numpy()]), self.labels[indices]
        if device.type == "cuda":
            # From pinned memory they are copied while the device computes.
            pictures, labels = pictures.pin_memory(), labels.pin_memory()
        return pictures.to(device, non_blocking=True), labels.to(device, non_blocking=True)


def as_tensor(data: LabelledPictures, part: slice) -> Tensor:
    """A part of the pictures, uint8 `[N, 3, H, W]`."""
    return _channels_first(np.array(data.pictures[part]))


def parts(count: int, side: int) -> Iterator[slice]:
    """Slices that cover `count` pictures, in parts whose size suits this side."""
    size = max(8, _EVALUATED * 32 * 32 // side**2)
    for start in range(0, count, size):
        yield slice(start, min(start + size, count))


def pixel_statistics(network: nn.Module, data: LabelledPictures) -> tuple[Tensor, Tensor]:
    """Mean and deviation of each colour, `[1, 3, 1, 1]`, 0 to 255: the network's own, or else the data's."""
    if hasattr(network, "pixel_mean"):
        return _one_each(np.array(network.pixel_mean)), _one_each(np.array(network.pixel_std))
    side = data.pictures.shape[1]
    every = max(1, len(data) * side**2 // (_MEASURED * 32 * 32))
    sums, squares, count = np.zeros(3), np.zeros(3), 0
    for start in range(0, len(data), 1000 * every):
        some = np.asarray(data.pictures[start : start + 1000 * every : every], dtype=np.float64)
        sums += some.sum(axis=(0, 1, 2))
        squares += (some**2).sum(axis=(0, 1, 2))
        count += some.size // 3
    average = sums / count
    # Pictures of one flat colour have no deviation to divide by.
    deviation = np.sqrt(np.maximum(squares / count - average**2, 1.0))
    return _one_each(average), _one_each(deviation)


def _one_each(values: NDArray[np.float64]) -> Tensor:
    return torch.from_numpy(values).float().reshape(1, 3, 1, 1)


def _channels_first(pictures: NDArray[np.uint8]) -> Tensor:
    return torch.from_numpy(np.asarray(pictures)).permute(0, 3, 1, 2)
