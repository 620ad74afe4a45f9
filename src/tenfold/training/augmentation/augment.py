"""Random changes to a batch of pictures, as the recipe's augmentation says. Knows nothing of networks.

Everything is drawn from the generator that is given, on the CPU: a seed fixes every bit, on any device. Only
noise is drawn where the pictures are, by a seed from that generator.
"""

import math

import torch
from torch import Generator, Tensor

from tenfold.recipes.augmentation import Augmentation
from tenfold.training.augmentation import colour, degradation, policies
from tenfold.training.augmentation.geometry import (
    alternating_flip,
    cutout,
    mirrored_first,
    move,
    resize,
    translate,
    warp,
)
from tenfold.training.augmentation.mixing import cutmix, mixup

__all__ = ["Augmenter", "alternating_flip", "cutout", "resize", "translate"]


class Augmenter:
    """Changes batches of training pictures.

    The order: flip, then shift or warp, colour, RandAugment, AugMix, blur, noise, JPEG, cutout; mixup or
    cutmix last of all.

    Args:
        settings: what to do.
        seed: the run's; decides which pictures an alternating flip mirrors first.
    """

    def __init__(self, settings: Augmentation, *, seed: int) -> None:
        self.settings = settings
        self.seed = seed

    def pictures(self, batch: Tensor, indices: Tensor, epoch: int, generator: Generator) -> Tensor:
        """Change each picture at random.

        Args:
            batch: uint8 `[N, 3, H, W]`; it is left as it was.
            indices: int64 `[N]`, which pictures of the dataset these are.
            epoch: counted from 0.
            generator: on the CPU.
        """
        settings = self.settings
        mirrored = self._mirrored(indices, epoch, generator)
        if settings.warps:
            batch = self._warp(batch, mirrored, generator)
        elif settings.translate or settings.flip != "none":
            batch = self._move(batch, mirrored, generator)
        if settings.colour:
            factors = 1 + settings.colour * (2 * torch.rand(3, len(batch), generator=generator) - 1)
            batch = colour.jitter(batch, *factors)
        if settings.randaugment:
            count, magnitude = settings.randaugment, settings.randaugment_magnitude
            batch = policies.randaugment(batch, count, magnitude, settings.fill, generator)
        if settings.augmix:
            batch = policies.augmix(batch, settings.augmix, settings.fill, generator)
        if settings.blur:
            batch = degradation.half(batch, degradation.blur, 1 - settings.blur, 1.0, generator)
        if settings.noise:
            batch = degradation.half(batch, degradation.noise, 0.0, settings.noise, generator)
        if settings.jpeg:
            batch = degradation.half(batch, degradation.jpeg, float(settings.jpeg), 100.0, generator)
        if settings.cutout:
            side = batch.shape[-1]
            hidden = settings.cutout if settings.cutout < 1 else settings.cutout / 32
            batch = cutout(batch, int(hidden * side), generator)
        return batch

    def mix(self, pictures: Tensor, targets: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
        """Mix each picture and its target with another's; with both ways on, half of the batches take each.

        Args:
            pictures: float `[N, 3, H, W]`.
            targets: float `[N, K]`, one-hot or soft.
            generator: on the CPU.
        """
        settings = self.settings
        ways = [way for way, alpha in ((mixup, settings.mixup), (cutmix, settings.cutmix)) if alpha]
        if not ways:
            return pictures, targets
        way = ways[int(torch.randint(0, len(ways), (1,), generator=generator))]
        return way(pictures, targets, settings.mixup if way is mixup else settings.cutmix, generator)

    def _mirrored(self, indices: Tensor, epoch: int, generator: Generator) -> Tensor:
        if self.settings.flip == "alternating":
            return mirrored_first(indices, self.seed) ^ bool(epoch % 2)
        if self.settings.flip == "random":
            return torch.randint(0, 2, (len(indices),), generator=generator, dtype=torch.bool)
        return torch.zeros(len(indices), dtype=torch.bool)

    def _reach(self, side: int) -> float:
        """How far a picture is shifted at most, in pixels; less than its side."""
        amount = self.settings.translate
        return min(amount if amount >= 1 else amount * side, side - 1)

    def _move(self, batch: Tensor, mirrored: Tensor, generator: Generator) -> Tensor:
        reach = round(self._reach(batch.shape[-1]))
        dy, dx = torch.randint(0, 2 * reach + 1, (2, len(batch)), generator=generator) - reach
        return move(batch, dx, dy, mirrored, self.settings.fill)

    def _warp(self, batch: Tensor, mirrored: Tensor, generator: Generator) -> Tensor:
        """One warp for the flip and all else; turn, shift, shear and zoom are composed as Keras does."""
        settings, count = self.settings, len(batch)
        drawn = 2 * torch.rand(6, count, generator=generator) - 1
        angles, shears = (drawn[:2] * torch.tensor([[settings.rotate], [settings.shear]])) * (math.pi / 180)
        zooms = 1 + settings.zoom * drawn[2:4]
        shifts = (self._reach(batch.shape[-1]) * drawn[4:]).T
        zeros = torch.zeros(count)
        turn = _matrices(angles.cos(), -angles.sin(), angles.sin(), angles.cos())
        shear = _matrices(shears.cos(), zeros, -shears.sin(), zeros + 1)
        zoom = _matrices(zooms[0], zeros, zeros, zooms[1])
        matrices = turn @ shear @ zoom
        shifts = (turn @ shifts[:, :, None]).squeeze(2)
        # A warp reads where a pixel comes from, so what is done to the picture first stands leftmost.
        matrices[:, 0] = torch.where(mirrored[:, None], -matrices[:, 0], matrices[:, 0])
        shifts[:, 0] = torch.where(mirrored, -shifts[:, 0], shifts[:, 0])
        return warp(batch, matrices, shifts, settings.fill)


def _matrices(a: Tensor, b: Tensor, c: Tensor, d: Tensor) -> Tensor:
    """`[N, 2, 2]` over (x, y) from its four entries `[N]`."""
    return torch.stack([a, b, c, d], dim=1).reshape(-1, 2, 2)
