"""The review queue: which entries a person should review first, and why. Knows no model.

An entry can be worth a look for four reasons, each with a score from 0 to 1; the greatest counts:

- uncertain: two classes are nearly as probable (margin sampling: Scheffer et al. 2001).
- novel: it is unlike the training data, or nearly so.
- disagreement: the model before named it otherwise (query by committee: Seung et al. 1992).
- label: a person's label that a confident model does not believe; the score is one minus the model's
  self-confidence in that label (confident learning: Northcutt et al. 2021).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, and_, func, or_, select

from tenfold.catalogue.entries.tables import NONE, SYSTEM, Entry
from tenfold.database import GREATEST_ID, Database
from tenfold.errors import UsageError

Reason = Literal["uncertain", "novel", "disagreement", "label"]

# Two classes are nearly as probable where their probabilities differ by no more than this.
_SMALL_MARGIN = 0.5
# A model is confident from this calibrated probability on, and does not believe a label below its rest.
CONFIDENT = 0.9
# Novelty counts from this share of the threshold on; what lies on the threshold scores this much.
_NEAR = 0.9
_ON_THRESHOLD = 0.6
# SQLite, which keeps no figures of what is in the columns, would sort all of a person's entries instead.
_BY_SCORE = "INDEXED BY ix_entries_review_score_id"
# The queue's length is counted up to here.
MOST_COUNTED = 10_000


@dataclass(frozen=True)
class ReviewScore:
    """How much a review of an entry would help, 0 to 1, and why."""

    score: float
    reason: Reason


def score(
    probabilities: Mapping[str, float],
    *,
    known: bool,
    novelty: float,
    threshold: float | None = None,
    previous: str | None = None,
    corrected: str | None = None,
) -> ReviewScore | None:
    """How much a review of an entry would help; None where there is nothing to review.

    Args:
        probabilities: every class of the model that answered, calibrated, summing to 1.
        known: whether that model takes it for one of its classes.
        threshold: the novelty above which that model says "none of these"; None where it is not at hand:
            then only what it says counts, not what is near.
        previous: what the model before said: a class, "" for none of these, None where there was none.
        corrected: what a person said. It is asked about again only where the model is sure of another class.
    """
    if corrected is not None:
        return _label(probabilities, known, corrected)
    ordered = sorted(probabilities.values(), reverse=True)
    found: list[ReviewScore] = []
    margin = ordered[0] - (ordered[1] if len(ordered) > 1 else 0.0)
    if known and margin <= _SMALL_MARGIN:
        found.append(ReviewScore(1 - margin, "uncertain"))
    strange = _strange(known, novelty, threshold)
    if strange is not None:
        found.append(ReviewScore(strange, "novel"))
    said = max(probabilities, key=probabilities.__getitem__) if known else NONE
    if previous is not None and previous != said:
        found.append(ReviewScore(1 - probabilities.get(previous, 0.0) / 2, "disagreement"))
    return max(found, key=lambda reason: reason.score, default=None)


def _label(probabilities: Mapping[str, float], known: bool, corrected: str) -> ReviewScore | None:
    """The model's doubt in a person's label; a class that the model does not know is left alone."""
    best = max(probabilities, key=probabilities.__getitem__)
    if not known or best == corrected or probabilities[best] < CONFIDENT:
        return None
    if corrected != NONE and corrected not in probabilities:
        return None
    belief = 1 - probabilities[best] if corrected == NONE else probabilities[corrected]
    return ReviewScore(1 - belief, "label")


def _strange(known: bool, novelty: float, threshold: float | None) -> float | None:
    if threshold is None or threshold <= 0:
        return (
            None if known else _ON_THRESHOLD + (1 - _ON_THRESHOLD) * max(novelty, 0) / (1 + max(novelty, 0))
        )
    if not known:
        return 1 - (1 - _ON_THRESHOLD) * min(1.0, threshold / novelty)
    nearness = novelty / threshold
    return _ON_THRESHOLD * nearness if nearness >= _NEAR else None


@dataclass(frozen=True)
class ReviewQueue:
    """A page of the queue.

    next: what to ask for the page after it, None at the end. left: how many wait in all, counted up to
    MOST_COUNTED.
    """

    entries: list[Entry]
    next: str | None
    left: int


class Review:
    """The review queue: entries that a person may change, the most helpful first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self, *, person: int = SYSTEM, administrator: bool = False, limit: int = 50, after: str | None = None
    ) -> ReviewQueue:
        """A page of the queue. Raises UsageError: `after` is from no page.

        Args:
            administrator: who may change everybody's entries.
            after: `next` of the page before.
        """
        waiting: list[ColumnElement[bool]] = [Entry.review_score.is_not(None), Entry.deleted_at.is_(None)]
        if not administrator:
            waiting.append(Entry.owner_id.in_((person, SYSTEM)))
        below = [] if after is None else [_below(after)]
        order = (Entry.review_score.desc(), Entry.id.desc())
        with self._database.reading() as session:
            queue = select(Entry).with_hint(Entry, _BY_SCORE, "sqlite").where(*waiting, *below)
            found = list(session.scalars(queue.order_by(*order).limit(limit + 1)))
            some = select(Entry.id).with_hint(Entry, _BY_SCORE, "sqlite").where(*waiting).limit(MOST_COUNTED)
            left = session.scalar(select(func.count()).select_from(some.subquery())) or 0
        more = len(found) > limit
        del found[limit:]
        return ReviewQueue(found, _place(found[-1]) if more else None, left)


def _place(entry: Entry) -> str:
    assert entry.review_score is not None
    return f"{entry.review_score!r}_{entry.id}"


def _below(after: str) -> ColumnElement[bool]:
    value, _, number = after.partition("_")
    try:
        score, entry = float(value), int(number) if number.isdecimal() else 0
    except ValueError:
        score, entry = math.nan, 0
    if not math.isfinite(score) or not 0 < entry <= GREATEST_ID:
        raise UsageError(
            "after",
            "is no place in the queue",
            received=f"{after!r:.80}",
            cure="Send `next` of the page before.",
        )
    behind = or_(Entry.review_score < score, and_(Entry.review_score == score, Entry.id < entry))
    return and_(Entry.review_score <= score, behind)  # the first is what an index begins at
