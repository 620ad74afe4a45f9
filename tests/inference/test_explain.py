"""The evidence for a class drawn over the picture."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tenfold.errors import UsageError
from tenfold.inference.explain import STRONGEST, overlay
from tenfold.predictions import Prediction

PIXELS = np.random.default_rng(0).integers(0, 256, (120, 200, 3), dtype=np.uint8)


def answer(cat: NDArray[np.float32], dog: NDArray[np.float32] | None = None) -> Prediction:
    maps = np.stack([cat, np.zeros_like(cat) if dog is None else dog])
    return Prediction("cat", 0.9, {"cat": 0.9, "dog": 0.1}, True, 0.0, maps)


def left_half(strength: float = 1.0) -> NDArray[np.float32]:
    cells = np.zeros((28, 28), np.float32)
    cells[:, :14] = strength
    return cells


def test_the_picture_keeps_its_size() -> None:
    drawn = overlay(PIXELS, answer(left_half()))
    assert (drawn.size, drawn.mode) == ((200, 120), "RGB")


def test_it_changes_only_where_there_is_evidence() -> None:
    drawn = np.asarray(overlay(PIXELS, answer(left_half())))
    # Two cells of 7.1 pixels are the reach of the enlargement.
    assert (drawn[:, 115:] == PIXELS[:, 115:]).all()
    assert (drawn[:, :85] != PIXELS[:, :85]).any(axis=2).mean() > 0.95


def test_without_evidence_the_picture_is_as_it_was() -> None:
    assert (np.asarray(overlay(PIXELS, answer(left_half(0)))) == PIXELS).all()


def test_the_strongest_evidence_leaves_the_picture_to_be_seen() -> None:
    black, white = np.zeros_like(PIXELS), np.full_like(PIXELS, 255)
    whole = answer(np.ones((28, 28), np.float32))
    over_black, over_white = (np.asarray(overlay(p, whole)).astype(float) for p in (black, white))
    assert np.allclose(over_white - over_black, 255 * (1 - STRONGEST), atol=1)
    red, green, blue = over_black[60, 100]
    assert red > green > blue


def test_more_evidence_covers_more() -> None:
    covers = []
    for strength in (0.25, 0.5, 0.75, 1.0):
        drawn = overlay(np.zeros_like(PIXELS), answer(np.full((28, 28), strength, np.float32)))
        covers.append(int(np.asarray(drawn)[60, 100, 0]))
    assert covers == sorted(set(covers))


def test_the_pixels_that_were_given_are_left_alone() -> None:
    pixels = PIXELS.copy()
    overlay(pixels, answer(left_half()))
    assert (pixels == PIXELS).all()


def test_a_model_that_cannot_say_where_is_told() -> None:
    with pytest.raises(UsageError) as caught:
        overlay(PIXELS, Prediction("cat", 0.9, {"cat": 0.9, "dog": 0.1}, True, 0.0, None))
    assert str(caught.value) == (
        "This model cannot say where in a picture it saw a class. Its network loses the places before its "
        "last layer; the default network, resnet-20 and wide-resnet-28-10 keep them."
    )
