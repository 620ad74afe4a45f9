"""Loss and accuracy of one epoch, added up batch by batch. Knows no network."""

import numpy as np
import torch
from torch import Tensor

from tenfold import metrics


class RunningScores:
    """Adds up the losses and predictions of batches, where these are: on the device.

    Args:
        classes: how many classes there are.
    """

    def __init__(self, classes: int) -> None:
        self.classes = classes
        self.count = 0
        self.pairs: list[Tensor] = []
        self._loss_sum: float | Tensor = 0.0
        self._correct: int | Tensor = 0
        self._read = (0.0, 0.0)

    def loss(self, mean: float | Tensor, count: int) -> None:
        """Add a batch's mean loss over `count` pictures."""
        self._loss_sum = self._loss_sum + mean * count
        self.count += count

    def predictions(self, labels: Tensor, predicted: Tensor) -> None:
        """Add a batch's true and predicted classes, int64 `[N]`."""
        self._correct = self._correct + (labels == predicted).sum()
        self.pairs.append(labels * self.classes + predicted)

    def read(self) -> None:
        """Read the figures from the device, which has to finish its work first."""
        count = max(self.count, 1)
        self._read = (float(self._loss_sum) / count, float(self._correct) / count)

    @property
    def mean_loss(self) -> float:
        """As it was last read."""
        return self._read[0]

    @property
    def accuracy(self) -> float:
        """As it was last read, 0 to 1."""
        return self._read[1]

    def precision_and_recall(self) -> tuple[float, float]:
        """Means over the classes that have pictures, 0 to 1."""
        pairs = torch.cat(self.pairs).cpu().numpy()
        matrix = metrics.confusion(pairs // self.classes, pairs % self.classes, self.classes)
        scores = [s for s in metrics.class_scores(matrix) if s.support]
        return float(np.mean([s.precision for s in scores])), float(np.mean([s.recall for s in scores]))
