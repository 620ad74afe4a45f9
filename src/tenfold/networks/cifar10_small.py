"""cifar10-small: residual blocks behind a whitening that noise does not upset. Knows nothing of training.

The first layer is the default network's (Jordan 2024, arXiv 2404.00498) with a larger epsilon: at 5e-4 noise
of 10 levels outweighs the picture in half of the directions (LOG.md). The blocks are those of He et al. 2016
(arXiv 1603.05027), which normalise first, so that the way past them is free. It ends in an average over cells
and a linear head, so its evidence maps are exact. Pictures of 12 pixels and more.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from tenfold.errors import TrainingError
from tenfold.networks.output import Output, averaged
from tenfold.networks.whitening import whitening_filters


class PreActivationBlock(nn.Module):
    """Norm, GELU, convolution, twice, added to what came in."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm2d(channels)
        self.conv1 = _conv(channels, channels)
        self.norm2 = nn.BatchNorm2d(channels)
        self.conv2 = _conv(channels, channels)
        # A block begins as next to nothing, so the network as a shallow one (after Goyal et al. 2017, arXiv
        # 1706.02677). Not as zero: Muon divides by the filters' length.
        with torch.no_grad():
            self.conv2.weight.mul_(0.1)

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv1(functional.gelu(self.norm1(x)))
        found: Tensor = x + self.conv2(functional.gelu(self.norm2(y)))
        return found


class SmallNetwork(nn.Module):
    """The network. Input float `[N, 3, H, W]`, normalised; output `Output`.

    Args:
        widths: channels of the two groups of blocks.
        blocks: in each group.
        epsilon: of the whitening.
    """

    def __init__(self, classes: int, widths: tuple[int, int], blocks: int, epsilon: float) -> None:
        super().__init__()
        self.epsilon = epsilon
        one, two = widths
        self.whiten = nn.Conv2d(3, 24, 2)
        self.whiten.weight.requires_grad_(False)
        self.enter1 = _conv(24, one)
        self.group1 = nn.Sequential(*(PreActivationBlock(one) for _ in range(blocks)))
        self.norm1 = nn.BatchNorm2d(one)
        self.enter2 = _conv(one, two)
        self.group2 = nn.Sequential(*(PreActivationBlock(two) for _ in range(blocks)))
        self.norm2 = nn.BatchNorm2d(two)
        self.head = nn.Linear(two, classes)

    def start_from(self, pictures: Tensor) -> None:
        """Set the whitening from normalised training pictures, `[N, 3, H, W]`."""
        with torch.no_grad():
            self.whiten.weight.copy_(whitening_filters(pictures, self.epsilon))

    def forward(self, x: Tensor) -> Output:
        x = functional.max_pool2d(self.enter1(functional.gelu(self.whiten(x))), 2)
        x = functional.gelu(self.norm1(self.group1(x)))
        x = self.group2(functional.max_pool2d(self.enter2(x), 2))
        return averaged(functional.gelu(self.norm2(x)), self.head)


def build(
    classes: int, side: int, *, widths: Sequence[int] = (64, 128), blocks: int = 3, epsilon: float = 0.05
) -> SmallNetwork:
    """cifar10-small; the options are those of `SmallNetwork`.

    Raises:
        TrainingError: the widths are not two.
    """
    if len(widths) != 2:
        raise TrainingError("The network cifar10-small", "has two widths", received=f"widths {list(widths)}")
    one, two = widths
    return SmallNetwork(classes, (one, two), blocks, epsilon)


def _conv(inputs: int, outputs: int) -> nn.Conv2d:
    conv = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
    nn.init.kaiming_normal_(conv.weight, mode="fan_out", nonlinearity="relu")
    return conv
