"""Degradations of pictures: reduced and enlarged again, noise, JPEG. Knows no settings.

All functions take and return uint8 `[N, 3, H, W]`, on any device.
"""

import math
from collections.abc import Callable

import torch
from torch import Generator, Tensor
from torch.nn import functional

# The tables of quantisation that ITU-T T.81 (1992), annex K, gives for brightness and colour.
_BRIGHTNESS = (
    (16, 11, 10, 16, 24, 40, 51, 61), (12, 12, 14, 19, 26, 58, 60, 55), (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62), (18, 22, 37, 56, 68, 109, 103, 77), (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101), (72, 92, 95, 98, 112, 100, 103, 99),
)  # fmt: skip
_COLOUR = (
    (17, 18, 24, 47, 99, 99, 99, 99), (18, 21, 26, 66, 99, 99, 99, 99), (24, 26, 56, 99, 99, 99, 99, 99),
    (47, 66, 99, 99, 99, 99, 99, 99), *((99,) * 8,) * 4,
)  # fmt: skip
# From red, green, blue to brightness and two differences of colour (JFIF 1.02).
_TO_YCC = (
    (0.299, 0.587, 0.114), (-0.168736, -0.331264, 0.5), (0.5, -0.418688, -0.081312),
)  # fmt: skip
_SIZES = 4


# Changes pictures, each with a strength `[N]` of its own.
Change = Callable[[Tensor, Tensor, Generator], Tensor]


def half(pictures: Tensor, change: Change, low: float, high: float, generator: Generator) -> Tensor:
    """Change a random half of the pictures, with strengths drawn evenly from `low` to `high`."""
    chosen = torch.randperm(len(pictures), generator=generator)[: (len(pictures) + 1) // 2]
    strengths = low + (high - low) * torch.rand(len(chosen), generator=generator)
    chosen = chosen.to(pictures.device)
    changed = pictures.clone()
    changed[chosen] = change(pictures[chosen], strengths, generator)
    return changed


def noise(pictures: Tensor, deviations: Tensor, generator: Generator) -> Tensor:
    """Add Gaussian noise to every level.

    Args:
        deviations: `[N]`, as shares of 255.
    """
    seed = int(torch.randint(0, 2**62, (1,), generator=generator))
    own = Generator(pictures.device).manual_seed(seed)
    drawn = torch.randn(pictures.shape, generator=own, device=pictures.device)
    scale = 255 * deviations.to(pictures.device)[:, None, None, None]
    return _levels(pictures.float() + drawn * scale)


def blur(pictures: Tensor, shares: Tensor, generator: Generator) -> Tensor:
    """Make pictures smaller by averaging areas, and as large as before by bilinear interpolation.

    Like photographs that were reduced for the web. A batch has four sizes, which are cheap together.

    Args:
        shares: `[N]`, of the side that is left.
    """
    side = pictures.shape[-1]
    changed = pictures.clone()
    for some in shares.argsort().tensor_split(_SIZES):
        if not len(some):
            continue
        smaller = max(1, round(float(shares[some].mean()) * side))
        there = some.to(pictures.device)
        small = functional.interpolate(pictures[there].float(), (smaller, smaller), mode="area")
        changed[there] = _levels(functional.interpolate(small, (side, side), mode="bilinear"))
    return changed


def jpeg(pictures: Tensor, qualities: Tensor, generator: Generator) -> Tensor:
    """Compress pictures as JPEG does: rounded cosines of blocks of 8 x 8 (ITU-T T.81, annexes A and K).

    Colours are not halved in size, and the tables are scaled by quality as the IJG's program does.

    Args:
        qualities: `[N]`, 1 to 100.
    """
    device, (height, width) = pictures.device, pictures.shape[-2:]
    padded = functional.pad(pictures.float(), (0, -width % 8, 0, -height % 8), mode="replicate")
    to_ycc = torch.tensor(_TO_YCC, device=device)
    ycc = (
        torch.einsum("ij,njhw->nihw", to_ycc, padded)
        - torch.tensor([128.0, 0, 0], device=device)[:, None, None]
    )
    blocks = ycc.unfold(2, 8, 8).unfold(3, 8, 8)
    cosines = _cosines().to(device)
    amounts = cosines @ blocks @ cosines.T
    quality = qualities.clamp(1, 100).round()
    scale = torch.where(quality < 50, 5000 / quality, 200 - 2 * quality).to(device)
    tables = torch.tensor([_BRIGHTNESS, _COLOUR, _COLOUR], dtype=torch.float32, device=device)
    steps = ((tables[None] * scale[:, None, None, None] + 50) / 100).floor().clamp(1, 255)[:, :, None, None]
    blocks = cosines.T @ ((amounts / steps).round() * steps) @ cosines
    ycc = blocks.permute(0, 1, 2, 4, 3, 5).reshape(padded.shape)
    ycc = ycc + torch.tensor([128.0, 0, 0], device=device)[:, None, None]
    rgb = torch.einsum("ij,njhw->nihw", to_ycc.inverse(), ycc)
    return _levels(rgb[:, :, :height, :width])


def _cosines() -> Tensor:
    """The matrix of the discrete cosine transform of 8 values, `[8, 8]`."""
    places = torch.arange(8)
    matrix = torch.cos((2 * places[None] + 1) * places[:, None] * math.pi / 16) / 2
    matrix[0] /= math.sqrt(2)
    return matrix


def _levels(values: Tensor) -> Tensor:
    return values.add(0.5).clamp_(0, 255).to(torch.uint8)
