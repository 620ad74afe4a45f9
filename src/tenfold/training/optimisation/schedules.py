"""How the learning rate changes: shares of the recipe's rate, step by step. Knows no optimiser."""

import math
from typing import Any

from tenfold.recipes.recipe import Schedule

# One-cycle: where its top is if the recipe does not say, and its start (Smith 2018, arXiv 1803.09820).
_TOP, _START = 0.3, 0.04


class RateSchedule:
    """The share of the rate at each step of a run.

    Args:
        config: which schedule.
        steps_per_epoch: steps in an epoch.
        epochs: epochs in the run.
        least_share: plateau never goes below it.
        scale: multiplies all shares.
    """

    def __init__(
        self,
        config: Schedule,
        steps_per_epoch: int,
        epochs: int,
        least_share: float = 0.0,
        scale: float = 1.0,
    ) -> None:
        self.config = config
        self.steps_per_epoch = steps_per_epoch
        self.steps = steps_per_epoch * epochs
        self.least_share = least_share
        self.scale = scale
        self.plateau = Plateau(config.patience)
        self.plateau_share = 1.0

    def share(self, step: int) -> float:
        """The share of the rate for `step`, counted from 0."""
        return self.scale * self._share(step)

    def _share(self, step: int) -> float:
        done, config = step / self.steps, self.config
        warmup = config.warmup or (_TOP if config.name == "one-cycle" else 0.0)
        if done < warmup:
            rise = done / warmup
            return _START + (1 - _START) * _cosine(1 - rise) if config.name == "one-cycle" else rise
        left = 1 - (done - warmup) / (1 - warmup) if warmup < 1 else 0.0
        if config.name == "linear":
            return config.final + (1 - config.final) * left
        if config.name in ("cosine", "one-cycle"):
            return config.final + (1 - config.final) * _cosine(1 - left)
        if config.name == "step":
            epoch = step // self.steps_per_epoch
            return config.factor ** sum(epoch >= after for after in config.epochs)
        return self.plateau_share

    def after_epoch(self, loss: float, accuracy: float) -> None:
        """Take the validation's figures of a finished epoch; a plateau lowers the rate."""
        figure = loss if self.config.monitor == "loss" else -accuracy
        if self.config.name == "plateau" and self.plateau.stays(figure):
            self.plateau_share = max(self.plateau_share * self.config.factor, self.least_share)
            self.plateau.waited = 0

    def facts(self) -> dict[str, Any]:
        """What a checkpoint keeps."""
        return {"share": self.plateau_share, "plateau": self.plateau.facts()}

    def restore(self, facts: dict[str, Any]) -> None:
        """Put back what `facts` gave."""
        self.plateau_share = facts["share"]
        self.plateau.restore(facts["plateau"])


class Plateau:
    """Notices that a figure no longer falls.

    Args:
        patience: epochs without a new best before `stays` says so; 0 never does.
        least: a change below it is not an improvement.
    """

    def __init__(self, patience: int, least: float = 0.0) -> None:
        self.patience = patience
        self.least = least
        self.best = math.inf
        self.best_tie = math.inf
        self.waited = 0
        self.improved = False

    def stays(self, figure: float, tie: float = math.inf) -> bool:
        """Take the next epoch's figure; True when there was no new best for `patience` epochs.

        Args:
            tie: of epochs with the same best figure, the one where this is lowest counts as improved; that
                does not make the wait longer.
        """
        better = figure < self.best - self.least
        self.improved = better or (figure == self.best and tie < self.best_tie)
        self.waited = 0 if better else self.waited + 1
        if self.improved:
            self.best, self.best_tie = figure, tie
        return 0 < self.patience <= self.waited

    def facts(self) -> dict[str, Any]:
        """What a checkpoint keeps."""
        return {
            "best": None if math.isinf(self.best) else self.best,
            "best_tie": None if math.isinf(self.best_tie) else self.best_tie,
            "waited": self.waited,
        }

    def restore(self, facts: dict[str, Any]) -> None:
        """Put back what `facts` gave."""
        self.best = math.inf if facts["best"] is None else facts["best"]
        tie = facts.get("best_tie")  # checkpoints of earlier versions have none
        self.best_tie = math.inf if tie is None else tie
        self.waited = facts["waited"]


def _cosine(done: float) -> float:
    """From 1 to 0 along half a cosine (Loshchilov and Hutter 2017, arXiv 1608.03983)."""
    return 0.5 * (1 + math.cos(math.pi * done))
