"""Whether more labelled pictures would help, and of which class, from networks trained on parts of them.

Works on their results on the same test pictures; trains nothing.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold import metrics
from tenfold.evaluation.significance import difference_interval, paired
from tenfold.metrics import Share

# How many classes are named.
_NAMED = 3


@dataclass(frozen=True, eq=False)
class Point:
    """A network trained on some of the pictures.

    Attributes:
        pictures: how many it learned from.
        right: bool `[N]`, whether it was right, for the same test pictures at every point.
    """

    pictures: int
    right: NDArray[np.bool_]

    @property
    def accuracy(self) -> Share:
        return metrics.share(int(self.right.sum()), len(self.right))


@dataclass(frozen=True)
class Gain:
    """The gain of the last doubling of the pictures: a difference of accuracies, its 95 % interval, -1 to 1.

    label is the class, or "" for all.
    """

    label: str
    value: float
    low: float
    high: float

    def __str__(self) -> str:
        points = (
            f"{100 * self.value:+.1f} points, 95 % interval {100 * self.low:.1f} to {100 * self.high:.1f}"
        )
        return f"{self.label}: {points}" if self.label else points


@dataclass(frozen=True, eq=False)
class LearningCurve:
    """Networks trained by the same recipe on ever more of the same pictures, the fewest first.

    Attributes:
        points: two or more; each has twice the pictures of the one before.
        labels: int `[N]`, the test pictures' classes.
        classes: their names.
        epochs: how long each was trained.
    """

    points: tuple[Point, ...]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]
    epochs: int

    def gain(self) -> Gain:
        """The gain of the last doubling."""
        return _gain("", self.points[-2].right, self.points[-1].right)

    def gains(self) -> list[Gain]:
        """The same for each class that has test pictures, the surest first."""
        before, after = self.points[-2].right, self.points[-1].right
        found = [
            _gain(name, before[self.labels == k], after[self.labels == k])
            for k, name in enumerate(self.classes)
            if (self.labels == k).any()
        ]
        return sorted(found, key=lambda gain: -gain.low)

    def expected(self) -> float:
        """The expected gain of the next doubling: the last one, shrunk as gains shrank before; 0 at least."""
        last = self.gain().value
        if len(self.points) < 3 or last <= 0:
            return max(last, 0.0)
        earlier = self.points[-2].accuracy.value - self.points[-3].accuracy.value
        return last * min(1.0, last / earlier) if earlier > 0 else last

    def verdict(self) -> str:
        """The answer, in sentences."""
        few, many = self.points[-2].pictures, self.points[-1].pictures
        gain = self.gain()
        if gain.low <= 0:
            return (
                f"It cannot be told that more pictures would help: from {few:,} to {many:,} the accuracy "
                f"changed by {gain}."
            )
        surely = [one for one in self.gains() if one.low > 0][:_NAMED]
        which = (
            f" The classes that gained most surely: {'; '.join(map(str, surely))}."
            if surely
            else " No class stands out."
        )
        return (
            f"More pictures would help: from {few:,} to {many:,} the accuracy rose by {gain}. Twice as many "
            f"again may bring about {100 * self.expected():.1f} points.{which}"
        )

    def facts(self) -> dict[str, Any]:
        """As plain JSON types."""
        return {
            "epochs": self.epochs,
            "points": [
                {
                    "pictures": p.pictures,
                    "accuracy": p.accuracy.value,
                    "low": p.accuracy.low,
                    "high": p.accuracy.high,
                }
                for p in self.points
            ],
            "last_doubling": vars(self.gain()),
            "by_class": [vars(one) for one in self.gains()],
            "expected_of_the_next": self.expected(),
            "verdict": self.verdict(),
        }


def _gain(label: str, before: NDArray[np.bool_], after: NDArray[np.bool_]) -> Gain:
    counts = paired(before, after)
    return Gain(label, counts.difference, *difference_interval(counts))
