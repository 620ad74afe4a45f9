"""Prototypes stand for their class, novelty grows with distance, and the threshold keeps its share."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tenfold.evaluation import novelty

Floats = NDArray[np.float32]


def unit(points: NDArray[np.float64]) -> Floats:
    return np.asarray(points / np.linalg.norm(points, axis=1, keepdims=True), dtype=np.float32)


def clusters() -> tuple[Floats, NDArray[np.int64], Floats]:
    """Two classes of two tight clusters each; their points, labels and middles."""
    random = np.random.default_rng(6)
    middles = unit(np.eye(4, 6))
    which = np.repeat(np.arange(4), 50)
    points = unit(middles[which] + random.normal(0, 0.03, (200, 6)))
    return points, which // 2, middles


def test_each_class_has_so_many_prototypes_of_unit_length() -> None:
    points, labels, _ = clusters()
    found = novelty.prototypes(points, labels, 7)
    assert found.shape == (14, 6)
    assert found.dtype == np.float32
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)


def test_prototypes_lie_among_the_pictures_of_their_class() -> None:
    points, labels, middles = clusters()
    found = novelty.prototypes(points, labels, 5)
    for prototype, label in zip(found, np.repeat([0, 1], 5), strict=True):
        assert (middles @ prototype).argmax() // 2 == label
        assert (middles @ prototype).max() > 0.9


def test_the_same_seed_finds_the_same_prototypes() -> None:
    points, labels, _ = clusters()
    assert (novelty.prototypes(points, labels, 5, 3) == novelty.prototypes(points, labels, 5, 3)).all()


def test_a_class_with_fewer_pictures_than_prototypes_still_has_them_all() -> None:
    points, labels, _ = clusters()
    few = np.concatenate([np.flatnonzero(labels == 0)[:3], np.flatnonzero(labels == 1)])
    found = novelty.prototypes(points[few], labels[few], 10)
    assert found.shape == (20, 6)
    assert np.isfinite(found).all()


def test_novelty_by_a_loop() -> None:
    random = np.random.default_rng(7)
    embeddings, centres = unit(random.normal(size=(6, 5))), unit(random.normal(size=(9, 5)))
    probabilities = random.dirichlet(np.ones(3), 6).astype(np.float32)
    found = novelty.novelty(embeddings, probabilities, centres, neighbours=4, mix=0.3)
    for one, embedding, share in zip(found, embeddings, probabilities, strict=True):
        distances = sorted(1 - float(embedding @ centre) for centre in centres)[:4]
        assert one == pytest.approx(sum(distances) / 4 + 0.3 * (1 - share.max()), abs=1e-5)


def test_what_lies_far_from_all_prototypes_is_stranger() -> None:
    points, labels, _ = clusters()
    centres = novelty.prototypes(points, labels, 5)
    sure = np.tile(np.array([[1, 0]], np.float32), (200, 1))
    strange = unit(np.tile([[0, 0, 0, 0, 1.0, 1.0]], (5, 1)))
    ordinary = novelty.novelty(points, sure, centres, 3, 0.5)
    assert novelty.novelty(strange, sure[:5], centres, 3, 0.5).min() > ordinary.max()


known: st.SearchStrategy[list[float]] = st.lists(
    st.floats(0, 2, allow_nan=False, width=32), min_size=1, max_size=50
)


@given(known, st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99, 1.0]))
def test_the_threshold_keeps_the_share_and_is_no_higher_than_it_must(
    values: list[float], keep: float
) -> None:
    scores = np.array(values, dtype=np.float32)
    found = novelty.threshold(scores, keep)
    assert (scores <= found).mean() >= keep
    assert found in scores
    # One picture more than the share would be too many.
    assert (scores < found).mean() <= keep


def test_the_threshold_keeps_95_of_100() -> None:
    scores = np.random.default_rng(8).permutation(np.arange(100)).astype(np.float32)
    assert (scores <= novelty.threshold(scores, 0.95)).mean() == pytest.approx(0.95, abs=0.011)
    assert (scores <= novelty.threshold(scores, 0.95)).mean() >= 0.95
