"""Models beside each other on the same pictures."""

import numpy as np
import pytest

from tenfold.datasets.labelled import LabelledPictures
from tenfold.errors import DatasetError, UsageError
from tenfold.evaluation.comparison import NamedOutputs, check_classes, compare, in_order
from tenfold.evaluation.evaluate import ModelOutputs
from tenfold.evaluation.significance import Paired

CLASSES = ("cat", "dog", "frog")


def pictures(count: int) -> LabelledPictures:
    labels = np.arange(count, dtype=np.int64) % 3
    return LabelledPictures(np.zeros((count, 4, 4, 3), np.uint8), labels, CLASSES)


def answers(data: LabelledPictures, wrong: list[int], confidence: float = 0.9) -> ModelOutputs:
    """Right answers but for the pictures `wrong`, which are called the next class."""
    called = data.labels.copy()
    called[wrong] = (called[wrong] + 1) % 3
    probabilities = np.full((len(data), 3), (1 - confidence) / 2, dtype=np.float32)
    probabilities[np.arange(len(data)), called] = confidence
    return ModelOutputs(probabilities, np.zeros(len(data), np.float32), 1.0)


def answered(name: str, data: LabelledPictures, wrong: list[int]) -> NamedOutputs:
    return NamedOutputs(name, answers(data, wrong), 0.5)


def test_a_clear_difference_is_told_in_a_sentence() -> None:
    data = pictures(1000)
    found = compare(data, [answered("A", data, list(range(60))), answered("B", data, list(range(40, 70)))])
    (one,) = found.differences
    assert one.counts == Paired(both=930, only_first=10, only_second=40, neither=20)
    assert one.better == "B"
    assert one.value == pytest.approx(0.03)
    assert one.sentence == "B is better than A: by 3.0 points, 95 % interval 1.6 to 4.5"
    assert (one.p, one.pairs) == (one.corrected, 1)


def test_the_sentence_is_of_the_better_one_in_whatever_order_they_are_named() -> None:
    data = pictures(1000)
    several = [answered("A", data, list(range(60))), answered("B", data, list(range(40, 70)))]
    (one,) = compare(data, several[::-1]).differences
    assert (one.first, one.second, one.better) == ("B", "A", "B")
    assert one.value == pytest.approx(-0.03)
    assert one.sentence == "B is better than A: by 3.0 points, 95 % interval 1.6 to 4.5"


def test_what_may_be_luck_is_not_called_better() -> None:
    data = pictures(1000)
    several = [answered("A", data, list(range(60))), answered("B", data, list(range(5, 61)))]
    for named in (several, several[::-1]):
        (one,) = compare(data, named).differences
        assert one.better is None
        assert one.sentence == (
            "B is 0.40 points ahead of A, which may be chance: 95 % interval -0.19 to 1.04"
        )


def test_models_that_answer_alike_differ_in_nothing() -> None:
    data = pictures(300)
    (one,) = compare(data, [answered("A", data, [1]), answered("B", data, [1])]).differences
    assert one.p == 1.0
    assert one.sentence.startswith(
        "B and A are equally accurate; a difference may still hide: 95 % interval -"
    )


def test_among_several_models_luck_has_more_chances_and_holm_counts_them() -> None:
    data = pictures(1000)
    several = [answered(name, data, list(range(n))) for name, n in (("A", 30), ("B", 24), ("C", 24))]
    two = compare(data, several[:2]).differences[0]
    three = compare(data, several).differences
    assert two.p == pytest.approx(1 / 64)
    assert two.better == "B"
    assert [(one.first, one.second) for one in three] == [("A", "B"), ("A", "C"), ("B", "C")]
    assert three[0].corrected == pytest.approx(3 * two.p)
    assert three[0].better == "B", "0.047 is below 0.05"
    four = compare(data, [*several, answered("D", data, list(range(24)))]).differences
    assert four[0].corrected == pytest.approx(6 * two.p)
    assert four[0].better is None


def test_classes_are_compared_on_their_own_pictures() -> None:
    data = pictures(300)
    dogs = [i for i in range(300) if i % 3 == 1]
    found = compare(data, [answered("A", data, dogs[:40]), answered("B", data, [])])
    rows = {row.label: row for row in found.by_class("A", "B")}
    assert rows["dog"].counts == Paired(both=60, only_first=0, only_second=40, neither=0)
    assert rows["dog"].counts.difference == pytest.approx(0.4)
    assert rows["dog"].low > 0.2
    assert rows["cat"].counts.difference == 0
    assert rows["cat"].low < 0 < rows["cat"].high


def test_a_class_without_pictures_is_left_out() -> None:
    data = pictures(300)
    few = data.take(np.flatnonzero(data.labels != 2))
    assert [
        row.label for row in compare(few, [answered("A", few, []), answered("B", few, [])]).by_class("A", "B")
    ] == [
        "cat",
        "dog",
    ]


def test_pictures_that_one_gets_right_come_with_the_other_s_surest_mistake_first() -> None:
    data = pictures(30)
    found = answers(data, [3, 4, 9])
    found.probabilities[4] = [0.01, 0.01, 0.98]
    both = compare(data, [answered("A", data, [9]), NamedOutputs("B", found, 0.5)])
    assert both.only("A", "B").tolist() == [4, 3]
    assert both.only("B", "A").tolist() == []


def test_facts_are_plain_json() -> None:
    import json

    data = pictures(90)
    found = compare(data, [answered("A", data, [1, 2]), answered("B", data, [])])
    facts = json.loads(json.dumps(found.facts()))
    assert facts["pictures"] == 90
    assert facts["models"]["A"]["accuracy"] == round(88 / 90, 4)
    (one,) = facts["differences"]
    assert (one["right_both"], one["right_only_second"], one["better"]) == (88, 2, None)
    assert one["sentence"] == found.differences[0].sentence


@pytest.mark.parametrize("names", [[], ["A"], ["A", "A"]])
def test_two_models_with_names_of_their_own_are_needed(names: list[str]) -> None:
    data = pictures(3)
    with pytest.raises(UsageError, match="needs two models or more, each with a name of its own"):
        compare(data, [answered(name, data, []) for name in names])


def test_no_pictures_are_no_ground_to_compare_on() -> None:
    data = pictures(0)
    with pytest.raises(DatasetError, match="hold no picture to compare by"):
        compare(data, [answered("A", data, []), answered("B", data, [])])


def test_models_of_different_classes_are_told_apart() -> None:
    check_classes({"A": ("cat", "dog"), "B": ("dog", "cat")})
    with pytest.raises(DatasetError) as told:
        check_classes({"A": ("cat", "dog"), "B": ("cat", "frog")})
    assert str(told.value) == (
        "A and B know different classes, so they cannot be compared on the same pictures "
        "(only A: dog; only B: frog). Compare models of the same classes."
    )


def test_answers_are_put_into_the_order_of_the_others_classes() -> None:
    data = pictures(3)
    found = in_order(answers(data, []), ("cat", "dog", "frog"), ("frog", "cat", "dog"))
    assert found.predicted.tolist() == [1, 2, 0]
