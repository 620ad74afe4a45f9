"""The two optimisers of the default recipe and their schedule. Knows nothing of data or epochs.

Filters learn by Muon, biases and head by SGD, each at its own rate; all rates fall linearly to zero
(Jordan 2024, arXiv 2404.00498). Weight decay is decoupled from the rates' size.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from tenfold.networks.default import DefaultNetwork
from tenfold.training import checkpoints
from tenfold.training.config import TrainingConfig
from tenfold.training.muon import Muon


class Optimisers:
    """Muon for filters and SGD for the rest, stepped together.

    Args:
        network: whose parameters learn.
        config: the rates.
        steps: how many steps the run has; the rates reach zero at the last.
    """

    def __init__(self, network: DefaultNetwork, config: TrainingConfig, steps: int) -> None:
        self.steps = steps
        self.done = 0
        self.whiten_bias_steps = steps * config.whiten_bias_epochs / config.epochs
        decay = config.weight_decay * config.batch_size
        filters = [p for p in network.groups.parameters() if p.ndim == 4]
        biases = [p for p in network.groups.parameters() if p.ndim == 1 and p.requires_grad]
        assert network.whiten.bias is not None
        self.sgd = torch.optim.SGD(
            [
                _group([network.whiten.bias], config.bias_lr, decay),
                _group(biases, config.bias_lr, decay),
                _group([network.head.weight], config.head_lr, decay),
            ],
            momentum=config.momentum,
            nesterov=True,
        )
        self.muon = Muon(filters, config.filter_lr, config.filter_momentum)
        for optimiser in (self.sgd, self.muon):
            for group in optimiser.param_groups:
                group["first_lr"] = group["lr"]

    def set_rates(self) -> None:
        """Set this step's rates."""
        share = 1 - self.done / self.steps
        for optimiser in (self.sgd, self.muon):
            for group in optimiser.param_groups:
                group["lr"] = group["first_lr"] * share
        whiten_bias = self.sgd.param_groups[0]
        whiten_bias["lr"] = whiten_bias["first_lr"] * max(0.0, 1 - self.done / self.whiten_bias_steps)

    def step(self) -> None:
        """Take one step along the gradients, and clear them."""
        self.sgd.step()
        self.muon.step()
        self.sgd.zero_grad()
        self.muon.zero_grad()
        self.done += 1

    def tensors(self) -> dict[str, Tensor]:
        """The momentum buffers, named for a checkpoint."""
        return checkpoints.optimiser_tensors("sgd", self.sgd) | checkpoints.optimiser_tensors(
            "muon", self.muon
        )

    def restore(self, tensors: dict[str, Tensor], done: int) -> None:
        """Put the buffers of a checkpoint back, `done` steps into the run."""
        checkpoints.restore_optimiser("sgd", self.sgd, tensors)
        checkpoints.restore_optimiser("muon", self.muon, tensors)
        self.done = done


def _group(params: Sequence[Tensor], lr: float, decay: float) -> dict[str, object]:
    # SGD multiplies decay by the rate; dividing here leaves the two independent.
    return {"params": list(params), "lr": lr, "weight_decay": decay / lr}
