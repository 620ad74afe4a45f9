"""What every network computes. Knows no network."""

from typing import NamedTuple

from torch import Tensor


class Output(NamedTuple):
    """What a network computes for N pictures.

    logits `[N, K]`; features `[N, D]`, what the head sees; maps `[N, K, h, w]`, class activation maps whose
    mean over the cells is the logit. A network that cannot say where it saw a class has one cell: the logit.
    """

    logits: Tensor
    features: Tensor
    maps: Tensor
