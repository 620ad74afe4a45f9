"""A network's layer table: shapes, parameters and multiply-adds, from a real forward pass. Knows no network.

Multiply-adds are those of convolutions and linear layers for one picture, as papers count them; norms,
activations and pooling are left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from tenfold.networks.known import NETWORKS, build

_CONV = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
_TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)


@dataclass(frozen=True)
class Layer:
    """One row.

    Attributes:
        name: as in the state dict, before ".weight".
        type: the class's name.
        output: the shape for one picture, channels first; empty where the layer is not called by itself.
        parameters: weights and biases; what it shares with a layer above is counted there.
        trainable: those of them that learn.
        statistics: the means and variances that a batch norm keeps; Keras counts them as parameters.
        multiply_adds: for one picture.
    """

    name: str
    type: str
    output: tuple[int, ...]
    parameters: int
    trainable: int
    statistics: int
    multiply_adds: int


@dataclass(frozen=True)
class LayerTable:
    """The rows in the order of the network's modules, and their totals."""

    layers: tuple[Layer, ...]

    @property
    def parameters(self) -> int:
        """Weights and biases, as torch and papers count them."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def trainable(self) -> int:
        return sum(layer.trainable for layer in self.layers)

    @property
    def keras_parameters(self) -> int:
        """With the batch norms' means and variances, as Keras counts them."""
        return self.parameters + sum(layer.statistics for layer in self.layers)

    @property
    def multiply_adds(self) -> int:
        return sum(layer.multiply_adds for layer in self.layers)


def table_of(name: str, classes: int, side: int, **options: Any) -> LayerTable:
    """The table of a new network; the arguments are those of `known.build`. Raises TrainingError."""
    if all(name != known.name for known in NETWORKS):
        return layer_table(build(name, classes, side, **options), side)
    with torch.device("meta"):  # shapes without numbers: nothing is computed
        return layer_table(build(name, classes, side, **options), side)


def layer_table(network: nn.Module, side: int) -> LayerTable:
    """The table of a network on pictures of side x side pixels.

    A `nn.Linear` whose weight the network uses without calling the layer is taken as applied once.
    """
    outputs: dict[nn.Module, tuple[int, ...]] = {}
    work: dict[nn.Module, int] = {}

    def see(layer: nn.Module, inputs: tuple[Any, ...], output: object) -> None:
        if isinstance(output, Tensor):
            outputs[layer] = tuple(output.shape[1:])
            if inputs and isinstance(inputs[0], Tensor):
                work[layer] = work.get(layer, 0) + _multiply_adds(layer, inputs[0], output)

    hooks = [layer.register_forward_hook(see) for layer in network.modules()]
    weight = next(network.parameters(), torch.empty(0))
    mode = network.training
    try:
        with torch.no_grad():
            network.eval()(torch.zeros(1, 3, side, side, device=weight.device))
    finally:
        network.train(mode)
        for hook in hooks:
            hook.remove()
    return LayerTable(tuple(_rows(network, outputs, work)))


def _rows(
    network: nn.Module, outputs: dict[nn.Module, tuple[int, ...]], work: dict[nn.Module, int]
) -> Iterator[Layer]:
    counted: set[Tensor] = set()
    for name, layer in network.named_modules():
        own = [p for p in layer.parameters(recurse=False) if p not in counted]
        counted.update(own)
        if list(layer.children()) and not own:
            continue
        once = layer.weight.numel() if isinstance(layer, nn.Linear) else 0
        statistics = [
            b for n, b in layer.named_buffers(recurse=False) if n in ("running_mean", "running_var")
        ]
        yield Layer(
            name,
            type(layer).__name__,
            outputs.get(layer, ()),
            sum(p.numel() for p in own),
            sum(p.numel() for p in own if p.requires_grad),
            sum(b.numel() for b in statistics),
            work.get(layer, once),
        )


def _multiply_adds(layer: nn.Module, given: Tensor, output: Tensor) -> int:
    if isinstance(layer, _CONV):
        return layer.weight.numel() * output[0, 0].numel()
    if isinstance(layer, _TRANSPOSED):
        return layer.weight.numel() * given[0, 0].numel()
    if isinstance(layer, nn.Linear):
        return layer.in_features * output[0].numel()
    return 0
