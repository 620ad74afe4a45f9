"""What is said beside figures that mean little, and that nothing is said beside those that do not."""

import numpy as np
import pytest

from tenfold import metrics
from tenfold.evaluation.caveats import caveats
from tenfold.evaluation.evaluate import Evaluation


def evaluation(*rows: list[int]) -> Evaluation:
    """Of a confusion matrix, whose classes are a, b, c."""
    matrix = np.array(rows)
    n, right = int(matrix.sum()), int(np.trace(matrix))
    scores = dict(zip("abc", metrics.class_scores(matrix), strict=False))
    return Evaluation(metrics.share(right, n), 0.1, 0.02, metrics.share(n, n), matrix, scores)


def said(*rows: list[int]) -> str:
    return " ".join(caveats(evaluation(*rows)))


def test_good_figures_of_many_pictures_are_taken_as_they_are() -> None:
    assert said([900, 100], [80, 920]) == ""


def test_three_pictures_a_class_mean_nothing() -> None:
    words = said([3, 0, 0], [1, 2, 0], [0, 0, 3])
    assert "9 pictures are too few for this to mean much" in words
    assert "Too few pictures for figures of one class to mean much: a (3), b (3), c (3)." in words


def test_the_majority_does_not_hide_the_rest() -> None:
    words = said([980, 0], [30, 10])
    assert "96% of these pictures are a, so the accuracy says little of the rest" in words
    assert "the mean recall of the classes is 62.50%" in words
    assert "guessing" not in words


def test_one_answer_to_every_picture_is_said() -> None:
    assert "Every picture was called a: the model tells no classes apart." in said([980, 0], [20, 0])


@pytest.mark.parametrize("rows", [([50, 50], [48, 52]), ([900, 80], [45, 5])])
def test_a_model_that_guesses_is_told_also_where_classes_are_unequal(rows: tuple[list[int], ...]) -> None:
    assert "No better than guessing" in said(*rows)


def test_a_class_that_cannot_be_measured_is_named() -> None:
    assert "No picture to measure: c." in said([90, 10, 0], [10, 90, 0], [0, 0, 0])
