"""Two pictures made into one: what share of each, and labels in the same shares."""

import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

import torch
from torch import Generator, Tensor

from tenfold.recipes.augmentation import Augmentation
from tenfold.training.augmentation import mixing
from tenfold.training.augmentation.augment import Augmenter

pytestmark = pytest.mark.train


def seeded(seed: int = 1) -> Generator:
    return Generator().manual_seed(seed)


def levels(count: int = 8, side: int = 16) -> tuple[Tensor, Tensor]:
    """Picture k is all of level k, with class k."""
    pictures = torch.arange(count).float()[:, None, None, None].expand(count, 3, side, side)
    return pictures.clone(), torch.eye(count)


@pytest.mark.parametrize("seed", range(5))
def test_mixup_mixes_labels_as_it_mixes_pixels(seed: int) -> None:
    pictures, targets = mixing.mixup(*levels(), 1.0, seeded(seed))
    expected = (targets * torch.arange(8)).sum(1)
    assert torch.allclose(pictures, expected[:, None, None, None].expand_as(pictures), atol=1e-5)
    assert torch.allclose(targets.sum(1), torch.ones(8))


@pytest.mark.parametrize("seed", range(20))
def test_cutmix_counts_the_pixels_that_are_the_partners(seed: int) -> None:
    pictures, targets = mixing.cutmix(*levels(), 1.0, seeded(seed))
    shares = torch.stack([(pictures[:, 0] == k).float().mean(dim=(1, 2)) for k in range(8)], dim=1)
    assert torch.allclose(targets, shares, atol=1e-6)


def test_cutmix_pastes_one_rectangle_in_place() -> None:
    whole = torch.rand(8, 3, 16, 16, generator=seeded())
    before = whole.clone()
    mixed, _ = mixing.cutmix(whole, torch.eye(8), 1.0, seeded(3))
    assert torch.equal(whole, before)
    foreign = (mixed != whole).any(1).any(0)
    rows, columns = foreign.any(1).nonzero().squeeze(1), foreign.any(0).nonzero().squeeze(1)
    assert len(rows)
    assert len(columns)
    assert foreign[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].all()
    assert int(foreign.sum()) == int(rows[-1] - rows[0] + 1) * int(columns[-1] - columns[0] + 1)


def test_shares_follow_the_beta_distribution() -> None:
    generator = seeded()
    drawn = torch.tensor([mixing.beta(0.4, generator) for _ in range(2000)])
    assert drawn.mean() == pytest.approx(0.5, abs=0.03)
    # The variance of Beta(a, a) is 1 / (4 (2 a + 1)).
    assert drawn.var() == pytest.approx(1 / (4 * 1.8), rel=0.05)


def test_both_ways_take_turns_at_random_and_a_seed_fixes_them() -> None:
    augmenter = Augmenter(Augmentation(mixup=1.0, cutmix=1.0), seed=1)
    generator, blended = seeded(), 0
    for _ in range(60):
        pictures, targets = augmenter.mix(*levels(), generator)
        blended += bool((pictures != pictures.round()).any())
        assert torch.allclose(targets.sum(1), torch.ones(8))
    assert 15 < blended < 45
    first, second = (augmenter.mix(*levels(), seeded(2))[0] for _ in range(2))
    assert torch.equal(first, second)


@pytest.mark.parametrize("settings", [Augmentation(mixup=0.4), Augmentation(cutmix=1.0)])
def test_targets_of_labels_and_teacher_side_by_side_are_mixed_too(settings: Augmentation) -> None:
    pictures, labels = levels()
    both = torch.cat([labels, 1 - labels], dim=1)
    _, mixed = Augmenter(settings, seed=1).mix(pictures, both, seeded(4))
    assert mixed.shape == (8, 16)
    assert torch.allclose(mixed[:, :8], 1 - mixed[:, 8:], atol=1e-6)
