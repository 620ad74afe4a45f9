"""tenfold.teaching.folds: what is nearly the same is held out together."""

import numpy as np

from tenfold.teaching.folds import folds


def test_every_fold_has_the_same_share_of_every_class() -> None:
    labels = np.repeat([0, 1], [10, 15])
    found = folds(labels, 5)
    assert [np.bincount(found[labels == k], minlength=5).tolist() for k in (0, 1)] == [[2] * 5, [3] * 5]


def test_a_recording_is_held_out_whole() -> None:
    labels, groups = np.zeros(30, np.int64), np.repeat([0, 1, 2], 10)
    found = folds(labels, 3, groups)
    assert sorted(set(found[groups == k].tolist()).pop() for k in range(3)) == [0, 1, 2]


def test_a_single_recording_is_cut_into_stretches_of_time() -> None:
    assert folds(np.zeros(6, np.int64), 3, np.zeros(6, np.int64)).tolist() == [0, 0, 1, 1, 2, 2]
