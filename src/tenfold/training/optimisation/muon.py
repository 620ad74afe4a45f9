"""The Muon optimiser for filter banks. Knows nothing of schedules or networks.

Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks": the momentum of a filter
bank, seen as a matrix, is replaced by the nearest matrix with all singular values near one, so that every
direction learns at the same speed. The bank's length is put back to a fixed value after each step: only
its direction matters before a normalisation, and the rate then means the same thing throughout.
"""

from collections.abc import Iterable

import torch
from torch import Tensor
from torch.optim import Optimizer


def orthogonalise(matrix: Tensor, steps: int = 3) -> Tensor:
    """Push the singular values of `matrix` `[rows, columns]` towards one.

    A Newton-Schulz iteration with a quintic polynomial whose coefficients (from the source) give up
    exactness for speed: the values end between about 0.7 and 1.2, and three to five steps are enough.
    """
    a, b, c = 3.4445, -4.7750, 2.0315
    x: Tensor = matrix / (matrix.norm() + 1e-7)
    tall = x.shape[0] > x.shape[1]
    if tall:
        x = x.T
    for _ in range(steps):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.T if tall else x


class Muon(Optimizer):
    """Muon with Nesterov momentum for parameters of two or more dimensions.

    Args:
        params: filter banks, `[outputs, ...]`.
        lr: the length of a step relative to the bank's own.
        momentum: how much of the earlier gradients is kept.
    """

    def __init__(self, params: Iterable[Tensor], lr: float, momentum: float) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        for group in self.param_groups:
            for bank in group["params"]:
                if bank.grad is None:
                    continue
                state = self.state[bank]
                if "momentum" not in state:
                    state["momentum"] = torch.zeros_like(bank)
                buffer = state["momentum"]
                buffer.mul_(group["momentum"]).add_(bank.grad)
                gradient = bank.grad.add(buffer, alpha=group["momentum"])
                bank.mul_(len(bank) ** 0.5 / bank.norm())
                update = orthogonalise(gradient.reshape(len(bank), -1))
                bank.add_(update.reshape(bank.shape), alpha=-group["lr"])
