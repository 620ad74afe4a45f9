"""What a check of data finds, as plain values. Finds and draws nothing."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tenfold.datasets.dataset import Skipped


@dataclass(frozen=True)
class Finding:
    """Pictures that share a problem: one, or a group of copies.

    Attributes:
        pictures: their numbers in the pool; those to keep stand first.
        score: how bad it is; larger is worse. Comparable within a problem only.
        note: what was measured, for people.
        suggestion: the class it should perhaps have.
    """

    pictures: tuple[int, ...]
    score: float
    note: str = ""
    suggestion: str = ""


@dataclass(frozen=True)
class ProblemKind:
    """All findings of a kind, the worst first.

    Attributes:
        name: for programs: "near-duplicates".
        title: for people.
        advice: what it means and what to do.
        findings: of one picture each, or of groups.
    """

    name: str
    title: str
    advice: str
    findings: tuple[Finding, ...] = ()

    @property
    def pictures(self) -> int:
        """How many pictures are concerned."""
        return len({number for finding in self.findings for number in finding.pictures})


@dataclass(frozen=True, eq=False)
class DataCheck:
    """What a check of a dataset found.

    Attributes:
        name: of the dataset.
        classes: its class names.
        counts: pictures by part and class, int `[3, K]`: training, validation, test.
        problems: in the order of the page; one without findings was looked for and not found.
        skipped: files that gave no picture.
        remarks: how it was done and what it therefore cannot say, each a sentence.
        fingerprint: of the data.
    """

    name: str
    classes: tuple[str, ...]
    counts: NDArray[np.int64]
    problems: tuple[ProblemKind, ...]
    skipped: tuple[Skipped, ...] = ()
    remarks: tuple[str, ...] = field(default=())
    fingerprint: str = ""

    @property
    def has_problems(self) -> bool:
        """Whether anything was found."""
        return bool(self.skipped) or any(problem.findings for problem in self.problems)
