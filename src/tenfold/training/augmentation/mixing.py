"""Mixes two pictures and their labels. Knows no networks; takes normalised pictures.

One share and one partner order for a batch, as both papers' code does.
"""

import numpy as np
import torch
from torch import Generator, Tensor


def beta(alpha: float, generator: Generator) -> float:
    """One number from Beta(alpha, alpha), 0 to 1. torch's own does not take a generator."""
    seed = int(torch.randint(0, 2**62, (1,), generator=generator))
    return float(np.random.default_rng(seed).beta(alpha, alpha))


def mixup(pictures: Tensor, targets: Tensor, alpha: float, generator: Generator) -> tuple[Tensor, Tensor]:
    """The weighted mean of each picture and a partner (Zhang et al. 2018, arXiv 1710.09412).

    Args:
        pictures: float `[N, 3, H, W]`.
        targets: float `[N, K]`.
    """
    share, partners = beta(alpha, generator), _partners(pictures, generator)
    mixed = torch.lerp(pictures[partners], pictures, share)
    return mixed, torch.lerp(targets[partners], targets, share)


def cutmix(pictures: Tensor, targets: Tensor, alpha: float, generator: Generator) -> tuple[Tensor, Tensor]:
    """A rectangle of a partner in each picture (Yun et al. 2019, arXiv 1905.04899).

    The target counts the pixels that are really the partner's: a rectangle over the edge is cut off.

    Args:
        pictures: float `[N, 3, H, W]`.
        targets: float `[N, K]`.
    """
    height, width = pictures.shape[-2:]
    extent = (1 - beta(alpha, generator)) ** 0.5
    partners = _partners(pictures, generator)
    x = int(torch.randint(0, width, (1,), generator=generator))
    y = int(torch.randint(0, height, (1,), generator=generator))
    wide, high = int(width * extent), int(height * extent)
    left, right = max(0, x - wide // 2), min(width, x - wide // 2 + wide)
    top, bottom = max(0, y - high // 2), min(height, y - high // 2 + high)
    mixed = pictures.clone()
    mixed[:, :, top:bottom, left:right] = pictures[partners, :, top:bottom, left:right]
    kept = 1 - (right - left) * (bottom - top) / (width * height)
    return mixed, torch.lerp(targets[partners], targets, kept)


def _partners(pictures: Tensor, generator: Generator) -> Tensor:
    return torch.randperm(len(pictures), generator=generator).to(pictures.device)
