"""Poor pictures: noise, small pictures made large, JPEG."""

import io

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

import torch
from PIL import Image
from torch import Generator, Tensor

from tenfold.recipes.augmentation import Augmentation
from tenfold.training.augmentation import degradation
from tenfold.training.augmentation.augment import Augmenter

pytestmark = pytest.mark.train


def drawn(seed: int = 1) -> Generator:
    return Generator().manual_seed(seed)


def scenes(count: int = 12, side: int = 32) -> Tensor:
    """Smooth pictures in colour, with an edge."""
    y, x = torch.meshgrid(torch.linspace(0, 1, side), torch.linspace(0, 1, side), indexing="ij")
    angles = torch.arange(count)[:, None, None, None] + torch.arange(3)[None, :, None, None]
    waves = 128 + 90 * torch.sin(6 * (x * angles.cos() + y * angles.sin()))
    return torch.where(x > 0.6, waves * 0.5, waves).to(torch.uint8)


def test_noise_has_the_deviation_that_was_asked_for() -> None:
    grey = torch.full((2, 3, 64, 64), 128, dtype=torch.uint8)
    changed = degradation.noise(grey, torch.tensor([0.02, 0.08]), drawn())
    deviations = (changed.float() - 128).std(dim=(1, 2, 3))
    assert deviations.tolist() == pytest.approx([0.02 * 255, 0.08 * 255], rel=0.05)


def test_a_picture_made_small_and_large_again_loses_what_is_fine_and_keeps_its_mean() -> None:
    checks = (torch.arange(32)[:, None] + torch.arange(32)) % 2 * 255
    fine = checks.to(torch.uint8).expand(4, 3, 32, 32)
    changed = degradation.blur(fine, torch.tensor([0.5, 0.5, 1.0, 1.0]), drawn()).float()
    assert changed[:2].std() < 5
    assert changed[:2].mean() == pytest.approx(127.5, abs=1)
    assert torch.equal(changed[2:], fine[2:].float())


@pytest.mark.parametrize("quality", [15, 50, 90])
@pytest.mark.parametrize("side", [32, 30])
def test_jpeg_loses_what_pillows_loses(quality: int, side: int) -> None:
    pictures = scenes(side=side)
    ours = degradation.jpeg(pictures, torch.full((len(pictures),), float(quality)), drawn())
    differences, losses = [], []
    inner = slice(0, side // 8 * 8)  # beyond, Pillow fills blocks up in its own way
    for picture, changed in zip(pictures, ours, strict=True):
        file = io.BytesIO()
        Image.fromarray(picture.permute(1, 2, 0).numpy()).save(file, "JPEG", quality=quality, subsampling=0)
        theirs = np.asarray(Image.open(file), dtype=float)[inner, inner]
        differences.append(np.abs(theirs - changed.permute(1, 2, 0).numpy()[inner, inner]).mean())
        losses.append(np.abs(theirs - picture.permute(1, 2, 0).numpy()[inner, inner]).mean())
    # Cosines that lie between two steps are rounded either way.
    assert np.mean(differences) < 0.6 + 0.15 * np.mean(losses)


@pytest.mark.parametrize("settings", [Augmentation(noise=0.1), Augmentation(blur=0.5), Augmentation(jpeg=10)])
def test_half_of_the_pictures_are_changed_and_a_seed_fixes_which(settings: Augmentation) -> None:
    augmenter = Augmenter(settings, seed=1)
    pictures = scenes(40)
    first, second, other = (
        augmenter.pictures(pictures, torch.arange(40), 0, drawn(seed)) for seed in (1, 1, 2)
    )
    changed = (first != pictures).flatten(1).any(1)
    assert 15 <= int(changed.sum()) <= 20
    assert torch.equal(first, second)
    assert not torch.equal(first, other)
