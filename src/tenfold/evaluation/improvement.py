"""Is a model trained on corrections better than the one it started from? Works on counts; runs no model.

Both answer the same pictures: corrected ones that were kept back, and the test part of the data that the old
one learned from. The old model was wrong on many of the former, or they would not have been corrected, so any
other model does better there. Gaining on them is not enough; earlier knowledge must not be lost.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tenfold import metrics
from tenfold.evaluation.comparison import LEVEL
from tenfold.evaluation.significance import Paired, difference_interval, mcnemar, paired

Verdict = Literal["better", "worse", "no-difference"]
# What the verdict rests on, for programs. forgot: on its own test part it lost more than the margin; lost: on
# corrections; not-told: no difference shows on corrections; not-measured, may-have-forgot: it gained on them,
# but its own test part is not at hand, or does not show that it lost less than the margin.
Why = Literal["better", "forgot", "lost", "not-told", "not-measured", "may-have-forgot"]
# How much accuracy on its own test part may be lost, at the interval's lower end: one point.
MARGIN = 0.01
_POINTS = "1 point"
# The corrections on which both were evaluated, in words.
KEPT_BACK = "On corrections that were kept back"
CROSS_VALIDATED = "On corrections, each answered by a head that had not learned from it"
# With fewer pictures than this that only one of the two gets right there is no difference: McNemar's mid-p is
# 0.0625 for 4 of 4, and 0.031 for 5 of 5.
LEAST_APART = 5


def comparison(
    labels: Sequence[str],
    right: Sequence[NDArray[np.bool_]],
    own: Paired | None,
    none: Iterable[int],
    how: str = KEPT_BACK,
) -> dict[str, Any]:
    """The figures of both models, and the verdict with its sentence, as plain JSON types.

    Args:
        labels: of the corrected pictures that were kept back.
        right: whether the old model, and the new one, is right about each of these.
        own: on the test part of the old model's data; None where that is not at hand.
        none: how many pictures are of none of the classes, and of how many the old and the new model say so.
        how: in words, which corrections those are.
    """
    held_out = paired(*right) if labels else None
    which, why, sentence = verdict(held_out, own, how)
    classes = np.array(labels)
    return {
        "verdict": which,
        "why": why,
        "sentence": sentence,
        "margin": MARGIN,
        "held_out": facts_of(held_out) if held_out else None,
        "own_test": facts_of(own) if own else None,
        "by_class": [
            {
                "label": label,
                "pictures": int((classes == label).sum()),
                "old": int(right[0][classes == label].sum()),
                "new": int(right[1][classes == label].sum()),
            }
            for label in sorted(set(labels))
        ],
        "none_of_these": dict(zip(("pictures", "old", "new"), none, strict=True)),
    }


def facts_of(counts: Paired) -> dict[str, Any]:
    """The figures of the old model (first) and the new one (second) as plain JSON types."""
    low, high = difference_interval(counts)
    old = metrics.share(counts.both + counts.only_first, counts.n)
    new = metrics.share(counts.both + counts.only_second, counts.n)
    return {
        "pictures": counts.n,
        "old": {"accuracy": old.value, "low": old.low, "high": old.high},
        "new": {"accuracy": new.value, "low": new.low, "high": new.high},
        "difference": counts.difference,
        "low": low,
        "high": high,
        "p": mcnemar(counts),
        "only_old_right": counts.only_first,
        "only_new_right": counts.only_second,
    }


def figures_of(counts: Paired) -> str:
    """The figures in words: "40.0 % before, 80.0 % now, +40.0 points (95 % interval ...), n = 20"."""
    facts = facts_of(counts)
    return (
        f"{facts['old']['accuracy']:.1%} right before, {facts['new']['accuracy']:.1%} now, "
        f"{100 * counts.difference:+.1f} points "
        f"(95 % interval {100 * facts['low']:+.1f} to {100 * facts['high']:+.1f}), n = {counts.n:,}"
    )


def _untold(held_out: Paired | None) -> str:
    """The sentence that there is no significant difference, and how large one may still be."""
    if held_out is None:
        return "No difference can be told on corrections."
    low, high = difference_interval(held_out)
    worse, better = max(-100 * low, 0.0), max(100 * high, 0.0)
    return (
        "No difference can be told on corrections: "
        f"the new model may be up to {worse:.0f} points worse or up to {better:.0f} points better."
    )


def _kept(own: Paired) -> str:
    """The sentence on its own pictures where they do not show that it lost less than the margin."""
    low, high = (100 * one for one in difference_interval(own))
    if high < 0:
        return f"but may have lost more than {_POINTS} of what it knew"
    return (
        f"and kept its own pictures as far as {own.n:,} can tell: {100 * own.difference:+.1f} points, "
        f"{low:+.1f} to {high:+.1f}; a loss of more than {_POINTS} is not ruled out"
    )


def _gained(counts: Paired) -> bool:
    return difference_interval(counts)[0] > 0 and mcnemar(counts) < LEVEL


def _lost(counts: Paired) -> bool:
    return difference_interval(counts)[1] < 0 and mcnemar(counts) < LEVEL


def verdict(held_out: Paired | None, own: Paired | None, how: str = KEPT_BACK) -> tuple[Verdict, Why, str]:
    """Which model is better, and why, for programs and in words.

    Better: on the corrections kept back the interval leaves 0 out in favour of the new one, and on the own
    test part the interval's lower end is no more than MARGIN below 0. Worse: it lost on either; on the own
    test part by more than MARGIN. Everything else is no difference that can be told; so is a model of which
    nobody knows whether it has forgotten.

    Args:
        held_out: on the corrected pictures that were kept back; None where there are none.
        own: on the test part of the old model's data; None where that is not at hand.
        how: in words, which corrections those are.
    """
    parts = [
        f"{how}: {figures_of(held_out)}." if held_out else "No correction was kept back.",
        f"On pictures of its own data that were kept back: {figures_of(own)}."
        if own
        else "What it knew before was not measured: its own data are not at hand.",
    ]
    forgot = own is not None and _lost(own) and own.difference < -MARGIN
    if forgot:
        kept = " although it gained on corrections" if held_out is not None and _gained(held_out) else ""
        words = f"The new model is worse: it has forgotten more than {_POINTS} of what it knew{kept}."
        return "worse", "forgot", " ".join([words, *parts])
    if held_out is not None and _lost(held_out):
        return "worse", "lost", " ".join(["The new model is worse on corrections.", *parts])
    if held_out is None or not _gained(held_out):
        return "no-difference", "not-told", " ".join([_untold(held_out), *parts])
    if own is None:
        words = "The new model gained on corrections, but whether it forgot cannot be told."
        return "no-difference", "not-measured", " ".join([words, *parts])
    if difference_interval(own)[0] < -MARGIN:
        words = f"The new model gained on corrections, {_kept(own)}."
        return "no-difference", "may-have-forgot", " ".join([words, *parts])
    return "better", "better", " ".join(["The new model is better.", *parts])
