"""Which answers of a model are a good part."""

import pytest

from tenfold.errors import UsageError
from tenfold.line.parts import Verdict
from tenfold.line.recipe import WHOLE, Recipe, Region
from tenfold.predictions import Prediction


def answer(*, known: bool = True, **chances: float) -> Prediction:
    label = max(chances, key=lambda name: chances[name])
    return Prediction(label, chances[label], chances, known, 0.0, None)


def recipe(*accepts: str, strangers: Verdict = Verdict.REJECT, unsure: Verdict = Verdict.REJECT) -> Recipe:
    return Recipe("caps", (Region("part", WHOLE, frozenset(accepts)),), strangers=strangers, unsure=unsure)


def test_two_good_classes_are_sure_together() -> None:
    both = answer(red=0.45, blue=0.45, bad=0.1)
    assert recipe("red", "blue").judge([both]) == (Verdict.PASS, "good")
    assert recipe("red").judge([both]) == (Verdict.REJECT, "unsure")


def test_what_the_model_does_not_know_may_be_diverted_but_never_passed() -> None:
    strange = answer(known=False, red=0.99, bad=0.01)
    assert recipe("red", strangers=Verdict.DIVERT).judge([strange]) == (Verdict.DIVERT, "none-of-these")
    with pytest.raises(UsageError, match="passes parts that are none of these"):
        recipe("red", strangers=Verdict.PASS)
    with pytest.raises(UsageError, match="passes parts that are unsure"):
        recipe("red", unsure=Verdict.PASS)


def test_every_region_has_to_be_right_and_the_worst_counts() -> None:
    both = Recipe(
        "bottle",
        (
            Region("cap", (0, 0, 1, 0.3), frozenset({"cap"})),
            Region("label", (0, 0.3, 1, 0.7), frozenset({"label"})),
        ),
        unsure=Verdict.DIVERT,
    )
    cap, label = answer(cap=0.9, label=0.1), answer(cap=0.1, label=0.9)
    assert both.judge([cap, label]) == (Verdict.PASS, "good")
    assert both.judge([cap, cap]) == (Verdict.REJECT, "wrong-class")
    assert both.judge([answer(cap=0.55, label=0.45), label]) == (Verdict.DIVERT, "unsure")
    assert both.judge([answer(cap=0.55, label=0.45), cap]) == (Verdict.REJECT, "wrong-class")


def test_a_class_that_the_model_does_not_have_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match=r"region part \(cup\)"):
        recipe("red", "cup").check(["red", "bad"])
    with pytest.raises(UsageError, match="looks at nothing"):
        Recipe("empty", ())
