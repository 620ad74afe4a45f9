"""Checks whether there are enough corrections to refit the head or to train. Starts nothing."""

from dataclasses import dataclass

from tenfold.catalogue.entries.tables import NONE
from tenfold.errors import counted
from tenfold.workflows.improve.data import LearningSet
from tenfold.workflows.train.own_data import TrainingDataSource

# The number of corrected pictures below which no effect could be measured.
LEAST = 10


@dataclass(frozen=True)
class ImprovementReadiness:
    """Whether an improvement can be started. reason, code: why the network cannot be trained, in words and
    for programs; quick_reason, quick_code: why its head cannot be refitted. Empty: it can.

    code: "too-few", "none-kept-back", "none-to-learn", "missing-extra" or "frozen"; quick_code: "too-few" or
    "no-head". sampled: whether own data for the quick way are at hand.
    counted: how many corrected pictures are of classes that can be learned; `least` of them are needed.
    per_class: corrected pictures of each class, "" for none of them; held_out: how many of all are held out.
    own: the live model's own data, and why they cannot be used.
    """

    corrected: int
    counted: int
    held_out: int
    per_class: dict[str, int]
    base: str
    own: TrainingDataSource
    code: str
    reason: str
    quick_code: str
    quick_reason: str
    sampled: bool
    least: int = LEAST

    @property
    def ready(self) -> bool:
        return not self.code


def too_few(taught: LearningSet) -> tuple[str, str] | None:
    """What a refit still needs, for programs and in words; None where it needs nothing."""
    # None of the classes is learned too.
    have = len(taught.pictures) + sum(one.label != NONE for one in taught.held_out) + taught.none
    if have >= LEAST:
        return None
    return _few(have)


def missing(taught: LearningSet) -> tuple[str, str] | None:
    """What a training still needs, for programs and in words; None where it needs nothing."""
    have = len(taught.pictures) + len(taught.held_out)
    if have < LEAST:
        return _few(have)
    if not taught.held_out:
        words = "none of the corrected pictures fell to those kept back for evaluation (one in five does)"
        return "none-kept-back", words
    if not taught.pictures:
        return (
            "none-to-learn",
            "all corrected pictures are kept back for evaluation, or are none of the classes",
        )
    return None


def _few(have: int) -> tuple[str, str]:
    corrected = counted(have, "corrected picture")
    return "too-few", f"{corrected} of classes that can be learned, and it takes {LEAST}"
