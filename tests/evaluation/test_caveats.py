"""What is said beside figures that mean little, and that nothing is said beside those that do not."""

import numpy as np
import pytest

from tenfold import metrics
from tenfold.evaluation.caveats import as_facts, caveats, of_evaluation, of_validation, stored
from tenfold.evaluation.evaluate import Evaluation


def evaluation(*rows: list[int]) -> Evaluation:
    """Of a confusion matrix, whose classes are a, b, c."""
    matrix = np.array(rows)
    n, right = int(matrix.sum()), int(np.trace(matrix))
    scores = dict(zip("abc", metrics.class_scores(matrix), strict=False))
    return Evaluation(metrics.share(right, n), 0.1, 0.02, metrics.share(n, n), matrix, scores)


def said(*rows: list[int]) -> str:
    return " ".join(one.sentence for one in of_evaluation(evaluation(*rows)))


def test_good_figures_of_many_pictures_are_taken_as_they_are() -> None:
    assert said([900, 100], [80, 920]) == ""


def test_three_pictures_a_class_mean_nothing() -> None:
    words = said([3, 0, 0], [1, 2, 0], [0, 0, 3])
    assert "9 is too small a number for this to mean much" in words
    assert "Too few pictures for figures of one class to mean much: a (3), b (3), c (3)." in words


def test_the_majority_does_not_hide_the_rest() -> None:
    words = said([980, 0], [30, 10])
    assert "96% of these pictures are a, so the accuracy says little of the rest" in words
    assert "the mean recall of the classes is 62.50%" in words
    assert "guessing" not in words


def test_one_answer_to_every_picture_is_said() -> None:
    assert "Every picture was called a: the model tells no classes apart." in said([980, 0], [20, 0])


def test_one_answer_to_pictures_of_one_class_says_nothing_about_the_model() -> None:
    assert "tells no classes apart" not in said([4, 0], [0, 0])


@pytest.mark.parametrize("rows", [([50, 50], [48, 52]), ([900, 80], [45, 5])])
def test_a_model_that_guesses_is_told_also_where_classes_are_unequal(rows: tuple[list[int], ...]) -> None:
    assert "No better than guessing" in said(*rows)


def test_a_class_that_cannot_be_measured_is_named() -> None:
    assert "No picture to measure: c." in said([90, 10, 0], [10, 90, 0], [0, 0, 0])


def test_each_has_what_the_page_needs_to_say_it_in_other_words() -> None:
    found = {one.kind: one for one in of_evaluation(evaluation([3, 0, 0], [1, 2, 0], [0, 0, 3]))}
    assert found["few-pictures"].figures["n"] == 9
    assert found["small-classes"].classes == {"a": 3, "b": 3, "c": 3}
    unequal = {one.kind: one for one in of_evaluation(evaluation([980, 0], [30, 10]))}["unequal-classes"]
    assert (unequal.classes, round(unequal.figures["recall"], 3)) == ({"a": 980}, 0.625)


def test_of_many_small_classes_ten_are_named() -> None:
    labels, matrix = [f"c{k}" for k in range(30)], 5 * np.eye(30, dtype=np.int64)
    small = next(one for one in caveats(labels, matrix) if one.kind == "small-classes")
    assert (len(small.classes), small.more) == (10, 20)
    assert small.sentence.endswith("c9 (5) and 20 more.")


@pytest.mark.parametrize(("right", "n", "is_said"), [(24, 24, True), (23, 24, False), (5000, 5000, False)])
def test_a_validation_without_a_mistake_says_little_of_confidence(right: int, n: int, is_said: bool) -> None:
    found = of_validation(metrics.share(right, n))
    assert [one.kind for one in found] == (["perfect-validation"] if is_said else [])


def test_they_are_read_again_as_they_were_stored_and_nothing_else_is() -> None:
    found = as_facts(of_validation(metrics.share(24, 24)))
    assert stored({"accuracy": 1.0, "caveats": found}) == found
    for other in (None, 3, {}, {"caveats": "x"}, {"caveats": [3, {}, {"sentence": 4}]}):
        assert stored(other) == []
