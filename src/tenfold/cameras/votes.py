"""Combines the answers to several pictures of an object into one class. Knows no networks."""

from collections.abc import Sequence
from dataclasses import dataclass

from tenfold.predictions import Prediction

NONE_OF_THESE = "none of these"
_AGREEMENT = 0.5


@dataclass(frozen=True)
class Vote:
    """What an object is.

    Attributes:
        label: a class of the model, or NONE_OF_THESE.
        confidence: the weighted mean of the label's probabilities, 0 to 1; for NONE_OF_THESE the weight of
            the pictures that fit no class, or no agreed one.
        agreement: the weight of the pictures that say the same as the vote, 0 to 1.
        pictures: how many were asked.
    """

    label: str
    confidence: float
    agreement: float
    pictures: int


def agree(answers: Sequence[Prediction], enough: int) -> bool:
    """Whether there are enough answers and all say the same."""
    said = {answer.label if answer.known else NONE_OF_THESE for answer in answers}
    return len(answers) >= enough and len(said) == 1


def vote(answers: Sequence[tuple[Prediction, float]]) -> Vote:
    """The class that the pictures agree on, each with its weight.

    It is NONE_OF_THESE where half of the weight says so, or where no class has half of the rest.
    """
    total = sum(weight for _, weight in answers)
    if not total:
        return Vote(NONE_OF_THESE, 0.0, 0.0, 0)
    known = [(answer, weight / total) for answer, weight in answers if answer.known]
    share = sum(weight for _, weight in known)
    if share <= 0.5:
        return Vote(NONE_OF_THESE, 1 - share, 1 - share, len(answers))
    chances: dict[str, float] = {}
    for answer, weight in known:
        for label, chance in answer.probabilities.items():
            chances[label] = chances.get(label, 0.0) + weight * chance / share
    label = max(chances, key=lambda one: chances[one])
    agreement = sum(weight for answer, weight in known if answer.label == label)
    if agreement < _AGREEMENT * share:
        return Vote(NONE_OF_THESE, 1 - agreement, agreement, len(answers))
    return Vote(label, chances[label], agreement, len(answers))
