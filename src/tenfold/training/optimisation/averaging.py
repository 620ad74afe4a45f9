"""A moving average of a network's weights, which does better than the last ones (Polyak and Juditsky 1992).

Knows nothing of steps or epochs but that `update` is called after each step.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn


class Average:
    """An exponential moving average of all that a network learns or measures.

    Args:
        network: the network.
        decay: how much of the average stays in a step, 0 to 1.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.decay = decay
        self.steps = 0
        self.live = [t for t in network.state_dict().values() if t.is_floating_point()]
        self.names = [k for k, t in network.state_dict().items() if t.is_floating_point()]
        self.mean = [t.detach().clone() for t in self.live]

    @torch.no_grad()
    def update(self) -> None:
        """Take in the weights as they are now."""
        self.steps += 1
        # Early on the average follows closely, so that the random start is forgotten.
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        torch._foreach_lerp_(self.mean, self.live, 1 - decay)

    @contextmanager
    @torch.no_grad()
    def applied(self) -> Iterator[None]:
        """Within it the network has the average's weights."""
        kept = [t.clone() for t in self.live]
        torch._foreach_copy_(self.live, self.mean)
        try:
            yield
        finally:
            with torch.no_grad():
                torch._foreach_copy_(self.live, kept)

    @torch.no_grad()
    def keep(self) -> None:
        """Give the network the average's weights for good."""
        torch._foreach_copy_(self.live, self.mean)

    def tensors(self) -> dict[str, Tensor]:
        """The average, named for a checkpoint."""
        return {f"average.{name}": tensor for name, tensor in zip(self.names, self.mean, strict=True)}

    def restore(self, tensors: dict[str, Tensor], steps: int) -> None:
        """Put the average of a checkpoint back, `steps` into the run."""
        for name, mean in zip(self.names, self.mean, strict=True):
            mean.copy_(tensors[f"average.{name}"])
        self.steps = steps
