"""Geometric changes: flips, shifts, affine warps, hidden squares. Knows no settings.

All functions take and return uint8 `[N, 3, H, W]`, on any device. Draws are made on the CPU, from the
generator that is given, so they are the same on every device.
"""

import numpy as np
import torch
from torch import Generator, Tensor
from torch.nn import functional

# About the mean of natural photographs: a neutral filling.
GREY = 120

_PADDING = {"nearest": "border", "reflect": "reflection", "constant": "zeros"}


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
        first: bool `[N]`, which are mirrored in even epochs; the same in the whole run.
    """
    mirrored = first if epoch % 2 == 0 else ~first
    return torch.where(mirrored[:, None, None, None], pictures.flip(-1), pictures)


def mirrored_first(indices: Tensor, seed: int) -> Tensor:
    """Which pictures are mirrored in even epochs, bool `[N]`: fixed by `seed` and the picture's index.

    Of pictures 2k and 2k + 1 it is always one, so half of a dataset, whatever its size.
    """
    numbers = indices.cpu().numpy().astype(np.uint64)
    # splitmix64 (Steele et al. 2014) of pair and seed; arrays, as they wrap around without a warning.
    mixed = (numbers >> np.uint64(1)) + np.array([seed % 2**64], dtype=np.uint64) * np.uint64(
        0x9E3779B97F4A7C15
    )
    mixed = mixed * np.uint64(0x9E3779B97F4A7C15) + np.uint64(0x632BE59BD9B4E019)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    bit = (mixed ^ (mixed >> np.uint64(31)) ^ numbers) & np.uint64(1)
    return torch.from_numpy(bit.astype(bool))


def move(pictures: Tensor, dx: Tensor, dy: Tensor, mirrored: Tensor, fill: str) -> Tensor:
    """Mirror some pictures and shift all by whole pixels, by indexing alone.

    Args:
        dx: int64 `[N]`, how far the view moves to the right.
        dy: int64 `[N]`, how far it moves down.
        mirrored: bool `[N]`; a picture is mirrored before it is shifted.
        fill: what comes into view: nearest, reflect (without repeating the edge) or constant.
    """
    count, channels, height, width = pictures.shape
    device = pictures.device
    dx, dy, mirrored = dx.to(device), dy.to(device), mirrored.to(device)
    rows = torch.arange(height, device=device)[None] + dy[:, None]
    columns = torch.arange(width, device=device)[None] + dx[:, None]
    seen = ((rows >= 0) & (rows < height))[:, :, None] & ((columns >= 0) & (columns < width))[:, None, :]
    rows, columns = _inside(rows, height, fill), _inside(columns, width, fill)
    columns = torch.where(mirrored[:, None], width - 1 - columns, columns)
    where = (rows[:, :, None] * width + columns[:, None, :]).reshape(count, 1, -1)
    flat = pictures.reshape(count, channels, -1)
    moved = flat.gather(2, where.expand(-1, channels, -1)).reshape(pictures.shape)
    if fill == "constant":
        return moved.masked_fill_(~seen[:, None], GREY)
    return moved


def _inside(places: Tensor, length: int, fill: str) -> Tensor:
    """Map positions outside of 0 to `length` - 1 back into it."""
    if fill == "reflect":
        places = places.abs()
        places = torch.where(places >= length, 2 * (length - 1) - places, places)
    return places.clamp(0, length - 1)


def translate(pictures: Tensor, reach: int, generator: Generator) -> Tensor:
    """Move each picture by up to `reach` pixels each way; what comes into view is mirrored."""
    if reach == 0:
        return pictures
    count = len(pictures)
    dy, dx = torch.randint(0, 2 * reach + 1, (2, count), generator=generator) - reach
    return move(pictures, dx, dy, torch.zeros(count, dtype=torch.bool), "reflect")


def warp(pictures: Tensor, matrices: Tensor, shifts: Tensor, fill: str) -> Tensor:
    """Draw each pixel from a place that an affine rule names, bilinearly.

    Args:
        matrices: float `[N, 2, 2]` over (x, y) from the picture's centre: where a pixel is drawn from.
        shifts: float `[N, 2]`, added to that place, in pixels.
        fill: what comes into view: nearest, reflect (without repeating the edge) or constant.
    """
    height, width = pictures.shape[-2:]
    matrices, shifts = matrices.to(pictures.device), shifts.to(pictures.device)
    x = torch.arange(width, device=pictures.device) - (width - 1) / 2
    y = torch.arange(height, device=pictures.device) - (height - 1) / 2
    # grid_sample counts from -1 to 1 between the centres of the outermost pixels.
    half = torch.tensor([(width - 1) / 2, (height - 1) / 2], device=pictures.device)
    over, down = (matrices / half[:, None]).unbind(2)
    grid = over[:, None, None] * x[:, None] + down[:, None, None] * y[:, None, None]
    grid = grid + (shifts / half)[:, None, None]
    # "zeros" is made grey by a shift of all levels.
    level = GREY if fill == "constant" else 0
    source = pictures.float().sub_(level)
    drawn = functional.grid_sample(source, grid, "bilinear", _PADDING[fill], align_corners=True)
    return drawn.add_(level + 0.5).clamp_(0, 255).to(torch.uint8)


def cutout(pictures: Tensor, side: int, generator: Generator) -> Tensor:
    """Paint a square of `side` pixels at a random place grey (DeVries and Taylor 2017, arXiv 1708.04552)."""
    if side == 0:
        return pictures
    count, _, height, width = pictures.shape
    top = torch.randint(0, height - side + 1, (count, 1), generator=generator)
    left = torch.randint(0, width - side + 1, (count, 1), generator=generator)
    top, left = top.to(pictures.device), left.to(pictures.device)
    rows = torch.arange(height, device=pictures.device)[None]
    columns = torch.arange(width, device=pictures.device)[None]
    in_rows = (rows >= top) & (rows < top + side)
    in_columns = (columns >= left) & (columns < left + side)
    hidden = in_rows[:, None, :, None] & in_columns[:, None, None, :]
    return pictures.masked_fill(hidden, GREY)
