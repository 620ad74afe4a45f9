"""The optimisers: who learns by which, and at what rate."""

import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

import torch
from torch import Tensor, nn

from tenfold.networks.default import DefaultConfig, DefaultNetwork
from tenfold.recipes.recipe import OPTIMISERS, Optimiser
from tenfold.training.optimisation.optimisers import Optimisers

pytestmark = pytest.mark.train
MUON = Optimiser("muon", rate=0.1)


def narrow() -> DefaultNetwork:
    torch.manual_seed(0)
    return DefaultNetwork(DefaultConfig(widths=(4, 6, 8)))


def learn(network: DefaultNetwork, optimisers: Optimisers, seed: int) -> None:
    torch.manual_seed(seed)
    optimisers.set_rates(1.0, 1.0)
    network(torch.randn(4, 3, 32, 32)).logits.square().mean().backward()
    optimisers.step()


@pytest.mark.parametrize("name", OPTIMISERS)
def test_everything_that_learns_learns_by_exactly_one(name: str) -> None:
    network = narrow()
    optimisers = Optimisers(network, Optimiser(name), 50)
    taught = [p for o in optimisers.each.values() for g in o.param_groups for p in g["params"]]
    learning = [p for p in network.parameters() if p.requires_grad]
    assert len(taught) == len(learning)
    assert {id(p) for p in taught} == {id(p) for p in learning}


def test_muon_takes_the_filters_and_nothing_else() -> None:
    network = narrow()
    optimisers = Optimisers(network, MUON, 50)
    filters = [p for g in optimisers.each["muon"].param_groups for p in g["params"]]
    assert {id(p) for p in filters} == {id(p) for p in network.groups.parameters() if p.ndim == 4}


def test_what_is_frozen_does_not_learn() -> None:
    network = narrow()
    network.groups.requires_grad_(False)
    optimisers = Optimisers(network, Optimiser("adam"), 50)
    before = network.get_parameter("groups.0.conv1.weight").clone()
    learn(network, optimisers, 1)
    assert torch.equal(network.get_parameter("groups.0.conv1.weight"), before)


def test_rates_are_shares_and_early_parameters_have_their_own() -> None:
    optimisers = Optimisers(narrow(), MUON, 50)
    optimisers.set_rates(0.5, 0.0)
    whiten_bias, biases, head = (group["lr"] for group in optimisers.each["sgd"].param_groups)
    assert (whiten_bias, biases, head) == pytest.approx((0, 0.5 * 0.053 * 50, 0.5 * 0.15 * 50))
    assert optimisers.each["muon"].param_groups[0]["lr"] == pytest.approx(0.05)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_a_step_changes_what_learns_and_clears_the_gradients(name: str) -> None:
    network = narrow()
    optimisers = Optimisers(network, Optimiser(name), 4)
    learning = [p for p in network.parameters() if p.requires_grad]
    before = [p.clone() for p in learning]
    learn(network, optimisers, 1)
    assert all(not torch.equal(one, other) for one, other in zip(before, learning, strict=True))
    assert all(p.grad is None for p in learning)
    assert optimisers.done == 1


@pytest.mark.parametrize("name", OPTIMISERS)
def test_put_back_from_a_checkpoint_they_go_on_as_before(name: str) -> None:
    network = narrow()
    optimisers = Optimisers(network, Optimiser(name), 4)
    for seed in range(3):
        learn(network, optimisers, seed)
    weights = {k: v.clone() for k, v in network.state_dict().items()}
    kept: dict[str, Tensor] = {k: v.clone() for k, v in optimisers.tensors().items()}
    learn(network, optimisers, 9)
    other = narrow()
    other.load_state_dict(weights)
    again = Optimisers(other, Optimiser(name), 4)
    again.restore(kept, 3)
    learn(other, again, 9)
    assert all(torch.equal(a, b) for a, b in zip(network.parameters(), other.parameters(), strict=True))


def test_a_long_gradient_is_clipped() -> None:
    layer = nn.Linear(2, 1, bias=False)
    before = layer.weight.clone()
    optimisers = Optimisers(layer, Optimiser("sgd", rate=1.0, momentum=0.0, clip=0.5), 4)
    optimisers.set_rates(1, 1)
    (layer.weight * 1000).sum().backward()  # type: ignore[no-untyped-call]
    optimisers.step()
    assert (before - layer.weight).norm().item() == pytest.approx(0.5, rel=1e-4)


def test_weight_decay_beside_muon_does_not_depend_on_the_rate() -> None:
    shrunk = []
    for rate in (0.01, 1.0):
        network = narrow()
        optimisers = Optimisers(network, Optimiser("muon", head_rate=rate, picture_decay=1e-3), 10)
        before = network.head.weight.clone()
        for p in network.parameters():
            p.grad = torch.zeros_like(p)
        optimisers.set_rates(1, 1)
        optimisers.step()
        shrunk.append((network.head.weight / before).mean().item())
    # Nesterov's first step counts a gradient 1.85 times.
    assert shrunk == pytest.approx([1 - 1.85 * 0.01] * 2, rel=1e-4)
