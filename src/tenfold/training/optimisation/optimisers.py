"""The optimisers of a recipe, stepped together. Knows nothing of data or epochs.

With Muon, filters learn by Muon and biases and head by SGD, each at its own rate (Jordan 2024, arXiv
2404.00498); weight decay is then decoupled from the rates' size.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from tenfold.networks.output import LearnsEarly
from tenfold.recipes.recipe import Optimiser
from tenfold.training import checkpoints
from tenfold.training.optimisation.muon import Muon


class Optimisers:
    """What changes the weights of one network.

    Args:
        network: whose parameters learn; those of its method `early_parameters` have a rate of their own.
        config: which optimiser, and its rates.
        batch_size: pictures in a step; Muon's companions have rates for each picture.
    """

    def __init__(self, network: nn.Module, config: Optimiser, batch_size: int) -> None:
        self.config = config
        self.done = 0
        early: list[Tensor] = network.early_parameters() if isinstance(network, LearnsEarly) else []
        early = [p for p in early if p.requires_grad]
        others = [p for p in network.parameters() if p.requires_grad and not any(p is one for one in early)]
        self.learning = [*early, *others]
        self.each = (
            _muon(early, others, config, batch_size) if config.name == "muon" else _one(early, others, config)
        )
        for optimiser in self.each.values():
            for group in optimiser.param_groups:
                group["first_lr"] = group["lr"]

    def set_rates(self, share: float, early_share: float) -> None:
        """Set this step's rates, as shares of the first; early parameters have a share of their own."""
        for optimiser in self.each.values():
            for group in optimiser.param_groups:
                group["lr"] = group["first_lr"] * (early_share if group["early"] else share)

    def step(self) -> None:
        """Take one step along the gradients, and clear them."""
        if self.config.clip:
            torch.nn.utils.clip_grad_norm_(self.learning, self.config.clip)
        for optimiser in self.each.values():
            optimiser.step()
            optimiser.zero_grad()
        self.done += 1

    def tensors(self) -> dict[str, Tensor]:
        """The momentum buffers, named for a checkpoint."""
        return {
            name: tensor
            for kind, optimiser in self.each.items()
            for name, tensor in checkpoints.optimiser_tensors(kind, optimiser).items()
        }

    def restore(self, tensors: dict[str, Tensor], done: int) -> None:
        """Put the buffers of a checkpoint back, `done` steps into the run."""
        for kind, optimiser in self.each.items():
            checkpoints.restore_optimiser(kind, optimiser, tensors)
        self.done = done


def _one(
    early: Sequence[Tensor], others: Sequence[Tensor], config: Optimiser
) -> dict[str, torch.optim.Optimizer]:
    groups = [
        _group(part, config.rate, config.weight_decay, early=part is early)
        for part in (early, others)
        if part
    ]
    if config.name == "sgd":
        sgd = torch.optim.SGD(groups, momentum=config.momentum, nesterov=config.momentum > 0)
        return {"sgd": sgd}
    kind = torch.optim.AdamW if config.name == "adamw" else torch.optim.Adam
    # Fused: one pass over the memory instead of a dozen, half the step of a network with wide layers.
    adam = kind(groups, betas=(config.beta1, config.beta2), eps=config.epsilon, fused=True)
    return {config.name: adam}


def _muon(
    early: Sequence[Tensor], others: Sequence[Tensor], config: Optimiser, batch_size: int
) -> dict[str, torch.optim.Optimizer]:
    decay = config.picture_decay * batch_size
    filters = [p for p in others if p.ndim == 4]
    parts = (
        (early, config.bias_rate, True),
        ([p for p in others if p.ndim == 1], config.bias_rate, False),
        ([p for p in others if p.ndim not in (1, 4)], config.head_rate, False),
    )
    # The loss is a mean: a rate for each picture is multiplied by how many there are. SGD multiplies decay by
    # the rate; dividing here leaves the two independent.
    groups = [
        _group(part, rate * batch_size, decay / (rate * batch_size), early=first)
        for part, rate, first in parts
        if part
    ]
    found: dict[str, torch.optim.Optimizer] = {}
    if groups:
        found["sgd"] = torch.optim.SGD(groups, momentum=config.rest_momentum, nesterov=True)
    if filters:
        found["muon"] = Muon(filters, config.rate, config.momentum)
        found["muon"].param_groups[0]["early"] = False
    return found


def _group(params: Sequence[Tensor], rate: float, decay: float, *, early: bool) -> dict[str, object]:
    return {"params": list(params), "lr": rate, "weight_decay": decay, "early": early}
