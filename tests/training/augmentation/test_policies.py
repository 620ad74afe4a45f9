"""RandAugment and AugMix: each picture its own operations, and no further than the strength allows."""

import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

import torch
from torch import Generator, Tensor

from tenfold.training.augmentation import colour, policies
from tenfold.training.augmentation.policies import AUGMIX, RANDAUGMENT, Operations

pytestmark = pytest.mark.train


def seeded(seed: int = 1) -> Generator:
    return Generator().manual_seed(seed)


def pictures(count: int) -> Tensor:
    """One picture of smooth colours and a striped one, so often."""
    ramp = torch.linspace(40, 200, 16)
    one = torch.stack(
        [ramp.expand(16, 16), ramp.expand(16, 16).T, 40 + 90 * (torch.arange(16) // 4 % 2).expand(16, 16)]
    )
    return one.to(torch.uint8).repeat(count, 1, 1, 1)


def by(name: str, strength: float, *, shift: float = 0.25, bits: int = 8, count: int = 40) -> Tensor:
    """Pictures under one operation alone."""
    only = Operations((name,), shift, bits)
    return policies._apply(pictures(count), only, torch.full((count,), strength), "nearest", seeded())


def test_the_published_operations_are_drawn() -> None:
    assert len(RANDAUGMENT.names) == 14
    assert set(AUGMIX.names) < set(RANDAUGMENT.names)
    # AugMix leaves out what resembles the corruptions of CIFAR-10-C.
    assert not {"contrast", "brightness", "saturation", "sharpness"} & set(AUGMIX.names)


@pytest.mark.parametrize("name", sorted(set(RANDAUGMENT.names) - {"identity", "autocontrast", "equalise"}))
def test_an_operation_grows_with_its_strength_and_takes_both_signs(name: str) -> None:
    weak, strong = (
        (by(name, strength).float() - pictures(40).float()).abs().mean(dim=(1, 2, 3)) for strength in (0.2, 1)
    )
    assert weak.mean() < strong.mean()
    signed = name not in ("solarise", "posterise")
    assert len(torch.unique(by(name, 1.0), dim=0)) == (2 if signed else 1)


@pytest.mark.parametrize("name", sorted(set(RANDAUGMENT.names) - {"autocontrast", "equalise", "solarise"}))
def test_no_strength_changes_nothing(name: str) -> None:
    assert torch.equal(by(name, 0.0), pictures(40))


def test_translation_goes_as_far_as_its_share_of_the_side() -> None:
    after = by("translate_x", 1.0)[:, 0, 8, 8]
    level = pictures(1)[0, 0, 8]
    assert set(after.tolist()) == {int(level[4]), int(level[12])}


def test_randaugment_draws_for_each_picture_anew_and_all_operations_in_time() -> None:
    after = policies.randaugment(pictures(400), 1, 15, "nearest", seeded())
    # Identity and the stretched have one result, posterise and solarise one, equalise one, nine have two.
    assert len(torch.unique(after, dim=0)) >= 20


def test_more_operations_change_more() -> None:
    def change(count: int) -> float:
        after = policies.randaugment(pictures(400), count, 9, "nearest", seeded())
        return float((after.float() - pictures(400).float()).abs().mean())

    assert change(1) < change(2) < change(4)


def test_augmix_stays_between_the_picture_and_its_chains() -> None:
    """On a flat picture only posterise and solarise act, and both make it darker or leave it."""
    flat = torch.full((200, 3, 8, 8), 100, dtype=torch.uint8)
    after = policies.augmix(flat, 3, "nearest", seeded())
    assert (after.amax(dim=(1, 2, 3)) - after.amin(dim=(1, 2, 3))).max() <= 1
    assert after.max() <= 101
    assert after.min() >= int(colour.posterise(flat, torch.full((200,), 1)).min())
    assert len(torch.unique(after[:, 0, 0, 0])) > 3


def test_augmix_changes_more_with_severity() -> None:
    def change(severity: int) -> float:
        after = policies.augmix(pictures(300), severity, "nearest", seeded())
        return float((after.float() - pictures(300).float()).abs().mean())

    assert 0 < change(1) < change(3) < change(10)
