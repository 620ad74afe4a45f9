"""What a run reports while it trains. Needs no torch."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class TrainingProgress:
    """Where a run stands. precision, recall and validation_* are None within an epoch, set at its end.

    epoch and step count from 1; rate is the optimiser's at the last step; loss is per picture, as trained
    (with augmentation, smoothing and teacher); precision and recall are means over the classes; seconds
    counts the whole run; seconds_left is an estimate.
    """

    epoch: int
    epochs: int
    step: int
    steps: int
    side: int
    rate: float
    loss: float
    accuracy: float
    pictures_per_second: float
    seconds: float
    seconds_left: float
    precision: float | None = None
    recall: float | None = None
    validation_loss: float | None = None
    validation_accuracy: float | None = None
    validation_precision: float | None = None
    validation_recall: float | None = None


OnProgress = Callable[[TrainingProgress], None]


def clock(seconds: float) -> str:
    """Hours, minutes and seconds: 0:01:40."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"
