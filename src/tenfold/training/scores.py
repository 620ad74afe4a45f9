"""Loss and accuracy of one epoch, added up batch by batch. Knows no network."""

import numpy as np
import torch
from torch import Tensor

from tenfold import metrics


class RunningScores:
    """Adds up the losses and predictions of batches.

    Args:
        classes: how many classes there are.
    """

    def __init__(self, classes: int) -> None:
        self.classes = classes
        self.count = 0
        self.loss_sum = 0.0
        self.correct = 0
        self.pairs: list[Tensor] = []

    def loss(self, mean: float, count: int) -> None:
        """Add a batch's mean loss over `count` pictures."""
        self.loss_sum += mean * count
        self.count += count

    def predictions(self, labels: Tensor, predicted: Tensor) -> None:
        """Add a batch's true and predicted classes, int64 `[N]`."""
        self.correct += int((labels == predicted).sum())
        self.pairs.append((labels * self.classes + predicted).cpu())

    @property
    def mean_loss(self) -> float:
        return self.loss_sum / max(self.count, 1)

    @property
    def accuracy(self) -> float:
        return self.correct / max(self.count, 1)

    def precision_and_recall(self) -> tuple[float, float]:
        """Means over the classes that have pictures, 0 to 1."""
        pairs = torch.cat(self.pairs).numpy()
        matrix = metrics.confusion(pairs // self.classes, pairs % self.classes, self.classes)
        scores = [s for s in metrics.class_scores(matrix) if s.support]
        return float(np.mean([s.precision for s in scores])), float(np.mean([s.recall for s in scores]))
