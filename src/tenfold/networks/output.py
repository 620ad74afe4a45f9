"""What every network computes. Knows no network."""

from typing import NamedTuple

from torch import Tensor, nn
from torch.nn import functional


class Output(NamedTuple):
    """What a network computes for N pictures.

    logits `[N, K]`; features `[N, D]`, what the head sees; maps `[N, K, h, w]`, class activation maps whose
    mean over the cells is the logit. A network that cannot say where it saw a class has one cell: the logit.
    """

    logits: Tensor
    features: Tensor
    maps: Tensor


def one_cell(logits: Tensor, features: Tensor) -> Output:
    """The output of a network that cannot say where it saw a class."""
    return Output(logits, features, logits[:, :, None, None])


def averaged(cells: Tensor, head: nn.Linear) -> Output:
    """The output of a linear head on the average of cells `[N, D, h, w]`.

    The head at each cell gives the class activation maps (Zhou et al. 2016, arXiv 1512.04150); the bias is
    part of each cell, so the mean over the cells is the logit.
    """
    features = cells.mean(dim=(2, 3))
    maps = functional.conv2d(cells, head.weight[:, :, None, None], head.bias)
    return Output(head(features), features, maps)
