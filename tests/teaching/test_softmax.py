"""tenfold.teaching.softmax: the head is the minimum, whatever the scale and the number of pictures."""

import numpy as np

from tenfold.evaluation.calibration import softmax
from tenfold.teaching.softmax import fit


def clouds(counts: tuple[int, ...], width: int = 20) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(1)
    centres = random.normal(size=(len(counts), width))
    labels = np.repeat(np.arange(len(counts)), counts)
    return centres[labels] + random.normal(size=(len(labels), width)), labels


def test_the_gradient_vanishes_at_the_fitted_head() -> None:
    points, labels = clouds((30, 30, 30))
    points -= points.mean(axis=0)
    points /= np.sqrt((points**2).sum(axis=1).mean())
    head = fit(points, labels, 3, 1e-2)
    wrong = softmax(head.logits(points)) - np.eye(3)[labels]
    slope = points.T @ wrong / len(points) + 1e-2 * head.weight
    assert np.abs(slope).max() < 1e-3
    assert np.abs(wrong.mean(axis=0)).max() < 1e-3


def test_features_of_another_scale_and_place_give_the_same_answers() -> None:
    points, labels = clouds((20, 20))
    one, two = fit(points, labels, 2, 1e-2), fit(points * 50 + 7, labels, 2, 1e-2)
    assert np.allclose(softmax(one.logits(points)), softmax(two.logits(points * 50 + 7)), atol=1e-3)


def test_a_class_with_many_pictures_outvotes_none_with_few() -> None:
    points, labels = clouds((200, 5))
    same = np.zeros_like(points)  # nothing to tell them by
    assert np.allclose(softmax(fit(same, labels, 2, 1e-2).logits(same)), 0.5, atol=0.01)


def test_a_fit_may_begin_at_another_penaltys_head() -> None:
    points, labels = clouds((30, 30))
    begun = fit(points, labels, 2, 1e-3, start=fit(points, labels, 2, 1e-1))
    assert np.allclose(
        softmax(begun.logits(points)), softmax(fit(points, labels, 2, 1e-3).logits(points)), atol=0.02
    )
