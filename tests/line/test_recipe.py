"""Which answers of a model are a good part."""

import pytest

from tenfold.errors import UsageError
from tenfold.line.parts import Verdict
from tenfold.line.recipe import WHOLE, Region, StationRecipe
from tenfold.predictions import Prediction


def answer(*, known: bool = True, **chances: float) -> Prediction:
    label = max(chances, key=lambda name: chances[name])
    return Prediction(label, chances[label], chances, known, 0.0, None)


def recipe(
    *accepts: str, none_of_these: Verdict = Verdict.REJECT, unsure: Verdict = Verdict.REJECT
) -> StationRecipe:
    return StationRecipe(
        "caps", (Region("part", WHOLE, frozenset(accepts)),), none_of_these=none_of_these, unsure=unsure
    )


def test_two_good_classes_are_sure_together() -> None:
    both = answer(red=0.45, blue=0.45, bad=0.1)
    assert recipe("red", "blue").judge([both]) == (Verdict.PASS, "good")
    assert recipe("red").judge([both]) == (Verdict.REJECT, "unsure")


def test_what_the_model_does_not_know_may_be_diverted_but_never_passed() -> None:
    strange = answer(known=False, red=0.99, bad=0.01)
    assert recipe("red", none_of_these=Verdict.DIVERT).judge([strange]) == (Verdict.DIVERT, "none-of-these")
    with pytest.raises(UsageError, match="passes parts that are none of these"):
        recipe("red", none_of_these=Verdict.PASS)
    with pytest.raises(UsageError, match="passes parts that are unsure"):
        recipe("red", unsure=Verdict.PASS)


def test_every_region_has_to_be_right_and_the_worst_counts() -> None:
    both = StationRecipe(
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
        StationRecipe("empty", ())


def crate(count: int | None, unsure: Verdict = Verdict.REJECT) -> StationRecipe:
    region = Region("bottles", WHOLE, frozenset({"bottle"}), grid=(2, 2), count=count)
    return StationRecipe("crate", (region,), unsure=unsure)


def test_a_region_with_cells_counts_those_that_hold_an_accepted_class() -> None:
    bottle, gap, unclear = (
        answer(bottle=0.9, gap=0.1),
        answer(bottle=0.1, gap=0.9),
        answer(bottle=0.5, gap=0.5),
    )
    strange = answer(known=False, bottle=0.9, gap=0.1)
    assert crate(3).boxes == [(0, 0, 0.5, 0.5), (0.5, 0, 0.5, 0.5), (0, 0.5, 0.5, 0.5), (0.5, 0.5, 0.5, 0.5)]
    assert crate(3).judge([bottle, gap, bottle, bottle]) == (Verdict.PASS, "good")
    assert crate(3).judge([bottle, strange, bottle, bottle]) == (Verdict.PASS, "good")
    assert crate(3).judge([bottle] * 4) == (Verdict.REJECT, "wrong-count")
    assert crate(3, Verdict.DIVERT).judge([bottle, unclear, bottle, bottle]) == (Verdict.DIVERT, "unsure")
    assert crate(0).judge([gap] * 4) == (Verdict.PASS, "good")
    assert crate(None).judge([bottle, gap, bottle, bottle]) == (Verdict.REJECT, "wrong-class")


@pytest.mark.parametrize(
    ("box", "grid", "count"),
    [((0, 0, 1.5, 1), (1, 1), None), ((0, 0, 1, 0), (1, 1), None), (WHOLE, (9, 9), None), (WHOLE, (2, 2), 5)],
)
def test_a_region_outside_the_picture_or_with_too_many_cells_is_refused(
    box: tuple[float, float, float, float], grid: tuple[int, int], count: int | None
) -> None:
    with pytest.raises(UsageError, match="The region bottles"):
        Region("bottles", box, frozenset({"bottle"}), grid=grid, count=count)
