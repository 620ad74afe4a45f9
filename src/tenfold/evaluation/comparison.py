"""Compares models on the same pictures: figures, differences, and their significance.

Knows outputs and labels; runs no model and reads no file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.datasets.labelled import LabelledPictures
from tenfold.errors import DatasetError, UsageError
from tenfold.evaluation.caveats import as_facts, of_evaluation
from tenfold.evaluation.evaluate import Evaluation, ModelOutputs, named, score
from tenfold.evaluation.significance import Paired, difference_interval, holm, mcnemar, paired

# The significance level. A difference also needs an interval that leaves 0 out.
LEVEL = 0.05


@dataclass(frozen=True, eq=False)
class NamedOutputs:
    """A model's outputs for the pictures that all are compared on.

    Attributes:
        name: what it is called; no two are called alike.
        found: its outputs, classes in the order of the data.
        threshold: above this novelty it says "none of these".
        caveats: the caveats of its model file.
    """

    name: str
    found: ModelOutputs
    threshold: float
    caveats: Sequence[dict[str, Any]] = ()


@dataclass(frozen=True)
class Difference:
    """Two models on the same pictures.

    Attributes:
        first, second: their names.
        counts: how often they were right together and apart.
        low, high: the 95 % interval of the second's accuracy minus the first's, -1 to 1.
        p: McNemar's test, mid-p.
        corrected: `p` by Holm's method for all pairs that are compared.
        pairs: how many pairs those are.
    """

    first: str
    second: str
    counts: Paired
    low: float
    high: float
    p: float
    corrected: float
    pairs: int

    @property
    def value(self) -> float:
        """The second's accuracy minus the first's, -1 to 1."""
        return self.counts.difference

    @property
    def better(self) -> str | None:
        """The name of the better one, or None where no difference can be told."""
        if self.corrected >= LEVEL or self.low <= 0 <= self.high:
            return None
        return self.second if self.value > 0 else self.first

    @property
    def sentence(self) -> str:
        """Which model is ahead, by how much, and whether that is significant."""
        # From the point of view of the one with the higher accuracy.
        behind, ahead, value, low, high = self.first, self.second, self.value, self.low, self.high
        if value < 0:
            behind, ahead, value, low, high = ahead, behind, -value, -high, -low
        digits = 1 if value >= 0.01 else 2
        lead = f"{100 * value:.{digits}f} points"
        interval = f"95 % interval {100 * low:.{digits}f} to {100 * high:.{digits}f}"
        if self.better:
            return f"{ahead} is better than {behind}: by {lead}, {interval}"
        if not value:
            return (
                f"{ahead} and {behind} are equally accurate; a difference may still hide: {interval} points"
            )
        return f"{ahead} is {lead} ahead of {behind}, which may be chance: {interval}"


@dataclass(frozen=True)
class ClassDifference:
    """Two models on one class's pictures; `low` and `high` as of a Difference."""

    label: str
    counts: Paired
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Comparison:
    """The result.

    Attributes:
        data: the pictures.
        names: of the models, in the order given.
        found: each model's outputs.
        evaluations: each model's figures.
        caveats: what has to be known beside them, as `caveats.Caveat` has it.
        differences: each pair of models, in that order.
    """

    data: LabelledPictures
    names: tuple[str, ...]
    found: dict[str, ModelOutputs]
    evaluations: dict[str, Evaluation]
    caveats: dict[str, list[dict[str, Any]]]
    differences: list[Difference]

    @property
    def notes(self) -> list[str]:
        """The caveats in sentences; one that is not about all models begins with the names of its models."""
        about: dict[str, list[str]] = {}
        for name in self.names:
            for one in self.caveats[name]:
                about.setdefault(one["sentence"], []).append(name)
        return [
            sentence if len(names) == len(self.names) else f"{', '.join(names)}: {sentence}"
            for sentence, names in about.items()
        ]

    def right(self, name: str) -> NDArray[np.bool_]:
        """bool `[N]`, whether the model was right."""
        return np.asarray(self.found[name].predicted == self.data.labels)

    def only(self, right: str, wrong: str) -> NDArray[np.int64]:
        """The pictures that one gets right and the other wrong, those first of which the other is surest."""
        which = np.flatnonzero(self.right(right) & ~self.right(wrong))
        return which[np.argsort(-self.found[wrong].confidence[which], kind="stable")]

    def by_class(self, first: str, second: str) -> list[ClassDifference]:
        """Two models on each class that has pictures."""
        rows = []
        for index, label in enumerate(self.data.classes):
            mine = self.data.labels == index
            if mine.any():
                counts = paired(self.right(first)[mine], self.right(second)[mine])
                rows.append(ClassDifference(label, counts, *difference_interval(counts)))
        return rows

    def facts(self) -> dict[str, Any]:
        """The figures as plain JSON types."""
        return {
            "pictures": len(self.data),
            "models": {
                name: {
                    **one.summary(),
                    "macro_f1": round(one.macro.f1, 4),
                    "caveats": self.caveats[name],
                }
                for name, one in self.evaluations.items()
            },
            "differences": [
                {
                    "first": one.first,
                    "second": one.second,
                    "difference": round(one.value, 5),
                    "low": round(one.low, 5),
                    "high": round(one.high, 5),
                    "mcnemar_mid_p": one.p,
                    "mcnemar_mid_p_holm": one.corrected,
                    **{f"right_{case}": count for case, count in vars(one.counts).items()},
                    "better": one.better,
                    "sentence": one.sentence,
                }
                for one in self.differences
            ],
        }


def compare(data: LabelledPictures, models: Sequence[NamedOutputs]) -> Comparison:
    """Compare models by their outputs for the same pictures.

    Raises:
        UsageError: there are fewer than two, or two are called alike.
        DatasetError: there are no pictures.
    """
    names = tuple(one.name for one in models)
    if len(names) < 2 or len(set(names)) < len(names):
        raise UsageError(
            "A comparison",
            "needs two models or more, each with a name of its own",
            received=", ".join(names) or "none",
        )
    if not len(data):
        raise DatasetError(
            "The data",
            "hold no picture to compare by",
            cure="Name another part with --split.",
            reason="no-pictures-to-measure",
        )
    right = {one.name: one.found.predicted == data.labels for one in models}
    pairs = list(combinations(names, 2))
    counts = [paired(right[first], right[second]) for first, second in pairs]
    p = [mcnemar(one) for one in counts]
    evaluations = {one.name: score(data, one.found, one.threshold) for one in models}
    return Comparison(
        data,
        names,
        {one.name: one.found for one in models},
        evaluations,
        {one.name: [*as_facts(of_evaluation(evaluations[one.name])), *one.caveats] for one in models},
        [
            Difference(first, second, count, *difference_interval(count), each, corrected, len(pairs))
            for (first, second), count, each, corrected in zip(pairs, counts, p, holm(p), strict=True)
        ],
    )


def in_order(found: ModelOutputs, labels: Sequence[str], wanted: Sequence[str]) -> ModelOutputs:
    """Outputs with their classes in another order of the same names."""
    order = [list(labels).index(name) for name in wanted]
    return ModelOutputs(found.probabilities[:, order], found.novelty, found.seconds)


def check_classes(classes: Mapping[str, Sequence[str]]) -> None:
    """Raises DatasetError where the models, by name, do not know the same classes."""
    (first, labels), *others = classes.items()
    for name, theirs in others:
        if set(theirs) != set(labels):
            only = [c for c in labels if c not in theirs], [c for c in theirs if c not in labels]
            only_theirs = [
                f"only {who}: {named(which)}" for who, which in zip((first, name), only, strict=True) if which
            ]
            raise DatasetError(
                f"{first} and {name}",
                "know different classes, so they cannot be compared on the same pictures",
                received="; ".join(only_theirs),
                cure="Compare models of the same classes.",
                reason="different-classes",
            )
