"""What a camera over the simulated belt sees: pictures of parts, whole, and never twice the same."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tenfold.line.pictures.pictures import crop, part_box
from tenfold.line.simulator.scene import Scene

GREY, WHITE, GREEN = (88, 92, 96), (206, 204, 196), (38, 84, 58)


def scene(folder: Path, size: tuple[int, int], edge: tuple[int, int, int]) -> Scene:
    """A scene with a part whose edge has one colour and whose middle has another."""
    picture = Image.new("RGB", size, edge)
    picture.paste((220, 40, 40), (size[0] // 4, size[1] // 4, size[0] * 3 // 4, size[1] * 3 // 4))
    picture.save(folder / "part.png")
    return Scene([folder / "part.png"], spacing=400, ahead=0)


@pytest.mark.parametrize("edge", [GREY, WHITE, GREEN, (250, 250, 250), (0, 0, 0)])
def test_a_part_is_told_from_the_belt_whatever_its_colour(tmp_path: Path, edge: tuple[int, int, int]) -> None:
    found = scene(tmp_path, (240, 240), edge).picture(0, [(0, 0)])
    box = part_box(found)
    assert box is not None
    assert crop(found, box).shape == (240, 240, 3)


@pytest.mark.parametrize(
    ("size", "seen"), [((32, 32), (120, 120)), ((200, 100), (200, 100)), ((3000, 4000), (180, 240))]
)
def test_the_whole_picture_is_the_part_as_large_as_a_model_needs_it(
    tmp_path: Path, size: tuple[int, int], seen: tuple[int, int]
) -> None:
    found = scene(tmp_path, size, WHITE).picture(0, [(0, 0)])
    box = part_box(found)
    assert box is not None
    left, top, right, bottom = box
    assert (right - left, bottom - top) == seen


def test_no_two_pictures_are_alike(tmp_path: Path) -> None:
    belt = scene(tmp_path, (32, 32), WHITE)
    seen = [belt.picture(0, []) for _ in range(20)]
    assert all(not np.array_equal(one, other) for one, other in pairwise(seen))
