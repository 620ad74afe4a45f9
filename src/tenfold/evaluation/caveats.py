"""Why the figures of an evaluation mean less than they seem to, in sentences. Measures nothing itself."""

from collections.abc import Iterator

import numpy as np

from tenfold.datasets.balance import are_unequal_counts
from tenfold.evaluation.evaluate import Evaluation, named
from tenfold.metrics import Z95

# A class with fewer pictures has an interval of 40 points or more.
_FEW = 20


def caveats(found: Evaluation) -> Iterator[str]:
    """What a reader has to know beside the figures; nothing where they can be taken as they are."""
    if found.accuracy.warning:
        yield found.accuracy.warning
    counts = found.confusion.sum(axis=1)
    labels = list(found.classes)
    few = [f"{labels[k]} ({counts[k]:,})" for k in np.flatnonzero((counts > 0) & (counts < _FEW))]
    if few:
        yield f"Too few pictures for figures of one class to mean much: {named(few)}."
    if absent := [labels[k] for k in np.flatnonzero(counts == 0)]:
        yield f"No picture to measure: {named(absent)}."
    most = int(counts.argmax())
    if are_unequal_counts(counts):
        yield (
            f"{counts[most] / counts.sum():.0%} of these pictures are {labels[most]}, so the accuracy says "
            f"little of the rest: the mean recall of the classes is {found.macro.recall:.2%}."
        )
    if (named_always := np.flatnonzero(found.confusion.any(axis=0))).size == 1:
        yield f"Every picture was called {labels[int(named_always[0])]}: the model tells no classes apart."
    elif _guesses(found):
        yield "No better than guessing: the mean recall of the classes may be that of chance."


def _guesses(found: Evaluation) -> bool:
    """Whether the mean recall of the classes cannot be told from that of one answer to all (95 %)."""
    recalls = [(one.recall, one.support) for one in found.classes.values() if one.support]
    deviation = sum(recall * (1 - recall) / support for recall, support in recalls) ** 0.5 / len(recalls)
    return len(recalls) > 1 and found.macro.recall - Z95 * deviation <= 1 / len(recalls)
