"""The two ResNets: the papers' sizes, and maps whose mean is the logit."""

import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

import torch

from tenfold.errors import TrainingError
from tenfold.networks.known import build
from tenfold.networks.residual import BasicBlock, WideBlock
from tenfold.networks.table import table_of

pytestmark = pytest.mark.train


def test_resnet_20_has_the_papers_size() -> None:
    table = table_of("resnet-20", 10, 32)
    # 3 x 3 x inputs x outputs of each convolution, scale and shift of each norm, the head
    convolutions = 9 * (3 * 16 + 6 * 16 * 16 + 16 * 32 + 5 * 32 * 32 + 32 * 64 + 5 * 64 * 64)
    assert table.parameters == convolutions + 2 * 7 * (16 + 32 + 64) - 2 * (32 + 64) + 650 == 269_722
    # The first convolution; six, five and five that keep their shape; two that halve it; the head.
    whole = 16 * 16 * 9 * 32**2
    assert table.multiply_adds == 16 * 27 * 32**2 + 16 * whole + 2 * whole // 2 + 640 == 40_551_040


def test_wide_resnet_28_10_has_the_papers_size() -> None:
    table = table_of("wide-resnet-28-10", 10, 32)
    assert table.parameters == 36_479_194
    assert table.multiply_adds == pytest.approx(5.2e9, rel=0.01)
    assert sum(layer.type == "Conv2d" and "shortcut" not in layer.name for layer in table.layers) == 25


@pytest.mark.parametrize("side", [32, 33])
@pytest.mark.parametrize(
    ("name", "options"), [("resnet-20", {"depth": 8}), ("wide-resnet-28-10", {"depth": 10, "width": 1})]
)
def test_the_mean_of_a_map_is_the_logit(name: str, options: dict[str, int], side: int) -> None:
    torch.manual_seed(0)
    network = build(name, 7, side, **options).eval()
    with torch.no_grad():
        network.get_parameter("head.bias").normal_()
        output = network(torch.randn(2, 3, side, side))
    assert output.logits.shape == (2, 7)
    assert output.features.shape == (2, 64)
    assert output.maps.shape == (2, 7, (side + 3) // 4, (side + 3) // 4)
    assert torch.allclose(output.maps.mean(dim=(2, 3)), output.logits, atol=1e-5)


def test_a_block_that_adds_nothing_passes_every_second_pixel_and_new_channels_as_zero() -> None:
    block = BasicBlock(2, 4, 2).eval()
    torch.nn.init.zeros_(block.norm2.weight)
    x = torch.rand(1, 2, 5, 5)
    y = block(x)
    assert torch.equal(y[:, :2], x[:, :, ::2, ::2])
    assert not y[:, 2:].any()


def test_a_wide_block_that_adds_nothing_passes_its_input() -> None:
    block = WideBlock(4, 4, 1, 0.0).eval()
    torch.nn.init.zeros_(block.conv2.weight)
    x = torch.randn(1, 4, 5, 5)
    assert torch.equal(block(x), x)


def test_a_depth_that_does_not_divide_is_told() -> None:
    with pytest.raises(TrainingError) as caught:
        build("resnet-20", 10, 32, depth=18)
    assert str(caught.value) == (
        "The network resnet has three groups of equal blocks, so its depth is 6 n + 2 (depth 18). "
        "Choose one of 8, 14, 20, 26, 32, ..."
    )
