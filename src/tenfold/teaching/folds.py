"""Which pictures are held out together in cross-validation. Knows labels and groups, no pictures."""

import numpy as np
from numpy.typing import NDArray


def folds(
    labels: NDArray[np.int64], count: int, groups: NDArray[np.int64] | None = None, seed: int = 1
) -> NDArray[np.int64]:
    """Each picture's fold, 0 to count - 1: the same share of every class in each, as far as its groups allow.

    Frames of one recording are nearly the same, so a frame whose neighbour was trained on is no test. A class
    with several recordings has whole recordings held out; one with a single recording is cut into stretches
    of time.

    Args:
        labels: int64 `[N]`.
        groups: int64 `[N]`, the recording of each picture, in the order of time; -1: a picture by itself.
            None: all are by themselves.
    """
    random = np.random.default_rng(seed)
    found = np.zeros(len(labels), dtype=np.int64)
    single = np.full(len(labels), -1) if groups is None else groups
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        own = single[members]
        recordings = np.unique(own[own >= 0])
        alone = random.permutation(members[own < 0])
        if len(recordings) == 1 and not len(alone):
            found[members] = np.arange(len(members)) * count // len(members)
            continue
        sizes = np.zeros(count)
        pieces = [members[own == one] for one in recordings]
        for piece in [*sorted(pieces, key=len, reverse=True), *alone[:, None]]:
            smallest = int(sizes.argmin())
            found[piece] = smallest
            sizes[smallest] += len(piece)
    return found
