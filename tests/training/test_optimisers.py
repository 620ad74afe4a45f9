"""The two optimisers: who learns by which, and how the rates fall."""

import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

import torch

from tenfold.networks.default import DefaultConfig, DefaultNetwork
from tenfold.training.config import Stage, TrainingConfig
from tenfold.training.optimisers import Optimisers

pytestmark = pytest.mark.train
CONFIG = TrainingConfig(stages=(Stage(10, 32),), whiten_bias_epochs=3, batch_size=50)


def narrow() -> DefaultNetwork:
    torch.manual_seed(0)
    return DefaultNetwork(DefaultConfig(widths=(4, 6, 8)))


def rates(optimisers: Optimisers) -> list[float]:
    return [g["lr"] for o in (optimisers.sgd, optimisers.muon) for g in o.param_groups]


def learn(network: DefaultNetwork, optimisers: Optimisers, seed: int) -> None:
    torch.manual_seed(seed)
    optimisers.set_rates()
    network(torch.randn(4, 3, 32, 32)).logits.square().sum().backward()
    optimisers.step()


def test_everything_that_learns_learns_by_exactly_one() -> None:
    network = narrow()
    optimisers = Optimisers(network, CONFIG, 100)
    taught = [p for o in (optimisers.sgd, optimisers.muon) for g in o.param_groups for p in g["params"]]
    learning = [p for p in network.parameters() if p.requires_grad]
    assert len(taught) == len(learning)
    assert {id(p) for p in taught} == {id(p) for p in learning}
    assert all(p.ndim == 4 for g in optimisers.muon.param_groups for p in g["params"])


def test_rates_fall_linearly_to_zero_and_the_first_bias_earlier() -> None:
    optimisers = Optimisers(narrow(), CONFIG, 100)
    seen = []
    for step in range(101):
        optimisers.done = step
        optimisers.set_rates()
        seen.append(rates(optimisers))
    whiten_bias, biases, head, filters = zip(*seen, strict=True)
    assert (biases[0], head[0], filters[0]) == (CONFIG.bias_lr, CONFIG.head_lr, CONFIG.filter_lr)
    assert (biases[50], head[50], filters[50]) == pytest.approx(
        (CONFIG.bias_lr / 2, CONFIG.head_lr / 2, CONFIG.filter_lr / 2)
    )
    assert biases[100] == head[100] == filters[100] == 0
    assert whiten_bias[15] == pytest.approx(CONFIG.bias_lr / 2)
    assert set(whiten_bias[30:]) == {0}


def test_weight_decay_does_not_depend_on_the_rate() -> None:
    optimisers = Optimisers(narrow(), CONFIG, 100)
    for group in optimisers.sgd.param_groups:
        assert group["weight_decay"] * group["lr"] == pytest.approx(CONFIG.weight_decay * CONFIG.batch_size)


def test_a_step_counts_and_clears_the_gradients() -> None:
    network = narrow()
    optimisers = Optimisers(network, CONFIG, 100)
    learn(network, optimisers, 1)
    assert optimisers.done == 1
    assert all(p.grad is None for p in network.parameters())


def test_restored_buffers_go_on_as_if_never_stopped() -> None:
    one, other = narrow(), narrow()
    first, second = Optimisers(one, CONFIG, 100), Optimisers(other, CONFIG, 100)
    learn(one, first, 1)
    other.load_state_dict(one.state_dict())
    second.restore({name: tensor.clone() for name, tensor in first.tensors().items()}, first.done)
    learn(one, first, 2)
    learn(other, second, 2)
    assert first.done == second.done == 2
    for name, tensor in one.state_dict().items():
        assert torch.equal(tensor, other.state_dict()[name]), name
