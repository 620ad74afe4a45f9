"""Networks as a list of named layers, with Keras's layers and initial values. Knows no particular network.

The student projects that tenfold reproduces were written in Keras. Here are its conventions, so that a
network built by `Layers` starts and learns as there: Glorot's uniform kernels and zero biases, batch
normalisation with epsilon 0.001 and a memory of 0.99, 'same' and 'valid' padding, ReLU directly behind the
layer it belongs to.
"""

import math
from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import Literal

from torch import Tensor, nn

from tenfold.errors import TrainingError
from tenfold.networks.output import Output, one_cell

Initialise = Callable[[Tensor], object]
# A normal distribution cut off at two deviations has this deviation left.
_CUT_DEVIATION = 0.87962566103423978


class Layered(nn.Sequential):
    """Named layers, the last of which is the linear head. Input float `[N, 3, S, S]`; output `Output`."""

    def forward(self, x: Tensor) -> Output:
        *body, head = self
        for layer in body:
            x = layer(x)
        return one_cell(head(x), x)


class Layers:
    """Collects layers, named by kind and number (conv1, norm1, pool1, ...), and follows the shape.

    Args:
        name: the network's, for messages.
        side: the pictures' side in pixels.
    """

    def __init__(self, name: str, side: int) -> None:
        self.name = name
        self.layers: OrderedDict[str, nn.Module] = OrderedDict()
        self._given, self._side, self._channels = side, side, 3
        self._flat = False
        self._count: Counter[str] = Counter()

    def conv(
        self,
        filters: int,
        padding: Literal["same", "valid"] = "same",
        initialise: Initialise = nn.init.xavier_uniform_,
        name: str = "",
    ) -> "Layers":
        """A 3 x 3 convolution and ReLU."""
        conv = nn.Conv2d(self._channels, filters, 3, padding=1 if padding == "same" else 0)
        self._channels = filters
        self._shrink(self._side - (0 if padding == "same" else 2))
        return self._with_relu("conv", conv, initialise, name)

    def norm(self) -> "Layers":
        """Batch normalisation."""
        kind = nn.BatchNorm1d if self._flat else nn.BatchNorm2d
        return self._add("norm", kind(self._channels, eps=1e-3, momentum=0.01))

    def pool(self, size: int = 2, stride: int = 2, name: str = "") -> "Layers":
        """The maximum of size x size pixels; what does not fill a square at the edge is dropped."""
        self._shrink((self._side - size) // stride + 1)
        return self._add("pool", nn.MaxPool2d(size, stride), name)

    def dropout(self, rate: float) -> "Layers":
        return self._add("dropout", nn.Dropout(rate))

    def flatten(self) -> "Layers":
        self._channels *= self._side**2
        self._flat = True
        return self._add("flatten", nn.Flatten(), "flatten")

    def dense(self, units: int) -> "Layers":
        """A fully connected layer and ReLU."""
        dense = nn.Linear(self._channels, units)
        self._channels = units
        return self._with_relu("dense", dense, nn.init.xavier_uniform_, "")

    def head(self, classes: int) -> Layered:
        """The network, closed by the layer that gives the logits."""
        head = nn.Linear(self._channels, classes)
        _start(head, nn.init.xavier_uniform_)
        self._add("dense", head)
        return Layered(self.layers)

    def _with_relu(
        self, kind: str, layer: nn.Conv2d | nn.Linear, initialise: Initialise, name: str
    ) -> "Layers":
        _start(layer, initialise)
        self._add(kind, layer, name)
        return self._add("relu", nn.ReLU())

    def _add(self, kind: str, layer: nn.Module, name: str = "") -> "Layers":
        self._count[kind] += 1
        self.layers[name or f"{kind}{self._count[kind]}"] = layer
        return self

    def _shrink(self, side: int) -> None:
        if side < 1:
            raise TrainingError(
                f"The network {self.name}",
                "needs larger pictures",
                received=f"at a side of {self._given} pixels nothing is left for its later layers",
                cure="Choose a larger side.",
            )
        self._side = side


def he_normal(weight: Tensor) -> Tensor:
    """Keras's he_normal (He et al. 2015, arXiv 1502.01852), a normal distribution cut off at 2 deviations."""
    inputs = weight[0].numel()
    deviation = math.sqrt(2 / inputs) / _CUT_DEVIATION
    return nn.init.trunc_normal_(weight, std=deviation, a=-2 * deviation, b=2 * deviation)


def _start(layer: nn.Conv2d | nn.Linear, initialise: Initialise) -> None:
    initialise(layer.weight)
    assert layer.bias is not None
    nn.init.zeros_(layer.bias)
