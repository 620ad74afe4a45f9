"""Networks as lists of layers: the names, and Keras's initial values."""

import pytest

pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")

import torch
from torch import nn

from tenfold.networks.layered import Layered, Layers, he_normal

pytestmark = pytest.mark.train


def small() -> Layered:
    torch.manual_seed(0)
    layers = Layers("small", 8).conv(64).norm().conv(64, "valid", he_normal, "inner").pool().dropout(0.3)
    return layers.flatten().dense(32).norm().head(4)


def test_layers_are_named_by_kind_and_number() -> None:
    names = [name for name, _ in small().named_children()]
    assert names == [
        "conv1",
        "relu1",
        "norm1",
        "inner",
        "relu2",
        "pool1",
        "dropout1",
        "flatten",
        "dense1",
        "relu3",
        "norm2",
        "dense2",
    ]


def test_layers_start_as_in_keras() -> None:
    network = small()
    conv, inner, head = network.conv1, network.inner, network.dense2
    assert isinstance(conv, nn.Conv2d)
    assert isinstance(inner, nn.Conv2d)
    assert isinstance(head, nn.Linear)
    glorot = (6 / (3 * 9 + 64 * 9)) ** 0.5
    assert glorot * 0.95 < conv.weight.abs().max() <= glorot
    assert abs(conv.weight.std() - glorot / 3**0.5) < 0.05 * glorot
    normal = (2 / (64 * 9)) ** 0.5
    assert abs(inner.weight.std() - normal) < 0.03 * normal
    assert inner.weight.abs().max() <= 2 * normal / 0.8796
    for layer in (conv, inner, head):
        assert layer.bias is not None
        assert not layer.bias.any()


def test_norms_remember_as_keras_norms_do() -> None:
    for layer in small().modules():
        if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
            assert (layer.eps, layer.momentum) == (0.001, 0.01)


def test_the_features_are_what_the_head_sees() -> None:
    network = small().eval()
    output = network(torch.randn(3, 3, 8, 8))
    assert output.features.shape == (3, 32)
    assert torch.equal(network[-1](output.features), output.logits)
    assert output.maps.shape == (3, 4, 1, 1)
