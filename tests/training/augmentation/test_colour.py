"""Operations on levels agree with Pillow's of the same name."""

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageOps

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

import torch
from torch import Generator, Tensor

from tenfold.training.augmentation import colour

pytestmark = pytest.mark.train


def pictures() -> Tensor:
    """Smooth, noisy, dull and flat ones, as the rules treat these in different ways."""
    noise = torch.randint(0, 256, (4, 3, 12, 12), generator=Generator().manual_seed(1))
    ramp = (torch.arange(12) * 20).expand(1, 3, 12, 12)
    flat = torch.full((1, 3, 12, 12), 77)
    return torch.cat([noise, noise // 4 + 60, ramp, flat]).to(torch.uint8)


def by_pillow(change: Callable[[Image.Image], Image.Image]) -> Tensor:
    each = [change(Image.fromarray(p.permute(1, 2, 0).numpy())) for p in pictures()]
    return torch.from_numpy(np.stack([np.asarray(picture) for picture in each])).permute(0, 3, 1, 2)


def farthest(ours: Tensor, theirs: Tensor) -> int:
    return int((ours.int() - theirs.int()).abs().max())


@pytest.mark.parametrize("factor", [0.0, 0.4, 1.0, 1.9])
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (colour.brightness, ImageEnhance.Brightness),
        (colour.contrast, ImageEnhance.Contrast),
        (colour.saturation, ImageEnhance.Color),
        (colour.sharpness, ImageEnhance.Sharpness),
    ],
)
def test_enhancements_agree_with_pillow(
    ours: Callable[[Tensor, Tensor], Tensor],
    theirs: Callable[[Image.Image], ImageEnhance._Enhance],
    factor: float,
) -> None:
    after = ours(pictures(), torch.full((10,), factor))
    assert farthest(after, by_pillow(lambda picture: theirs(picture).enhance(factor))) <= 1
    if factor == 1:
        assert torch.equal(after, pictures())


def test_equalising_agrees_with_pillow() -> None:
    assert torch.equal(colour.equalise(pictures()), by_pillow(ImageOps.equalize))


def test_stretching_agrees_with_pillow() -> None:
    assert farthest(colour.autocontrast(pictures()), by_pillow(ImageOps.autocontrast)) <= 1


@pytest.mark.parametrize("bits", [1, 4, 8])
def test_posterising_agrees_with_pillow(bits: int) -> None:
    after = colour.posterise(pictures(), torch.full((10,), bits))
    assert torch.equal(after, by_pillow(lambda picture: ImageOps.posterize(picture, bits)))


@pytest.mark.parametrize("threshold", [0, 100, 256])
def test_solarising_agrees_with_pillow(threshold: int) -> None:
    after = colour.solarise(pictures(), torch.full((10,), threshold))
    assert torch.equal(after, by_pillow(lambda picture: ImageOps.solarize(picture, threshold)))


def test_each_picture_takes_its_own_factor() -> None:
    factors = torch.linspace(0, 2, 10)
    for change in (colour.brightness, colour.contrast, colour.saturation, colour.sharpness):
        alone = [change(p[None], f[None]) for p, f in zip(pictures(), factors, strict=True)]
        assert torch.equal(change(pictures(), factors), torch.cat(alone))


def test_jitter_is_the_three_in_turn() -> None:
    bright, contrasts, saturations = torch.linspace(0.6, 1.4, 30).reshape(10, 3).T
    in_turn = colour.saturation(
        colour.contrast(colour.brightness(pictures(), bright), contrasts), saturations
    )
    assert farthest(colour.jitter(pictures(), bright, contrasts, saturations), in_turn) <= 2
