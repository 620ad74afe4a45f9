"""How much of a classifier's accuracy is left on corrupted pictures. Knows nothing of reports."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold import metrics
from tenfold.datasets.labelled import LabelledPictures
from tenfold.errors import UsageError
from tenfold.evaluation.corruptions import CORRUPTIONS, SEVERITIES, corrupt, known
from tenfold.evaluation.evaluate import check_fit, model_outputs
from tenfold.inference import Classifier
from tenfold.metrics import Share

NAMES = tuple(one.name for one in CORRUPTIONS)


@dataclass(frozen=True)
class Robustness:
    """Accuracy on the same pictures, clean and corrupted.

    Attributes:
        clean: on the pictures as they are.
        scores: of each corruption at each severity, in the order that was asked for.
        mean: over all of these; its interval says how far it would be on other pictures of the kind.
        seed: of the corruptions and of the choice of pictures.
    """

    clean: Share
    scores: dict[str, dict[int, Share]]
    mean: Share
    seed: int

    def of_type(self, name: str) -> float:
        """The mean accuracy of one corruption over its severities, 0 to 1."""
        return float(np.mean([share.value for share in self.scores[name].values()]))

    def of_severity(self, severity: int) -> float:
        """The mean accuracy of one severity over all corruptions, 0 to 1."""
        return float(np.mean([by_severity[severity].value for by_severity in self.scores.values()]))

    def summary(self) -> dict[str, Any]:
        """All figures in plain JSON types."""
        return {
            "pictures": self.clean.n,
            "seed": self.seed,
            "clean_accuracy": round(self.clean.value, 4),
            "mean_accuracy": round(self.mean.value, 4),
            "mean_accuracy_low": round(self.mean.low, 4),
            "mean_accuracy_high": round(self.mean.high, 4),
            "corruptions": [
                {
                    "name": name,
                    "severity": severity,
                    "accuracy": round(share.value, 4),
                    "accuracy_low": round(share.low, 4),
                    "accuracy_high": round(share.high, 4),
                }
                for name, by_severity in self.scores.items()
                for severity, share in by_severity.items()
            ],
        }


def robustness(
    classifier: Classifier,
    data: LabelledPictures,
    *,
    pictures: int = 2000,
    types: Sequence[str] = NAMES,
    severities: Sequence[int] = SEVERITIES,
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Robustness:
    """Classify pictures under every corruption and severity.

    Hendrycks and Dietterich 2019, arXiv 1903.12261; corruptions/ says how ours differ.

    Args:
        data: pictures of the classifier's size and classes.
        pictures: how many are evaluated at most, chosen at random by `seed`.
        types: names of corruptions.
        severities: of 1 to 5.
        progress: called with how many rounds are done, and how many there are.

    Raises:
        DatasetError: the pictures have another size or other classes than the model, or there are none.
        UsageError: there is no such corruption or severity, or nothing to evaluate on.
    """
    check_fit(classifier, data)
    if pictures < 1 or not types or not severities:
        raise UsageError(
            "Robustness",
            "needs pictures, corruptions and severities",
            received=f"{pictures} pictures, {len(types)} corruptions, {len(severities)} severities",
            cure="Give at least one of each.",
        )
    for name in types:
        known(name)
    chosen = data.take(_choice(len(data), pictures, seed))
    clean = metrics.accuracy(chosen.labels, model_outputs(classifier, chosen.pictures).predicted)
    scores: dict[str, dict[int, Share]] = {name: {} for name in types}
    right = np.zeros(len(chosen))
    rounds = [(name, severity) for name in scores for severity in sorted(set(severities))]
    for done, (name, severity) in enumerate(rounds):
        progress(done, len(rounds))
        predicted = model_outputs(classifier, corrupt(chosen.pictures, name, severity, seed)).predicted
        scores[name][severity] = metrics.accuracy(chosen.labels, predicted)
        right += predicted == chosen.labels
    progress(len(rounds), len(rounds))
    return Robustness(clean, scores, _mean(right / len(rounds)), seed)


def _choice(count: int, wanted: int, seed: int) -> NDArray[np.int64]:
    """Which of `count` pictures are evaluated, in their order."""
    if wanted >= count:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).choice(count, wanted, replace=False))


def _mean(shares: NDArray[np.float64]) -> Share:
    """The mean over pictures, of which each has its share of right answers, and its 95 % interval.

    Pictures are independent of each other, one picture's corrupted versions are not: so its spread is theirs.
    """
    value, n = float(shares.mean()), len(shares)
    reach = metrics.Z95 * float(shares.std(ddof=1)) / n**0.5 if n > 1 else 1.0
    return Share(value, max(0.0, value - reach), min(1.0, value + reach), n)
