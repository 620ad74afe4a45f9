"""When a model trained on corrections is called better, and what is said of it."""

import pytest

from tenfold.evaluation.improvement import LEAST_APART, facts_of, figures_of, verdict
from tenfold.evaluation.significance import Paired

GAINED, EVEN, LOST = Paired(10, 0, 20, 5), Paired(10, 2, 3, 5), Paired(10, 20, 0, 5)
KEPT = Paired(9300, 60, 65, 575)


def test_better_is_one_that_gained_and_forgot_nothing() -> None:
    which, why, sentence = verdict(GAINED, KEPT)
    assert (which, why) == ("better", "better")
    assert sentence.startswith(
        "The new model is better. On corrections that were kept back: 28.6% right before, 85.7% now, "
        "+57.1 points (95 % interval +3"
    )
    assert "On pictures of its own data that were kept back: 93.6% right before, 93.7% now" in sentence
    assert "n = 10,000." in sentence


def test_one_that_gained_but_forgot_is_worse() -> None:
    which, why, sentence = verdict(GAINED, Paired(9000, 400, 100, 500))
    assert (which, why) == ("worse", "forgot")
    assert "it has forgotten more than 1 point of what it knew although it gained on corrections." in sentence


def test_one_that_lost_on_corrections_is_worse() -> None:
    which, why, sentence = verdict(LOST, KEPT)
    assert (which, why) == ("worse", "lost")
    assert sentence.startswith("The new model is worse on corrections.")


def test_few_pictures_say_nothing_however_many_of_them_are_right() -> None:
    which, why, sentence = verdict(Paired(1, 0, 3, 0), KEPT)
    assert (which, why) == ("no-difference", "not-told")
    assert sentence.startswith(
        "No difference can be told on corrections: "
        "the new model may be up to 0 points worse or up to 95 points better."
    )
    assert "n = 4." in sentence


def test_one_of_which_nobody_knows_what_it_forgot_is_not_called_better() -> None:
    which, why, sentence = verdict(GAINED, None)
    assert (which, why) == ("no-difference", "not-measured")
    assert "gained on corrections, but whether it forgot cannot be told" in sentence
    assert "What it knew before was not measured" in sentence


def test_one_that_may_have_lost_more_than_the_margin_is_not_called_better() -> None:
    which, why, sentence = verdict(GAINED, Paired(1060, 15, 4, 121))
    assert (which, why) == ("no-difference", "may-have-forgot")
    assert "may have lost more than 1 point of what it knew" in sentence


def test_one_whose_own_pictures_are_too_few_for_the_margin_is_told_how_far_they_can_tell() -> None:
    which, why, sentence = verdict(GAINED, Paired(1110, 17, 15, 58))
    assert (which, why) == ("no-difference", "may-have-forgot")
    assert sentence.startswith(
        "The new model gained on corrections, and kept its own pictures as far as 1,200 can tell: "
        "-0.2 points, -1.1 to +0.8; a loss of more than 1 point is not ruled out."
    )


def test_without_a_correction_kept_back_nothing_is_verdict() -> None:
    assert verdict(None, KEPT) == (
        "no-difference",
        "not-told",
        "No difference can be told on corrections. No correction was kept back. "
        f"On pictures of its own data that were kept back: {figures_of(KEPT)}.",
    )


def test_with_fewer_than_five_pictures_apart_no_difference_is_verdict() -> None:
    assert LEAST_APART == 5
    assert verdict(Paired(0, 0, LEAST_APART, 5), KEPT)[0] == "better"
    assert verdict(Paired(0, LEAST_APART, 0, 5), KEPT)[0] == "worse"
    for others in range(100):
        assert verdict(Paired(others, 0, LEAST_APART - 1, 0), KEPT)[0] == "no-difference"
        assert verdict(Paired(0, 0, LEAST_APART - 1, others), KEPT)[0] == "no-difference"


@pytest.mark.parametrize("counts", [GAINED, EVEN, LOST, KEPT])
def test_the_figures_agree_with_each_other(counts: Paired) -> None:
    facts = facts_of(counts)
    assert facts["difference"] == pytest.approx(facts["new"]["accuracy"] - facts["old"]["accuracy"])
    assert facts["low"] <= facts["difference"] <= facts["high"]
    assert facts["pictures"] == counts.n
