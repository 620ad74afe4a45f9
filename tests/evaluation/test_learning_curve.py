"""What a learning curve says, and when it says nothing."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tenfold.evaluation.learning_curve import LearningCurve, Point

LABELS = np.repeat(np.arange(2), 500)


def right(first: int, second: int) -> NDArray[np.bool_]:
    """So many of each class's 500 pictures are answered right."""
    found = np.zeros(1000, dtype=bool)
    found[:first] = True
    found[500 : 500 + second] = True
    return found


def curve(*parts: tuple[int, int]) -> LearningCurve:
    points = tuple(Point(100 * 2**i, right(*part)) for i, part in enumerate(parts))
    return LearningCurve(points, LABELS, ("cat", "dog"), epochs=5)


def test_a_sure_gain_is_told_with_its_interval_its_classes_and_what_may_follow() -> None:
    found = curve((250, 250), (300, 350), (310, 430))
    assert found.gain().value == pytest.approx(0.09)
    assert found.expected() == pytest.approx(0.09 * 0.09 / 0.15)
    assert found.verdict().startswith(
        "More pictures would help: from 200 to 400 the accuracy rose by +9.0 points, 95 % interval "
    )
    more = "may bring about 5.4 points. The classes that gained most surely: dog: +16.0 points"
    assert more in found.verdict()
    assert [gain.label for gain in found.gains()] == ["dog", "cat"]


def test_no_gain_is_not_called_one() -> None:
    found = curve((400, 400), (401, 399))
    assert found.verdict() == (
        "It cannot be told that more pictures would help: from 100 to 200 the accuracy changed by "
        f"{found.gain()}."
    )
    assert found.gain().low < 0 < found.gain().high


def test_a_loss_promises_nothing() -> None:
    assert curve((400, 400), (300, 400)).expected() == 0


def test_gains_that_grow_are_not_promised_to_grow_on() -> None:
    assert curve((250, 250), (260, 250), (300, 300)).expected() == pytest.approx(0.09)


def test_the_facts_are_plain() -> None:
    facts = curve((250, 250), (300, 350), (310, 430)).facts()
    assert [point["pictures"] for point in facts["points"]] == [100, 200, 400]
    assert facts["points"][2]["accuracy"] == 0.74
    assert facts["by_class"][0]["label"] == "dog"
    assert facts["verdict"].startswith("More pictures would help")
