"""Pictures side by side."""

import numpy as np

from tenfold.datasets.contact_sheet import TILE, contact_sheet, first
from tenfold.datasets.labelled import LabelledPictures
from tests.datasets.making import noisy
from tests.tiny import shades


def test_mixed_pictures_are_shown_as_they_come() -> None:
    assert first(shades(60)).tolist() == list(range(25))
    assert first(shades(10)).tolist() == list(range(10))


def test_where_pictures_come_class_by_class_the_classes_take_turns() -> None:
    labels = np.repeat(np.arange(3), [30, 2, 30])
    data = LabelledPictures(np.zeros((62, 8, 8, 3), dtype=np.uint8), labels, ("a", "b", "c"))
    shown = labels[first(data)].tolist()
    assert shown[:8] == [0, 1, 2, 0, 1, 2, 0, 2]
    assert len(shown) == 25


def test_each_picture_lies_over_its_caption() -> None:
    pictures = np.stack([noisy(number, side=32) for number in range(7)])
    sheet = np.asarray(
        contact_sheet(pictures, ["кіт", "a very long class name that no tile can hold", *"abcde"])
    )
    assert sheet.shape == (2 * (TILE + 36) + 12, 5 * (TILE + 12) + 12, 3)
    for number, picture in enumerate(pictures):
        y, x = 12 + number // 5 * (TILE + 36), 12 + number % 5 * (TILE + 12)
        assert (sheet[y : y + TILE : 4, x : x + TILE : 4] == picture).all()
        below = sheet[y + TILE : y + TILE + 24, x : x + TILE]
        assert below.min() < 100
        # Nothing runs over into the gap beside it.
        assert (sheet[y + TILE : y + TILE + 24, x + TILE + 2 : x + TILE + 10] == 255).all()
