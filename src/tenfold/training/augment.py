"""Random changes to pictures, a whole epoch at a time. Knows nothing of networks.

All functions take and return uint8 `[N, 3, H, W]` and draw from the generator they are given.
"""

import torch
from torch import Generator, Tensor
from torch.nn import functional


def resize(pictures: Tensor, side: int) -> Tensor:
    """Resize to `side` x `side` with antialiasing."""
    if pictures.shape[-1] == side:
        return pictures
    smaller = [
        functional.interpolate(part.float(), (side, side), mode="bilinear", antialias=True)
        for part in torch.split(pictures, 5000)
    ]
    return torch.cat([part.round().clamp(0, 255).to(torch.uint8) for part in smaller])


def alternating_flip(pictures: Tensor, epoch: int, first: Tensor) -> Tensor:
    """Mirror half of the pictures, the other half in the next epoch (Jordan 2024, arXiv 2404.00498).

    A random flip shows a picture the same way round in a row half of the time; this one never does.

    Args:
        first: bool `[N]`, who is mirrored in even epochs; drawn once per run.
    """
    mirrored = first if epoch % 2 == 0 else ~first
    return torch.where(mirrored[:, None, None, None], pictures.flip(-1), pictures)


def translate(pictures: Tensor, reach: int, generator: Generator) -> Tensor:
    """Move each picture by up to `reach` pixels each way; what comes into view is mirrored."""
    if reach == 0:
        return pictures
    count, _, height, width = pictures.shape
    shifts = torch.randint(0, 2 * reach + 1, (2, count), generator=generator)
    moved = torch.empty_like(pictures)
    for dy in range(2 * reach + 1):
        for dx in range(2 * reach + 1):
            which = torch.nonzero((shifts[0] == dy) & (shifts[1] == dx)).squeeze(1)
            padded = functional.pad(pictures[which].float(), (reach,) * 4, mode="reflect").to(torch.uint8)
            moved[which] = padded[:, :, dy : dy + height, dx : dx + width]
    return moved


def cutout(pictures: Tensor, side: int, generator: Generator) -> Tensor:
    """Paint a square of `side` pixels at a random place grey (DeVries and Taylor 2017, arXiv 1708.04552)."""
    if side == 0:
        return pictures
    count, _, height, width = pictures.shape
    top = torch.randint(0, height - side + 1, (count, 1), generator=generator)
    left = torch.randint(0, width - side + 1, (count, 1), generator=generator)
    rows, columns = torch.arange(height)[None], torch.arange(width)[None]
    in_rows = (rows >= top) & (rows < top + side)
    in_columns = (columns >= left) & (columns < left + side)
    hidden = in_rows[:, None, :, None] & in_columns[:, None, None, :]
    return torch.where(hidden, torch.tensor(120, dtype=torch.uint8), pictures)
