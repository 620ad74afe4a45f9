"""A photo-eye in the picture: what comes upon the line is seen once, and nothing else is."""

import numpy as np
import pytest

from tenfold.line.pictures.crossing import Crossing
from tenfold.line.pictures.pictures import Pixels

ACROSS = ((0.5, 0.0), (0.5, 1.0))


def belt(left: int | None = None, *, light: int = 0, seed: int = 0) -> Pixels:
    """A belt of 160 x 120 with noise, and a part whose left edge is at `left`."""
    found = np.random.default_rng(seed).integers(84, 104, (120, 160, 3)) + light
    if left is not None:
        found[40:80, max(left, 0) : max(left + 30, 0)] = (200, 40, 40)
    return found.clip(0, 255).astype(np.uint8)


def count(pictures: list[Pixels], seconds: float = 0.04) -> int:
    crossing = Crossing(ACROSS)
    return sum(crossing.comes(one, number * seconds) for number, one in enumerate(pictures))


def test_each_part_is_seen_once_at_every_speed() -> None:
    for step in (2, 7, 20):
        one = [belt(left, seed=left + 40) for left in range(-40, 160, step)]
        assert count([belt(), *one, *one, *one]) == 3


def test_noise_and_light_that_changes_slowly_are_no_part() -> None:
    pictures = [belt(light=number // 5, seed=number) for number in range(300)]
    assert count(pictures) == 0


def test_what_stays_on_the_line_becomes_belt_and_the_next_part_is_seen() -> None:
    pictures = [belt(), *[belt(70, seed=n) for n in range(30)], belt(), belt(), belt(70)]
    assert count(pictures, seconds=1.0) <= 3
    crossing = Crossing(ACROSS)
    assert not crossing.comes(belt(), 0.0)
    assert crossing.comes(belt(70), 1.0)
    assert not crossing.comes(belt(70), 30.0)
    assert not crossing.comes(belt(70), 31.0)


@pytest.mark.parametrize(
    "line", [((0.0, 0.0), (1.0, 1.0)), ((1.0, 0.3), (0.0, 0.3)), ((0.0, 1.0), (0.0, 0.0))]
)
def test_a_line_may_be_drawn_anywhere_also_along_the_edge(
    line: tuple[tuple[float, float], tuple[float, float]],
) -> None:
    crossing = Crossing(line)
    assert not crossing.comes(belt(), 0.0)
    assert crossing.comes(np.full((120, 160, 3), 255, np.uint8), 1.0)
