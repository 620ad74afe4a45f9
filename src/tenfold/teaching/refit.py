"""A correction of a model's answers: a linear layer on its embedding, added to its logits and novelty.

Fitted on the model's own answers and embeddings, so that neither pictures nor the network are needed. Knows
arrays; reads no file.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tenfold.evaluation.calibration import softmax
from tenfold.teaching.softmax import minimised

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]

# The L2 penalty on the correction: a few pictures change only the answers to similar ones.
PENALTY = 1e-3
# The weight of corrected pictures among all; one counts at most as much as this many own ones.
SHARE, _MOST = 0.25, 8
# The difference of novelty that equals 1 in the logit of "none of these". With the penalty chosen on
# staged validation pictures that were turned, darkened or blurred (LOG.md).
_STEP = 0.2
_LEAST = 1e-30
# Of the largest derivative: probabilities differ from those of the exact minimum by about 0.01 at most.
_TOLERANCE = 1e-4


@dataclass(frozen=True)
class NoveltyRule:
    """How a model's novelty follows from the highest probability p, where the embedding stays.

    kind: "apart": it does not; "product": 1 - p times something else; "sum": weight times 1 - p, plus
    something else.
    """

    kind: Literal["apart", "product", "sum"]
    weight: float = 0.0

    def moved(self, novelty: Floats, before: Floats, after: Floats) -> Floats:
        """Novelty `[V]` after the highest probabilities have become `after` from `before`, both `[V]`."""
        if self.kind == "product":
            return 1 - (1 - novelty) * after / before
        return novelty + self.weight * (before - after)


@dataclass(frozen=True, eq=False)
class Correction:
    """A linear function of the embedding that is added to a model's answers.

    change: `[D, K]`, of the logits; doubt: `[D]`, and shift: of the novelty.
    """

    change: Floats
    doubt: Floats
    shift: float = 0.0


@dataclass(frozen=True, eq=False)
class Answers:
    """A model's answers for pictures, each with one view or several.

    logits: `[V, K]`, up to a constant of each view; embeddings: `[V, D]`, unit length; novelty: `[V]`;
    pictures: `[V]`, which picture each view is of, in order from 0.
    """

    logits: Floats
    embeddings: Floats
    novelty: Floats
    pictures: Numbers

    def __len__(self) -> int:
        return int(self.pictures[-1]) + 1 if len(self.pictures) else 0

    def moved(self, how: NoveltyRule, *, to: Correction | None, of: Correction | None = None) -> "Answers":
        """The answers with the correction `to` in place of `of`, with which they were given; None: none."""
        logits, novelty = self.logits, self.novelty
        if of is not None:
            logits = logits - self.embeddings @ of.change
            novelty = novelty - self.embeddings @ of.doubt - of.shift
        if to is not None:
            logits = logits + self.embeddings @ to.change
        before, after = (softmax(one).max(axis=1, initial=0) for one in (self.logits, logits))
        novelty = how.moved(novelty, before, after)
        if to is not None:
            novelty = novelty + self.embeddings @ to.doubt + to.shift
        return Answers(logits, self.embeddings, novelty, self.pictures)

    def of_pictures(self) -> tuple[Floats, Floats]:
        """Probabilities `[N, K]` and novelty `[N]` of each picture: the means of its views."""
        return self._mean(softmax(self.logits)), self._mean(self.novelty)

    def take(self, which: NDArray[np.bool_]) -> "Answers":
        """The answers for a subset of pictures, bool `[N]`, renumbered."""
        kept = which[self.pictures]
        numbers = np.cumsum(which) - 1
        return Answers(
            self.logits[kept], self.embeddings[kept], self.novelty[kept], numbers[self.pictures[kept]]
        )

    def _mean(self, values: Floats) -> Floats:
        total = np.zeros((len(self), *values.shape[1:]))
        np.add.at(total, self.pictures, values)
        counts = np.bincount(self.pictures, minlength=len(self))
        return total / counts.reshape(-1, *[1] * (values.ndim - 1))


def answers(
    probabilities: NDArray[np.floating],
    embeddings: NDArray[np.floating],
    novelty: NDArray[np.floating],
    pictures: Numbers | None = None,
) -> Answers:
    """Answers as a model file gives them; without `pictures` each view is a picture."""
    return Answers(
        np.log(np.maximum(np.asarray(probabilities, np.float64), _LEAST)),
        np.asarray(embeddings, np.float64),
        np.asarray(novelty, np.float64),
        np.arange(len(novelty)) if pictures is None else pictures,
    )


def joined(parts: Sequence[Answers]) -> Answers:
    """The answers of several parts joined, renumbered."""
    first = np.cumsum([0, *(len(one) for one in parts)])
    return Answers(
        np.concatenate([one.logits for one in parts]),
        np.concatenate([one.embeddings for one in parts]),
        np.concatenate([one.novelty for one in parts]),
        np.concatenate([one.pictures + start for one, start in zip(parts, first, strict=False)]),
    )


@dataclass(frozen=True, eq=False)
class RefitData:
    """The data that a correction is fitted to: the model's answers, and the true labels.

    corrected: pictures that people named; labels: `[N]`, -1 for none of the classes. own, own_labels: a
    sample of the pictures that the model was made from; others: of pictures of none of its classes.
    """

    corrected: Answers
    labels: Numbers
    own: Answers
    own_labels: Numbers
    others: Answers

    def without(self, which: NDArray[np.bool_]) -> "RefitData":
        """Without some of the corrected pictures, bool `[N]`."""
        return replace(self, corrected=self.corrected.take(~which), labels=self.labels[~which])


def fit(lesson: RefitData, how: NoveltyRule, threshold: float, start: Correction | None = None) -> Correction:
    """Fit a correction that classifies corrected pictures as people did, and the others as before.

    The share of own pictures that are not called "none of the classes" is kept, so the threshold stays valid.
    Without pictures of none of the classes novelty is not corrected further.

    Args:
        how: how the model's novelty follows from its probabilities.
        threshold: above this novelty a picture is none of the classes.
        start: where to begin: the fit of nearly the same pictures.
    """
    change = _change(lesson, start)
    plain = Correction(change, np.zeros(len(change)))
    if not len(lesson.own) or not len(lesson.others):
        return plain
    doubt = _doubt(lesson, plain, how, threshold, start)
    before = lesson.own.of_pictures()[1]
    after = lesson.own.moved(how, to=replace(plain, doubt=doubt)).of_pictures()[1]
    kept = float((before <= threshold).mean())
    return Correction(change, doubt, threshold - float(np.quantile(after, kept)))


def _change(lesson: RefitData, start: Correction | None) -> Floats:
    """The least mean cross-entropy plus half of `PENALTY` times the squares."""
    known = lesson.labels >= 0
    said = joined([lesson.own, lesson.corrected.take(known)])
    labels = np.concatenate([lesson.own_labels, lesson.labels[known]])
    truth = np.eye(said.logits.shape[1])[labels][said.pictures]
    weights = _weights([len(lesson.own), int(known.sum())], [1 - SHARE, SHARE])
    share = _of_views(said, weights)

    def objective(change: Floats, points: Floats) -> tuple[float, Floats]:
        found = softmax(said.logits + points @ change)
        cost = -float(share @ (truth * np.log(found + _LEAST)).sum(axis=1))
        return cost, points.T @ ((found - truth) * share[:, None])

    return _least(objective, said.embeddings, truth.shape[1], None if start is None else start.change)


def _doubt(
    lesson: RefitData, plain: Correction, how: NoveltyRule, threshold: float, start: Correction | None
) -> Floats:
    """Logistic regression on top of the novelty: none of the classes, or one of them."""
    known = lesson.labels >= 0
    parts = [lesson.own, lesson.corrected.take(known), lesson.others, lesson.corrected.take(~known)]
    said = joined([one.moved(how, to=plain) for one in parts])
    shares = _weights([len(one) for one in parts], [0.5 - SHARE / 2, SHARE / 2, 0.5 - SHARE / 2, SHARE / 2])
    share = _of_views(said, shares)
    none = np.repeat([-1.0, -1.0, 1.0, 1.0], [len(one.novelty) for one in parts])
    begun = (said.novelty - threshold) / _STEP

    def objective(change: Floats, points: Floats) -> tuple[float, Floats]:
        sure = (begun + points @ change[:, 0]) * none
        cost = float(share @ np.logaddexp(0, -sure))
        slope = -share * none / (1 + np.exp(np.minimum(sure, 500)))
        return cost, (points.T @ slope)[:, None]

    begin = None if start is None else start.doubt[:, None] / _STEP
    return _least(objective, said.embeddings, 1, begin)[:, 0] * _STEP


def _least(
    objective: Callable[[Floats, Floats], tuple[float, Floats]],
    points: Floats,
    columns: int,
    start: Floats | None,
) -> Floats:
    """The minimum `[D, columns]` of an objective of points `[V, D]` with the penalty added."""

    def penalised(change: Floats) -> tuple[float, Floats]:
        cost, slope = objective(change, points)
        return cost + PENALTY / 2 * float(np.vdot(change, change)), slope + PENALTY * change

    begin = np.zeros((points.shape[1], columns)) if start is None else start
    return minimised(penalised, begin, _TOLERANCE)


def _weights(counts: Sequence[int], shares: Sequence[float]) -> Floats:
    """How much each picture counts: the parts have their shares, but a picture of the small ones no more than
    `_MOST` times one of the first."""
    base = shares[0] / counts[0] if counts[0] else 1.0
    each = [
        min(share / count, _MOST * base) if count else 0.0
        for share, count in zip(shares, counts, strict=True)
    ]
    return np.repeat(each, counts)


def _of_views(said: Answers, weights: Floats) -> Floats:
    """How much each view counts; all of them together 1."""
    share = weights[said.pictures] / np.bincount(said.pictures)[said.pictures]
    return np.asarray(share / share.sum())
