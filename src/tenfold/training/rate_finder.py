"""Looks for a learning rate: the rate rises from step to step, and the loss says where it is too high.

The learning-rate range test of Smith 2017 (arXiv 1506.01186). The trained weights are discarded.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tenfold.datasets.dataset import Dataset
from tenfold.errors import TrainingError
from tenfold.recipes.recipe import Recipe
from tenfold.training.build_trainer import build_trainer
from tenfold.training.loop import Trainer
from tenfold.training.optimisation.schedules import RateSchedule
from tenfold.training.scores import RunningScores

STEPS = 100
# The first and the last rate, as shares of the recipe's.
_FIRST, _LAST = 1e-4, 1e3
# The smoothing of the loss; the test ends where it exceeds this multiple of its minimum.
_SMOOTH, _TOO_HIGH = 0.9, 4.0
# The suggestion is this share of the rate with the least loss: at that one the loss is about to rise.
_SHARE = 0.1
# The loss has to fall at least by this share of its first value.
_LEAST_FALL = 0.02


@dataclass(frozen=True, eq=False)
class RateCurve:
    """The loss at rising rates.

    Attributes:
        rates: the learning rate of each step, float `[S]`.
        losses: the loss of each step, smoothed, float `[S]`.
    """

    rates: NDArray[np.float64]
    losses: NDArray[np.float64]

    @property
    def suggestion(self) -> float | None:
        """A tenth of the rate with the least loss; None where the loss fell at no rate."""
        best = int(self.losses.argmin())
        if not self.losses[best] < (1 - _LEAST_FALL) * self.losses[0]:
            return None
        return float(f"{_SHARE * self.rates[best]:.1g}")


class _Rising(RateSchedule):
    """Shares of the rate that rise by the same factor in each step."""

    def share(self, step: int) -> float:
        return float(_FIRST * (_LAST / _FIRST) ** (step / max(STEPS - 1, 1)))


def find_rate(
    data: Dataset,
    recipe: Recipe,
    *,
    device_name: str = "auto",
    on_step: Callable[[int, int], None] = lambda done, total: None,
) -> RateCurve:
    """Train for up to 100 steps at rates from a ten-thousandth to a thousand times the recipe's.

    Args:
        recipe: its network, optimiser, batch size and augmentation are used; Muon's rates for biases and head
            rise with its own.
        on_step: called with the steps done, and the most that there are.

    Raises:
        TrainingError: the network cannot be trained, or its loss is no number at the least rate.
    """
    trainer = build_trainer(data, replace(recipe, curriculum=(), ema=0.0), device_name=device_name)
    trainer.schedule = _Rising(recipe.schedule, trainer.batches.steps, recipe.epochs)
    rates: list[float] = []
    losses: list[float] = []
    mean = 0.0
    trainer.read_every = 1
    for loss in _losses(trainer):
        mean = _SMOOTH * mean + (1 - _SMOOTH) * loss
        # Without this the first values would be too low (Kingma and Ba 2015, section 3).
        smoothed = mean / (1 - _SMOOTH ** (len(rates) + 1))
        if losses and not smoothed <= _TOO_HIGH * min(losses):
            break
        rates.append(recipe.optimiser.rate * trainer.schedule.share(len(rates)))
        losses.append(smoothed)
        on_step(len(rates), STEPS)
        if len(rates) == STEPS:
            break
    return RateCurve(np.array(rates), np.array(losses))


def _losses(trainer: Trainer) -> Iterator[float]:
    """The loss of each step, epoch after epoch; infinity where it is lost, and then no more.

    Raises:
        TrainingError: it is lost in the first step.
    """
    while True:
        try:
            yield from map(float, trainer.steps(RunningScores(trainer.classes)))
        except TrainingError:
            if trainer.optimisers.done <= 1:
                raise
            yield math.inf
            return
        trainer.epoch += 1
