"""Whether there are corrections enough to train on. Starts nothing."""

from dataclasses import dataclass

from tenfold.errors import counted
from tenfold.workflows.improve.data import LearningSet
from tenfold.workflows.train.own_data import TrainingDataSource

# Fewer corrected pictures than this teach nothing that could be measured.
LEAST = 10


@dataclass(frozen=True)
class Readiness:
    """Whether an improvement can be started. reason, code: why not, in words and for programs; empty: it can.

    code: "too-few", "none-kept-back", "none-to-learn" or "missing-extra".
    counted: how many corrected pictures are of classes that can be learned; `least` of them are needed.
    per_class: corrected pictures of each class, "" for none of them; held_out: how many of all are kept back.
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
    least: int = LEAST

    @property
    def ready(self) -> bool:
        return not self.code


def missing(taught: LearningSet) -> tuple[str, str] | None:
    """What an improvement still wants, for programs and in words; None where it wants nothing."""
    have = len(taught.pictures) + len(taught.held_out)
    if have < LEAST:
        corrected = counted(have, "corrected picture")
        return "too-few", f"{corrected} of classes that can be learned, and it takes {LEAST}"
    if not taught.held_out:
        words = "none of the corrected pictures fell to those kept back for judging (one in five does)"
        return "none-kept-back", words
    if not taught.pictures:
        return "none-to-learn", "all corrected pictures are kept back for judging, or are none of the classes"
    return None
