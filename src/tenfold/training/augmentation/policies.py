"""Random operations chosen for each picture: RandAugment and AugMix. Knows no settings and no networks.

Pictures that drew the same operation go through it together, and all that drew a geometric one through
one warp. Both differ from the papers' code in this: geometric operations go about the picture's centre, are
bilinear, and what comes into view is filled as the recipe says, not black or grey.
"""

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from tenfold.training.augmentation import colour
from tenfold.training.augmentation.geometry import warp

_GEOMETRIC = ("rotate", "shear_x", "shear_y", "translate_x", "translate_y")


@dataclass(frozen=True)
class Operations:
    """Which operations are drawn, and how far each goes at full strength.

    Attributes:
        names: the operations, drawn with equal chance.
        shift: of the side, by the translations.
        bits: what posterising leaves at no strength; it takes up to four more.
    """

    names: tuple[str, ...]
    shift: float
    bits: int


RANDAUGMENT = Operations(
    names=(
        "identity", "autocontrast", "equalise", "rotate", "solarise", "saturation", "posterise", "contrast",
        "brightness", "sharpness", "shear_x", "shear_y", "translate_x", "translate_y",
    ),
    shift=150 / 331,
    bits=8,
)  # fmt: skip

# Without those that resemble the corruptions a model is then evaluated on.
AUGMIX = Operations(
    names=(
        "autocontrast", "equalise", "posterise", "rotate", "solarise", "shear_x", "shear_y", "translate_x",
        "translate_y",
    ),
    shift=1 / 3,
    bits=4,
)  # fmt: skip


def randaugment(pictures: Tensor, count: int, magnitude: float, fill: str, generator: Generator) -> Tensor:
    """`count` random operations on each picture (Cubuk et al. 2020, arXiv 1909.13719).

    Args:
        pictures: uint8 `[N, 3, H, W]`.
        magnitude: of all operations, 0 to 30.
        fill: what comes into view: nearest, reflect or constant.
    """
    strengths = torch.full((len(pictures),), magnitude / 30)
    for _ in range(count):
        pictures = _apply(pictures, RANDAUGMENT, strengths, fill, generator)
    return pictures


def augmix(pictures: Tensor, severity: int, fill: str, generator: Generator) -> Tensor:
    """Three chains of one to three operations, mixed with the picture.

    Hendrycks et al. 2020, arXiv 1912.02781, without the paper's consistency loss: that would need each
    picture three times in a step.

    Args:
        pictures: uint8 `[N, 3, H, W]`.
        severity: the greatest strength of an operation, 1 to 10.
        fill: what comes into view: nearest, reflect or constant.
    """
    count, chains = len(pictures), 3
    depths = torch.randint(1, 4, (chains * count,), generator=generator)
    # Dirichlet(1, 1, 1) for the chains, and Beta(1, 1), which is uniform, against the picture itself.
    weights = torch.empty(chains, count).exponential_(generator=generator)
    weights = (weights / weights.sum(0) * torch.rand(count, generator=generator)).to(pictures.device)
    changed = pictures.repeat(chains, 1, 1, 1)
    for step in range(3):
        active = torch.nonzero(depths > step).squeeze(1)
        drawn = torch.rand(len(active), generator=generator)
        strengths = (0.1 + drawn * (severity - 0.1)) / 10
        there = active.to(pictures.device)
        changed[there] = _apply(changed[there], AUGMIX, strengths, fill, generator)
    mixed = pictures.float() * (1 - weights.sum(0))[:, None, None, None]
    for chain, weight in zip(changed.reshape(chains, *pictures.shape), weights, strict=True):
        mixed += chain.float() * weight[:, None, None, None]
    return mixed.add_(0.5).clamp_(0, 255).to(torch.uint8)


def _apply(
    pictures: Tensor, operations: Operations, strengths: Tensor, fill: str, generator: Generator
) -> Tensor:
    """One operation on each picture, drawn for each, with its strength of 0 to 1 and a random sign."""
    names = operations.names
    drawn = torch.randint(0, len(names), (len(pictures),), generator=generator)
    signs = torch.randint(0, 2, (len(pictures),), generator=generator) * 2 - 1
    changed = pictures.clone()
    turned = torch.isin(drawn, torch.tensor([names.index(name) for name in names if name in _GEOMETRIC]))
    for number, name in enumerate(names):
        if name in (*_GEOMETRIC, "identity"):
            continue
        which = torch.nonzero(drawn == number).squeeze(1)
        if len(which):
            there = which.to(pictures.device)
            changed[there] = _levels(name, pictures[there], strengths[which], signs[which], operations.bits)
    which = torch.nonzero(turned).squeeze(1)
    if len(which):
        there = which.to(pictures.device)
        reach = operations.shift * pictures.shape[-1]
        matrices, shifts = _placements(names, drawn[which], (strengths * signs)[which], reach)
        changed[there] = warp(pictures[there], matrices, shifts, fill)
    return changed


def _levels(name: str, pictures: Tensor, strengths: Tensor, signs: Tensor, bits: int) -> Tensor:
    """One operation on the levels of pictures that all drew it."""
    if name == "autocontrast":
        return colour.autocontrast(pictures)
    if name == "equalise":
        return colour.equalise(pictures)
    if name == "solarise":
        return colour.solarise(pictures, 256 * (1 - strengths))
    if name == "posterise":
        return colour.posterise(pictures, bits - (4 * strengths).round())
    factors = 1 + 0.9 * strengths * signs
    if name == "saturation":
        return colour.saturation(pictures, factors)
    if name == "contrast":
        return colour.contrast(pictures, factors)
    if name == "brightness":
        return colour.brightness(pictures, factors)
    assert name == "sharpness", name
    return colour.sharpness(pictures, factors)


def _placements(
    names: tuple[str, ...], drawn: Tensor, strengths: Tensor, reach: float
) -> tuple[Tensor, Tensor]:
    """Matrices `[N, 2, 2]` and shifts `[N, 2]` of the geometric operations, for strengths of -1 to 1."""

    def of(name: str) -> Tensor:
        return torch.where(drawn == names.index(name), strengths, 0.0) if name in names else 0 * strengths

    angles = of("rotate") * math.radians(30)
    cosines, sines = angles.cos(), angles.sin()
    across, down = of("shear_x") * 0.3, of("shear_y") * 0.3
    matrices = torch.stack([cosines, across - sines, down + sines, cosines], dim=1).reshape(-1, 2, 2)
    return matrices, torch.stack([of("translate_x"), of("translate_y")], dim=1) * reach
