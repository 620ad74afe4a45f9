"""cifar10-small: what it may cost, and that noise does not outweigh the picture behind its whitening."""

import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

import torch

from tenfold.errors import TrainingError
from tenfold.networks.cifar10_small import build
from tenfold.networks.table import table_of

pytestmark = pytest.mark.train


def test_it_keeps_to_130_million_multiply_adds_and_10_megabytes() -> None:
    table = table_of("cifar10-small", 10, 32)
    assert table.multiply_adds <= 130e6
    assert 4 * table.parameters <= 10e6


def test_evidence_averages_to_the_logits() -> None:
    network = build(4, 32).eval()
    with torch.no_grad():
        output = network(torch.randn(2, 3, 32, 32))
    assert output.maps.shape == (2, 4, 7, 7)
    assert torch.allclose(output.maps.mean(dim=(2, 3)), output.logits, atol=1e-4)


@pytest.mark.parametrize(("epsilon", "upset"), [(0.05, False), (5e-4, True)])
def test_noise_outweighs_the_picture_only_behind_a_small_epsilon(epsilon: float, upset: bool) -> None:
    torch.manual_seed(0)
    coarse = torch.randn(200, 3, 8, 8)
    smooth = torch.nn.functional.interpolate(coarse, (32, 32), mode="bicubic")
    network = build(4, 32, epsilon=epsilon)
    network.start_from(smooth)
    with torch.no_grad():
        picture, noise = (network.whiten(x).std() for x in (smooth, 0.16 * torch.randn(200, 3, 32, 32)))
    assert (noise > picture) == upset


def test_widths_that_are_not_two_are_told() -> None:
    with pytest.raises(TrainingError, match="has two widths"):
        build(10, 32, widths=(8, 8, 8))
