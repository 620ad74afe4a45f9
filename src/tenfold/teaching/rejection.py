"""Tells pictures of own classes from pictures of anything else: "none of these". Knows features, no pictures.

Two things count: by how much a softmax regression prefers an own class to a class of ordinary pictures (a
background class, Dhamija et al. 2018, arXiv 1811.04110), and how far the feature is from those that were
learned from (Sun et al. 2022, arXiv 2204.06507). How much each counts, and the strength of the penalty, were
chosen on classes of CIFAR-10 and CIFAR-100 that are not in the background (LOG.md).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from tenfold.evaluation.novelty import prototypes
from tenfold.teaching.background import FeatureBackground, background
from tenfold.teaching.softmax import Head, fit

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]

# The threshold of every taught model: novelty is scaled to it.
THRESHOLD = 0.5
# What a distance of 1 counts, in logits. Less would do as well on enlarged small pictures, of which the
# background is; but a distance does not depend on whether pictures are sharp.
DISTANCE = 20.0
PENALTY = 1e-3
NEIGHBOURS = 3
# Prototypes of a class, and of all, at most.
_PER_CLASS, _IN_ALL = 20, 500
# A kind of ordinary pictures that is more like an own class than this may be that class.
_SAME_KIND = 0.3


@dataclass(frozen=True, eq=False)
class Rejection:
    """How novel a picture is.

    head: one column for each class, and one of everything else; prototypes: `[P, D]`, as they are compared;
    neighbours: of how many the mean similarity counts; cut: the strangeness at which novelty is `THRESHOLD`.
    """

    head: Head
    prototypes: Floats
    neighbours: int
    cut: float = 0.0

    def strangeness(self, embeddings: Floats) -> Floats:
        """In logits, `[N]`: the evidence for "everything else" compared with the best class."""
        logits = self.head.logits(embeddings)
        compared = background(embeddings.shape[1]).compared(embeddings)
        near = np.sort(compared @ self.prototypes.T, axis=1)[:, -self.neighbours :].mean(axis=1)
        found = logits[:, -1] - logits[:, :-1].max(axis=1) + DISTANCE * (1 - near)
        return np.asarray(found, np.float32)

    def novelty(self, embeddings: Floats) -> Floats:
        """0 to 1, `[N]`, as the model file computes it."""
        found = self.strangeness(embeddings) - np.float32(self.cut)
        return np.asarray(1 / (1 + np.exp(-found)), np.float32)


@dataclass(frozen=True, eq=False)
class HeldOut:
    """The cross-validated strangeness of pictures: of own ones `[N]`, of ordinary ones."""

    known: Floats
    others: Floats


def learned(
    embeddings: Floats, labels: Labels, classes: int, parts: Labels, keep: float
) -> tuple[Rejection, HeldOut]:
    """Learn from all pictures, with the threshold chosen by cross-validation.

    Args:
        embeddings: `[N, D]`, unit length.
        labels: `[N]`, every class at least twice.
        parts: the fold of each picture.
        keep: the share of known pictures that the threshold is to leave in, 0 to 1.
    """
    common = background(embeddings.shape[1])
    others = _others(common, embeddings, labels, classes)
    # As many as each class has while a fold is held out.
    fewest = min(int(np.bincount(labels[parts != fold]).min()) for fold in np.unique(parts))
    neighbours = min(NEIGHBOURS, fewest)
    whole = _fitted(common, embeddings, labels, classes, others, neighbours)
    known = np.zeros(len(labels), np.float32)
    strange = [np.zeros(0, np.float32)]
    for inside, inside_others in _parts(parts, common.kinds[others]):
        rest = others[~inside_others]
        one = _fitted(common, embeddings[~inside], labels[~inside], classes, rest, neighbours, whole.head)
        known[inside] = one.strangeness(embeddings[inside])
        strange.append(one.strangeness(common.pictures[others[inside_others]]))
    held_out = HeldOut(known, np.concatenate(strange))
    return replace(whole, cut=threshold(held_out.known, keep)), held_out


def threshold(known: Floats, keep: float) -> float:
    """The strangeness that a share `keep` of known pictures does not exceed.

    Of a few pictures the quantile is that of the strangest one; a normal distribution of the same mean and
    deviation is steadier, and the smaller of the two is taken.
    """
    reach = NormalDist().inv_cdf(min(keep, 0.999)) * float(known.std(ddof=1))
    return min(float(np.quantile(known, keep)), float(known.mean()) + reach)


def _parts(parts: Labels, kinds: Labels) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """Of each fold, which own and which ordinary pictures are held out: the latter by kinds, since an
    unknown picture is of a kind that was never seen."""
    count = int(parts.max()) + 1
    for fold in range(count):
        yield parts == fold, kinds % count == fold


def _others(common: FeatureBackground, embeddings: Floats, labels: Labels, classes: int) -> Labels:
    """Which ordinary pictures stand for everything else: not of a kind that may be an own class."""
    own = _centres(common.compared(embeddings), labels, np.arange(classes))
    kinds = np.unique(common.kinds)
    alike = _centres(common.compared(common.pictures), common.kinds, kinds) @ own.T
    # The kind that is most similar to each own class, if it is very similar.
    same = {
        int(kinds[k])
        for k, similar in zip(alike.argmax(axis=0), alike.max(axis=0), strict=True)
        if similar > _SAME_KIND
    }
    found = np.flatnonzero(~np.isin(common.kinds, list(same)))
    return found if len(found) else np.arange(len(common.kinds))


def _centres(compared: Floats, labels: Labels, which: Labels) -> Floats:
    means = np.stack([compared[labels == one].mean(axis=0) for one in which])
    return np.asarray(means / (np.linalg.norm(means, axis=1, keepdims=True) + 1e-8), np.float32)


def _fitted(
    common: FeatureBackground,
    embeddings: Floats,
    labels: Labels,
    classes: int,
    others: Labels,
    neighbours: int,
    start: Head | None = None,
) -> Rejection:
    points = np.concatenate([embeddings, common.pictures[others]])
    targets = np.concatenate([labels, np.full(len(others), classes)])
    head = fit(points, targets, classes + 1, PENALTY, start=start)
    compared = common.compared(embeddings)
    most = max(NEIGHBOURS, min(_PER_CLASS, _IN_ALL // classes))
    centres = np.concatenate(
        [
            prototypes(own, np.zeros(len(own), np.int64), min(most, len(own)))
            for own in (compared[labels == k] for k in range(classes))
        ]
    )
    return Rejection(head, centres, neighbours)
