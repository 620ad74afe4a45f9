"""Random changes to pictures keep their form, follow their generator, and do what their names say."""

from collections.abc import Callable

import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

import torch
from torch import Generator, Tensor
from torch.nn import functional

from tenfold.training.augmentation import augment

pytestmark = pytest.mark.train


def pictures(count: int = 200, side: int = 12) -> Tensor:
    return torch.randint(0, 256, (count, 3, side, side), dtype=torch.uint8, generator=seeded(9))


def seeded(seed: int = 1) -> Generator:
    return Generator().manual_seed(seed)


def test_every_change_keeps_shape_and_type() -> None:
    before = pictures()
    first = torch.rand(200, generator=seeded()) < 0.5
    for after in (
        augment.alternating_flip(before, 0, first),
        augment.translate(before, 2, seeded()),
        augment.cutout(before, 4, seeded()),
        augment.resize(before, 12),
    ):
        assert after.shape == before.shape
        assert after.dtype == torch.uint8


def test_no_change_touches_the_pictures_that_were_given() -> None:
    before = pictures()
    augment.alternating_flip(before, 0, torch.ones(200, dtype=torch.bool))
    augment.translate(before, 2, seeded())
    augment.cutout(before, 4, seeded())
    assert torch.equal(before, pictures())


@pytest.mark.parametrize("change", [augment.translate, augment.cutout])
def test_a_generator_fixes_what_is_drawn(change: Callable[[Tensor, int, Generator], Tensor]) -> None:
    before = pictures()
    assert torch.equal(change(before, 4, seeded(3)), change(before, 4, seeded(3)))
    assert not torch.equal(change(before, 4, seeded(3)), change(before, 4, seeded(4)))


def test_each_picture_is_mirrored_in_every_other_epoch() -> None:
    before = pictures()
    first = torch.rand(200, generator=seeded()) < 0.5
    epochs = [augment.alternating_flip(before, epoch, first) for epoch in range(4)]
    assert torch.equal(epochs[0], epochs[2])
    assert torch.equal(epochs[1], epochs[3])
    assert torch.equal(epochs[0], epochs[1].flip(-1))
    assert torch.equal(epochs[0][first], before[first].flip(-1))
    assert torch.equal(epochs[0][~first], before[~first])


@pytest.mark.parametrize("count", [1, 3, 200])
def test_a_moved_picture_is_the_same_with_its_edge_mirrored(count: int) -> None:
    before, reach, side = pictures(count), 2, 12
    padded = functional.pad(before.float(), (reach,) * 4, mode="reflect").to(torch.uint8)
    found = set()
    for index, after in enumerate(augment.translate(before, reach, seeded())):
        places = [
            (y, x)
            for y in range(2 * reach + 1)
            for x in range(2 * reach + 1)
            if torch.equal(after, padded[index, :, y : y + side, x : x + side])
        ]
        assert len(places) == 1
        found.update(places)
    if count == 200:
        assert len(found) == (2 * reach + 1) ** 2


def test_moving_by_nothing_changes_nothing() -> None:
    assert torch.equal(augment.translate(pictures(), 0, seeded()), pictures())


def test_a_square_is_painted_grey_and_nothing_else() -> None:
    before = torch.zeros(300, 3, 12, 12, dtype=torch.uint8)
    after = augment.cutout(before, 4, seeded())
    assert set(torch.flatten(after).tolist()) == {0, 120}
    corners = set()
    for picture in after:
        assert torch.equal(picture[0], picture[1])
        rows, columns = torch.nonzero(picture[0] == 120, as_tuple=True)
        assert len(rows) == 16
        assert rows.max() - rows.min() == columns.max() - columns.min() == 3
        corners.add((int(rows.min()), int(columns.min())))
    assert {row for row, _ in corners} == {column for _, column in corners} == set(range(9))


def test_a_square_of_nothing_changes_nothing() -> None:
    assert torch.equal(augment.cutout(pictures(), 0, seeded()), pictures())


def test_the_same_size_is_not_resized() -> None:
    before = pictures()
    assert augment.resize(before, 12) is before


def test_a_smaller_size_is_antialiased() -> None:
    stripes = torch.zeros(2, 3, 12, 12, dtype=torch.uint8)
    stripes[..., ::3] = 210
    small = augment.resize(stripes, 4)
    assert small.shape == (2, 3, 4, 4)
    assert small.dtype == torch.uint8
    assert ((small > 40) & (small < 100)).all()
