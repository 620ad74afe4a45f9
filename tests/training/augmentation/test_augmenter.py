"""A batch under a recipe's augmentation: what is drawn, in which order, and that a seed fixes it."""

import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

import torch
from torch import Generator, Tensor

from tenfold.recipes.augmentation import Augmentation
from tenfold.training.augmentation.augment import Augmenter

pytestmark = pytest.mark.train

EVERY = {
    "flip": Augmentation(flip="random"),
    "alternating flip": Augmentation(flip="alternating"),
    "shift": Augmentation(translate=3, fill="reflect"),
    "share of a shift": Augmentation(translate=0.2, fill="constant"),
    "rotation": Augmentation(rotate=15),
    "shear": Augmentation(shear=20),
    "zoom": Augmentation(zoom=0.2),
    "colour": Augmentation(colour=0.5),
    "cutout": Augmentation(cutout=10),
    "RandAugment": Augmentation(randaugment=2),
    "AugMix": Augmentation(augmix=3),
    "all": Augmentation(
        flip="random", translate=0.1, rotate=15, zoom=0.2, colour=0.3, cutout=0.25, randaugment=1, augmix=3
    ),
}


def seeded(seed: int = 1) -> Generator:
    return Generator().manual_seed(seed)


def pictures(count: int = 60, side: int = 16) -> Tensor:
    return torch.randint(0, 256, (count, 3, side, side), dtype=torch.uint8, generator=seeded(9))


def changed(settings: Augmentation, batch: Tensor, *, epoch: int = 0, seed: int = 1) -> Tensor:
    return Augmenter(settings, seed=3).pictures(batch, torch.arange(len(batch)), epoch, seeded(seed))


@pytest.mark.parametrize("settings", EVERY.values(), ids=EVERY)
def test_pictures_change_and_keep_shape_and_type(settings: Augmentation) -> None:
    before = pictures()
    after = changed(settings, before)
    assert after.shape == before.shape
    assert after.dtype == torch.uint8
    assert torch.equal(before, pictures()), "the batch that was given was changed"
    differing = (after != before).flatten(1).any(1).float().mean()
    assert 0.3 < differing <= 1


@pytest.mark.parametrize("settings", EVERY.values(), ids=EVERY)
def test_a_seed_fixes_every_bit_whatever_the_layout_in_memory(settings: Augmentation) -> None:
    batch = pictures()
    once = changed(settings, batch)
    assert torch.equal(once, changed(settings, batch))
    assert torch.equal(once, changed(settings, batch.contiguous(memory_format=torch.channels_last)))
    if settings.flip != "alternating":
        assert not torch.equal(once, changed(settings, batch, seed=2))


@pytest.mark.parametrize("settings", EVERY.values(), ids=EVERY)
def test_a_batch_of_one_goes_through(settings: Augmentation) -> None:
    assert changed(settings, pictures(1)).shape == (1, 3, 16, 16)


def test_nothing_set_changes_nothing_and_draws_nothing() -> None:
    batch, generator = pictures(), seeded()
    augmenter = Augmenter(Augmentation(), seed=1)
    assert augmenter.pictures(batch, torch.arange(60), 0, generator) is batch
    targets = torch.eye(60)
    assert augmenter.mix(batch.float(), targets, generator)[1] is targets
    assert torch.equal(torch.rand(3, generator=generator), torch.rand(3, generator=seeded()))


def test_a_random_flip_mirrors_about_half() -> None:
    batch = pictures(400)
    after = changed(Augmentation(flip="random"), batch)
    mirrored = (after == batch.flip(-1)).flatten(1).all(1)
    as_before = (after == batch).flatten(1).all(1)
    assert (mirrored ^ as_before).all()
    assert 150 < mirrored.sum() < 250


def test_an_alternating_flip_mirrors_half_in_one_epoch_and_the_others_in_the_next() -> None:
    batch = pictures(100)
    first, second, third = (changed(Augmentation(flip="alternating"), batch, epoch=e) for e in range(3))
    mirrored = (first == batch.flip(-1)).flatten(1).all(1)
    assert mirrored.sum() == 50
    assert torch.equal(second, first.flip(-1))
    assert torch.equal(third, first)


def test_who_is_mirrored_first_hangs_on_seed_and_picture_alone() -> None:
    batch, order = pictures(100), torch.randperm(100, generator=seeded(5))
    augmenter = Augmenter(Augmentation(flip="alternating"), seed=3)
    sorted_ = augmenter.pictures(batch, torch.arange(100), 0, seeded())
    shuffled = augmenter.pictures(batch[order], order, 0, seeded(7))
    assert torch.equal(shuffled, sorted_[order])
    other = Augmenter(Augmentation(flip="alternating"), seed=4).pictures(
        batch, torch.arange(100), 0, seeded()
    )
    assert 20 < (other != sorted_).flatten(1).any(1).sum() < 80


@pytest.mark.parametrize(("amount", "reach"), [(2.0, 2), (0.1, 2), (0.25, 4), (100.0, 15)])
def test_a_shift_below_one_is_a_share_of_the_side(amount: float, reach: int) -> None:
    batch = torch.arange(16, dtype=torch.uint8).expand(2000, 3, 16, 16)
    after = changed(Augmentation(translate=amount, fill="constant"), batch)
    visible = torch.where(after[:, 0] == 120, 0, 1).amax(1).sum(1)
    assert int(visible.min()) == 16 - reach
    assert int(visible.max()) == 16


def test_a_warp_is_composed_as_keras_does() -> None:
    """A ramp of levels shows where each pixel came from; the matrices are Keras's, over (row, column)."""
    settings = Augmentation(rotate=20, shear=10, zoom=0.2, translate=2)
    rows = torch.arange(16).float()[:, None].expand(16, 16) * 8 + 64
    batch = torch.stack([rows, rows.T, rows]).to(torch.uint8)[None].repeat(5, 1, 1, 1)
    after = changed(settings, batch)
    drawn = 2 * torch.rand(6, 5, generator=seeded()) - 1
    for index in range(5):
        d = drawn[:, index].double()
        turn, shear = torch.deg2rad(d[0] * 20), torch.deg2rad(d[1] * 10)
        zx, zy, tx, ty = 1 + 0.2 * d[2], 1 + 0.2 * d[3], 2 * d[4], 2 * d[5]
        zero, one = torch.zeros(()).double(), torch.ones(()).double()
        # In the order of Keras's apply_affine_transform; the axes' names and a turn's sign are arbitrary.
        matrix = torch.eye(3).double()
        for entries in (
            [turn.cos(), turn.sin(), zero, -turn.sin(), turn.cos(), zero, zero, zero, one],
            [one, zero, ty, zero, one, tx, zero, zero, one],
            [one, -shear.sin(), zero, zero, shear.cos(), zero, zero, zero, one],
            [zy, zero, zero, zero, zx, zero, zero, zero, one],
        ):
            matrix = matrix @ torch.stack(entries).reshape(3, 3)
        for row, column in ((7, 7), (5, 9), (10, 6)):
            place = matrix @ torch.tensor([row - 7.5, column - 7.5, 1.0]).double() + 7.5
            assert after[index, 0, row, column].item() == pytest.approx(float(place[0] * 8 + 64), abs=1)
            assert after[index, 1, row, column].item() == pytest.approx(float(place[1] * 8 + 64), abs=1)


def test_a_flip_within_a_warp_is_exact() -> None:
    batch = pictures()
    # So small a turn moves no pixel to another level.
    after = changed(Augmentation(flip="alternating", rotate=1e-6), batch)
    assert torch.equal(after, changed(Augmentation(flip="alternating"), batch))


def test_a_square_scales_with_the_side() -> None:
    for side, hidden in ((16, 5), (32, 10), (48, 15)):
        black = torch.zeros(8, 3, side, side, dtype=torch.uint8)
        assert (changed(Augmentation(cutout=10), black)[:, 0] == 120).sum() == 8 * hidden**2
        assert (changed(Augmentation(cutout=0.5), black)[:, 0] == 120).sum() == 8 * (side // 2) ** 2


def test_colour_goes_up_and_down_about_what_it_was() -> None:
    batch = torch.full((500, 3, 8, 8), 100, dtype=torch.uint8)
    levels = changed(Augmentation(colour=0.5), batch)[:, 0, 0, 0].float()
    assert 50 <= levels.min() < 55
    assert 145 < levels.max() <= 150
    assert levels.mean() == pytest.approx(100, abs=4)
