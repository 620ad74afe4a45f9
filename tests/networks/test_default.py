"""The default network: its size, its start, and maps whose mean is the logit."""

from dataclasses import replace

import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

import torch
from torch import Tensor, nn

from tenfold.networks.default import DefaultConfig, DefaultNetwork
from tenfold.networks.table import table_of

pytestmark = pytest.mark.train
NARROW = DefaultConfig(widths=(4, 6, 8))


def network(config: DefaultConfig = NARROW) -> DefaultNetwork:
    torch.manual_seed(0)
    return DefaultNetwork(config)


def noise(side: int = 32, count: int = 4) -> Tensor:
    return torch.randn(count, 3, side, side, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(("side", "cells"), [(32, 7), (28, 6), (24, 5)])
def test_outputs_have_the_shapes_of_the_design(side: int, cells: int) -> None:
    output = network()(noise(side))
    assert output.logits.shape == (4, 10)
    assert output.features.shape == (4, 8)
    assert output.maps.shape == (4, 10, cells, cells)


def test_the_mean_of_a_map_is_the_logit() -> None:
    output = network().eval()(noise())
    assert torch.allclose(output.maps.mean(dim=(2, 3)), output.logits, atol=1e-5)
    assert output.logits.std() > 0.01


def test_the_head_is_scaled_by_the_square_root_of_its_width() -> None:
    whole = network().eval()
    output = whole(noise())
    assert torch.allclose(output.logits, output.features @ whole.head.weight.T / 8**0.5, atol=1e-5)


def test_the_published_variant_halves_again_and_takes_the_maximum() -> None:
    config = DefaultConfig(widths=(4, 6, 8), last_pool=True, pool="max")
    output = network(config).eval()(noise())
    assert output.maps.shape == (4, 10, 3, 3)
    assert output.logits.shape == (4, 10)


def test_the_default_is_about_two_million_parameters_and_under_150_million_multiply_adds() -> None:
    with torch.device("meta"):
        whole = DefaultNetwork(DefaultConfig())
        work = []

        def count(layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
            assert isinstance(layer, nn.Conv2d)
            work.append(layer.weight.numel() * output.shape[2] * output.shape[3])

        for layer in whole.modules():
            if isinstance(layer, nn.Conv2d):
                layer.register_forward_hook(count)
        whole(torch.zeros(1, 3, 32, 32))
    assert len(work) == 7
    assert 1.9e6 < sum(p.numel() for p in whole.parameters()) < 2.1e6
    assert 100e6 < sum(work) < 150e6


def test_filters_begin_as_copies_of_their_input() -> None:
    for group in network().groups:
        conv = group.conv2
        assert isinstance(conv, nn.Conv2d)
        x = (
            noise(8)[:, :1].repeat(1, conv.in_channels, 1, 1)
            * torch.arange(1, conv.in_channels + 1)[:, None, None]
        )
        assert torch.allclose(conv(x)[:, : conv.in_channels], x, atol=1e-6)


def test_whitening_makes_patches_uncorrelated_and_of_one_size() -> None:
    # Smooth pictures: neighbours are much alike, which is what whitening is to undo.
    pictures = nn.functional.avg_pool2d(noise(35, 200), 4, 1) * 3
    whole = DefaultNetwork(replace(NARROW, epsilon=1e-9))
    whole.start_from(pictures)
    responses = whole.whiten(pictures).permute(1, 0, 2, 3).reshape(24, -1)
    products = responses[:12] @ responses[:12].T / responses.shape[1]
    assert torch.allclose(products, torch.eye(12), atol=0.02)
    assert torch.allclose(responses[12:], -responses[:12], atol=1e-4)


def test_the_first_filters_and_the_norms_scales_are_fixed() -> None:
    fixed = {name for name, p in network().named_parameters() if not p.requires_grad}
    assert fixed == {"whiten.weight"} | {f"groups.{g}.norm{n}.weight" for g in range(3) for n in (1, 2)}


def test_a_seed_fixes_the_start() -> None:
    one, same = network().state_dict(), network().state_dict()
    torch.manual_seed(1)
    other = DefaultNetwork(NARROW).state_dict()
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert any(not torch.equal(one[name], other[name]) for name in one)


def test_cifar10_small_keeps_to_130_million_multiply_adds_and_10_megabytes() -> None:
    table = table_of("cifar10-small", 10, 32)
    assert table.multiply_adds <= 130e6
    assert 4 * table.parameters <= 10e6


@pytest.mark.parametrize(("epsilon", "upset"), [(0.05, False), (5e-4, True)])
def test_noise_outweighs_the_picture_only_behind_a_small_epsilon(epsilon: float, upset: bool) -> None:
    smooth = nn.functional.interpolate(noise(8, 200), (32, 32), mode="bicubic")
    whole = DefaultNetwork(replace(NARROW, epsilon=epsilon))
    whole.start_from(smooth)
    with torch.no_grad():
        picture, noisy = (whole.whiten(x).std() for x in (smooth, 0.16 * noise(32, 200)))
    assert (noisy > picture) == upset
