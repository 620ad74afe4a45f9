"""The layer table: what it counts, on layers whose figures one can work out."""

import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

import torch
from torch import Tensor, nn
from torch.nn import functional

from tenfold.networks.table import Layer, layer_table, table_of

pytestmark = pytest.mark.train


class Odd(nn.Module):
    """A weight of its own, a layer used twice, one used by hand, one that shares its weight, groups."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(4), requires_grad=False)
        self.grouped = nn.Conv2d(3, 6, 3, stride=2, groups=3, bias=False)
        self.norm = nn.BatchNorm2d(6)
        self.twice = nn.Linear(6, 6)
        self.shares = nn.Linear(6, 6)
        self.shares.weight = self.twice.weight
        self.by_hand = nn.Linear(6, 4, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(self.grouped(x)).mean(dim=(2, 3))
        x = self.shares(self.twice(self.twice(x)))
        return functional.linear(x, self.by_hand.weight) * self.scale


def test_rows_say_what_each_layer_is_and_costs() -> None:
    table = layer_table(Odd(), 9)
    assert table.layers == (
        Layer("", "Odd", (4,), 4, 0, 0, 0),
        Layer("grouped", "Conv2d", (6, 4, 4), 54, 54, 0, 54 * 16),
        Layer("norm", "BatchNorm2d", (6, 4, 4), 12, 12, 12, 0),
        Layer("twice", "Linear", (6,), 42, 42, 0, 72),
        Layer("shares", "Linear", (6,), 6, 6, 0, 36),
        Layer("by_hand", "Linear", (), 24, 24, 0, 24),
    )


def test_totals_count_as_torch_and_as_keras_do() -> None:
    odd = Odd()
    table = layer_table(odd, 9)
    assert table.parameters == sum(p.numel() for p in odd.parameters()) == 142
    assert table.trainable == 138
    assert table.keras_parameters == 154
    assert table.multiply_adds == 54 * 16 + 72 + 36 + 24


def test_a_transposed_convolution_costs_by_its_input() -> None:
    table = layer_table(nn.ConvTranspose2d(3, 5, 4, stride=2, bias=False), 6)
    assert table.multiply_adds == 3 * 5 * 16 * 36


def test_looking_changes_nothing() -> None:
    odd = Odd()
    layer_table(odd, 9)
    assert odd.training
    assert odd.norm.num_batches_tracked == 0
    assert not any(layer._forward_hooks for layer in odd.modules())


def test_multiply_adds_grow_with_the_picture_and_the_head_with_the_classes() -> None:
    small, large = table_of("resnet-20", 10, 32), table_of("resnet-20", 100, 64)
    assert large.multiply_adds - 6400 == 4 * (small.multiply_adds - 640)
    assert large.parameters == small.parameters + 90 * 65


def test_the_default_network_costs_what_its_page_says() -> None:
    table = table_of("default", 10, 32)
    assert table.parameters == pytest.approx(2.0e6, rel=0.02)
    assert table.multiply_adds == pytest.approx(142e6, rel=0.005)
