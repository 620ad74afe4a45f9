"""Dark, bright, empty, blurred."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from tenfold.evaluation.data_check.quality import elongation, quality_problems
from tests.evaluation.data_check.test_duplicates import drawing


def picture(side: int = 96) -> NDArray[np.uint8]:
    random = np.random.default_rng(4)
    grain = random.normal(0, 12, (side, side, 1))
    return np.clip(np.asarray(drawing(4, side)) + grain, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("side", [32, 96])
def test_a_picture_that_is_well_suffers_from_nothing(side: int) -> None:
    assert quality_problems(picture(side)[None]) == [None]


@pytest.mark.parametrize("side", [32, 96])
def test_each_trouble_is_called_by_its_name(side: int) -> None:
    well = picture(side)
    blurred = Image.fromarray(well).filter(ImageFilter.GaussianBlur(side / 12))
    ill = {
        "dark": (well * 0.15).astype(np.uint8),
        "bright": (225 + well * 0.1).astype(np.uint8),
        "empty": (120 + well * 0.02).astype(np.uint8),
        "blurred": np.asarray(blurred),
    }
    found = quality_problems(np.stack(list(ill.values())))
    assert [look.what for look in found if look] == list(ill)


@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (1, 50), (50, 2)])
def test_a_picture_too_narrow_to_be_sharp_is_not_called_blurred(shape: tuple[int, int]) -> None:
    random = np.random.default_rng(1)
    (problem,) = quality_problems(random.integers(90, 180, (1, *shape, 3), dtype=np.uint8))
    assert problem is None or problem.what != "blurred"


def test_the_gravest_is_said_and_its_value_given() -> None:
    (black,) = quality_problems(np.zeros((1, 32, 32, 3), dtype=np.uint8))
    assert black is not None
    assert (black.what, black.value) == ("dark", 0.0)


@pytest.mark.parametrize(("size", "expected"), [((100, 100), 1.0), ((300, 100), 3.0), ((50, 400), 8.0)])
def test_elongation_is_the_long_side_over_the_short_one(size: tuple[int, int], expected: float) -> None:
    assert elongation(*size) == expected
