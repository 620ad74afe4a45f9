"""Labels that out-of-sample probabilities speak against, by cleanlab (Northcutt et al. 2021).

Needs the train extra. Where no model has been trained for these classes on other pictures, the probabilities
come from logistic regression on a model's embeddings, each picture by a model that did not learn from it or
from a copy of it.
"""

import warnings
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.errors import MissingExtra

FOLDS = 5
# Of the logistic regression; enough for its order of probabilities to settle.
_STEPS = 100
_LEAST = 1e-6


def require() -> None:
    """Raise MissingExtra where cleanlab and scikit-learn are not installed."""
    try:
        import_module("cleanlab.filter")
        import_module("sklearn.linear_model")
    except ModuleNotFoundError as reason:
        otherwise = ". Or leave the search out with --no-labels."
        raise MissingExtra.of("The search for wrong labels", "train", str(reason.name), otherwise) from reason


def wrong_labels(
    labels: NDArray[np.int64], probabilities: NDArray[np.floating[Any]]
) -> list[tuple[int, int, float]]:
    """Pictures whose label is probably wrong, the likeliest first.

    Args:
        labels: the given labels `[N]`.
        probabilities: out-of-sample `[N, K]`.

    Returns:
        the picture, the class it should perhaps have, and the probability of its given label.
    """
    require()
    from cleanlab.filter import find_label_issues

    present = np.unique(labels)
    if len(present) < 2:
        return []
    # Classes without a picture here can neither be confused nor counted.
    own = np.maximum(probabilities[:, present].astype(np.float64), _LEAST)
    own /= own.sum(axis=1, keepdims=True)
    given = np.searchsorted(present, labels)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says which classes are small; the page shows the counts
        issues = find_label_issues(
            given, own, return_indices_ranked_by="self_confidence", filter_by="both", n_jobs=1
        )
    best = own.argmax(axis=1)
    return [(int(i), int(present[best[i]]), float(own[i, given[i]])) for i in issues if best[i] != given[i]]


def cross_validated(
    embeddings: NDArray[np.floating[Any]], labels: NDArray[np.int64], groups: Sequence[int], classes: int
) -> NDArray[np.float64]:
    """Probabilities `[N, K]`, each from logistic regression on the embeddings of the other folds.

    Args:
        embeddings: `[N, D]`.
        labels: `[N]`.
        groups: copies of a picture share a number; they are in one fold.
        classes: K.
    """
    require()
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    fold = _folds(labels, np.asarray(groups))
    values = embeddings.astype(np.float32)
    values = (values - values.mean(axis=0)) / np.maximum(values.std(axis=0), _LEAST)
    probabilities = np.full((len(labels), classes), 1 / classes)
    for number in range(FOLDS):
        learned, held_out = fold != number, fold == number
        present = np.unique(labels[learned])
        if not held_out.any() or len(present) < 2:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            # Embeddings are many and pictures may be few: a strong pull to small weights.
            model = LogisticRegression(C=0.01, max_iter=_STEPS).fit(values[learned], labels[learned])
        probabilities[held_out] = 0
        probabilities[np.ix_(held_out, present)] = model.predict_proba(values[held_out])
    return probabilities


def _folds(labels: NDArray[np.int64], groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """A fold for each picture, every class spread over all of them; the copies of a picture together."""
    first = {int(group): index for index, group in reversed(list(enumerate(groups)))}
    fold_of: dict[int, int] = {}
    used = np.zeros(int(labels.max()) + 1, dtype=np.int64)
    leaders = list(first)
    for group in np.random.default_rng(0).permutation(leaders).tolist():
        label = labels[first[group]]
        fold_of[group] = int(used[label]) % FOLDS
        used[label] += 1
    return np.array([fold_of[int(group)] for group in groups], dtype=np.int64)
