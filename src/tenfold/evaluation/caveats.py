"""Caveats of an evaluation's figures, as codes with values and as sentences.

Measures nothing itself. The codes are for the page, which has words of its own in each language.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tenfold import metrics
from tenfold.datasets.balance import are_unequal_counts
from tenfold.evaluation.evaluate import MOST_NAMED, Evaluation, named
from tenfold.metrics import Z95, ClassScores, Share

# A class with fewer pictures has an interval of 40 points or more.
_FEW = 20
# With no mistake, the interval's lower end from which there are enough pictures for calibration.
_SURE = 0.99


Kind = Literal[
    "few-pictures",
    "small-classes",
    "absent-classes",
    "unequal-classes",
    "one-answer",
    "guessing",
    "perfect-validation",
]


@dataclass(frozen=True)
class Caveat:
    """A limitation of the figures that the reader has to know.

    Attributes:
        kind: what it is.
        sentence: the same in English.
        figures: its numbers: n in pictures; low, high, share and recall from 0 to 1.
        classes: the classes that it names, at most `MOST_NAMED`, each with its pictures.
        more: how many more classes it is about.
    """

    kind: Kind
    sentence: str
    figures: dict[str, float] = field(default_factory=dict)
    classes: dict[str, int] = field(default_factory=dict)
    more: int = 0


def caveats(labels: Sequence[str], confusion: NDArray[np.int64]) -> Iterator[Caveat]:
    """The caveats; none where the figures can be taken as they are.

    Args:
        labels: the classes.
        confusion: int `[K, K]` of one picture at least; rows are the true classes.
    """
    accuracy = metrics.share(int(np.trace(confusion)), int(confusion.sum()))
    if accuracy.warning:
        figures = {"n": accuracy.n, "low": accuracy.low, "high": accuracy.high}
        yield Caveat("few-pictures", accuracy.warning, figures=figures)
    counts = confusion.sum(axis=1)
    if few := {labels[int(k)]: int(counts[k]) for k in np.flatnonzero((counts > 0) & (counts < _FEW))}:
        told = named([f"{label} ({count:,})" for label, count in few.items()])
        sentence = f"Too few pictures for figures of one class to mean much: {told}."
        yield Caveat("small-classes", sentence, **_first(few))
    if absent := {labels[int(k)]: 0 for k in np.flatnonzero(counts == 0)}:
        sentence = f"No picture to measure: {named(list(absent))}."
        yield Caveat("absent-classes", sentence, **_first(absent))
    scores = metrics.class_scores(confusion)
    if are_unequal_counts(counts):
        yield _unequal(labels, counts, metrics.macro_average(scores).recall)
    answers = np.flatnonzero(confusion.any(axis=0))
    if answers.size == 1 and np.count_nonzero(counts) > 1:
        label = labels[int(answers[0])]
        sentence = f"Every picture was called {label}: the model tells no classes apart."
        yield Caveat("one-answer", sentence, classes={label: int(counts[answers[0]])})
    elif _guesses(scores):
        sentence = "No better than guessing: the mean recall of the classes may be that of chance."
        yield Caveat("guessing", sentence)


def of_evaluation(found: Evaluation) -> list[Caveat]:
    """The caveats of an evaluation on test pictures."""
    return list(caveats(list(found.classes), found.confusion))


def of_validation(accuracy: Share) -> list[Caveat]:
    """The caveats of the pictures on which the model was calibrated."""
    if accuracy.value < 1 or accuracy.low >= _SURE:
        return []
    sentence = (
        f"All {accuracy.n:,} validation pictures were classified correctly. With so few and no mistake among "
        "them it is not known how sure the model may be: its confidence is an estimate."
    )
    return [Caveat("perfect-validation", sentence, figures={"n": accuracy.n})]


def as_facts(found: Sequence[Caveat]) -> list[dict[str, Any]]:
    """As plain JSON types."""
    return [asdict(one) for one in found]


def stored(figures: object) -> list[dict[str, Any]]:
    """The caveats beside a file's figures, as plain JSON types; other values are ignored."""
    found = figures.get("caveats") if isinstance(figures, dict) else None
    notes = found if isinstance(found, list) else []
    return [one for one in notes if isinstance(one, dict) and isinstance(one.get("sentence"), str)]


def _first(classes: Mapping[str, int]) -> dict[str, Any]:
    return {
        "classes": dict(list(classes.items())[:MOST_NAMED]),
        "more": max(0, len(classes) - MOST_NAMED),
    }


def _unequal(labels: Sequence[str], counts: NDArray[np.int64], recall: float) -> Caveat:
    most = int(counts.argmax())
    share = float(counts[most] / counts.sum())
    return Caveat(
        "unequal-classes",
        f"{share:.0%} of these pictures are {labels[most]}, so the accuracy says little of the rest: "
        f"the mean recall of the classes is {recall:.2%}.",
        figures={"share": share, "recall": recall},
        classes={labels[most]: int(counts[most])},
    )


def _guesses(scores: Sequence[ClassScores]) -> bool:
    """Whether the mean recall is not significantly better than that of a constant answer (95 %)."""
    recalls = [(one.recall, one.support) for one in scores if one.support]
    deviation = sum(recall * (1 - recall) / support for recall, support in recalls) ** 0.5 / len(recalls)
    mean = sum(recall for recall, _ in recalls) / len(recalls)
    return len(recalls) > 1 and mean - Z95 * deviation <= 1 / len(recalls)
