"""Flips, shifts and warps: where each pixel comes from, and what is put where there is none."""

import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

import torch
from torch import Generator, Tensor

from tenfold.training.augmentation import geometry

pytestmark = pytest.mark.train

ROW = [10, 20, 30, 40, 50]


def row() -> Tensor:
    return torch.tensor(ROW, dtype=torch.uint8).expand(1, 3, 5, 5)


@pytest.mark.parametrize(
    ("fill", "expected"),
    [
        ("nearest", [30, 40, 50, 50, 50]),
        ("reflect", [30, 40, 50, 40, 30]),
        ("constant", [30, 40, 50, 120, 120]),
    ],
)
def test_a_shift_and_a_warp_fill_the_same_way(fill: str, expected: list[int]) -> None:
    two, none, false = torch.tensor([2]), torch.tensor([0]), torch.tensor([False])
    moved = geometry.move(row(), two, none, false, fill)
    assert moved[0, 0].tolist() == [expected] * 5
    if fill == "constant":
        # A warp blends into the grey over one pixel, which whole pixels cannot show.
        assert (
            geometry.warp(row(), torch.eye(2)[None], torch.tensor([[2.0, 0.0]]), fill)[0, 0, 2].tolist()
            == expected
        )
    else:
        warped = geometry.warp(row(), torch.eye(2)[None], torch.tensor([[2.0, 0.0]]), fill)
        assert torch.equal(warped, moved)


def test_a_picture_is_mirrored_before_it_is_shifted() -> None:
    moved = geometry.move(row(), torch.tensor([1]), torch.tensor([0]), torch.tensor([True]), "nearest")
    assert moved[0, 1, 0].tolist() == [40, 30, 20, 10, 10]


def test_rows_are_shifted_like_columns() -> None:
    batch = torch.randint(0, 256, (4, 3, 9, 9), dtype=torch.uint8)
    shift, none, false = torch.tensor([1, -1, 2, 3]), torch.zeros(4).long(), torch.zeros(4).bool()
    for fill in ("nearest", "reflect", "constant"):
        across = geometry.move(batch, shift, none, false, fill)
        down = geometry.move(batch.transpose(2, 3), none, shift, false, fill)
        assert torch.equal(across, down.transpose(2, 3))


def test_a_quarter_turn_is_exact() -> None:
    batch = torch.randint(0, 256, (3, 3, 8, 8), dtype=torch.uint8, generator=Generator().manual_seed(1))
    quarter = torch.tensor([[0.0, -1.0], [1.0, 0.0]]).expand(3, 2, 2)
    turned = geometry.warp(batch, quarter, torch.zeros(3, 2), "nearest")
    assert torch.equal(turned, batch.rot90(1, (2, 3)))


def test_half_a_pixel_is_drawn_bilinearly() -> None:
    warped = geometry.warp(row(), torch.eye(2)[None], torch.tensor([[0.5, 0.0]]), "nearest")
    assert warped[0, 0, 0].tolist() == [15, 25, 35, 45, 50]


@pytest.mark.parametrize("count", [2, 1000, 50_000])
@pytest.mark.parametrize("seed", [0, 1, -7, 2**70])
def test_exactly_half_of_the_pictures_are_mirrored_first(count: int, seed: int) -> None:
    first = geometry.mirrored_first(torch.arange(count), seed)
    assert first.sum() == count // 2
    if count > 2:
        # No pattern in the order: neighbours two apart agree half of the time.
        assert (first[::2][1:] == first[::2][:-1]).float().mean() == pytest.approx(0.5, abs=0.08)
