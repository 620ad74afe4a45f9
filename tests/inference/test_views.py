"""Which parts of a picture the network is shown, and where their evidence is laid."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenfold.inference import views
from tenfold.inference.views import RULES, View

each_rule = pytest.mark.parametrize("rule", RULES)
sides = st.integers(1, 20_000)


@each_rule
@given(width=sides, height=sides)
def test_a_rule_takes_one_to_six_views_within_the_picture(rule: str, width: int, height: int) -> None:
    shown = views.views(rule, width, height, 32)
    assert 1 <= len(shown) <= 6
    for left, top, right, bottom in (view.box for view in shown):
        assert 0 <= left < right <= width
        assert 0 <= top < bottom <= height


@each_rule
@given(width=sides, height=sides)
def test_a_view_is_the_whole_picture_or_a_square(rule: str, width: int, height: int) -> None:
    for left, top, right, bottom in (view.box for view in views.views(rule, width, height, 32)):
        is_whole = (left, top, right, bottom) == (0, 0, width, height)
        assert is_whole or right - left == pytest.approx(bottom - top)


@each_rule
def test_no_view_is_taken_twice_from_a_wide_picture(rule: str) -> None:
    shown = views.views(rule, 300, 200, 32)
    assert len(set(shown)) == len(shown)


@each_rule
def test_a_picture_of_the_networks_own_size_is_shown_once_as_it_is(rule: str) -> None:
    assert views.views(rule, 32, 32, 32) == [View((0, 0, 32, 32))]
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    shown = views.views(rule, 32, 32, 32)
    for resize in ("box", "bilinear", "bicubic", "lanczos"):
        assert (views.cut(pixels, shown, 32, resize)[0] == pixels).all()


@each_rule
@pytest.mark.parametrize(("width", "height"), [(1, 1), (1, 900), (900, 1), (33, 32), (31, 7), (640, 480)])
def test_views_of_any_size_can_be_cut(rule: str, width: int, height: int) -> None:
    pixels = np.full((height, width, 3), 77, dtype=np.uint8)
    shown = views.views(rule, width, height, 32)
    assert (views.cut(pixels, shown, 32, "bilinear") == np.full((len(shown), 32, 32, 3), 77)).all()


def test_the_centre_is_the_largest_square_in_the_middle() -> None:
    assert views.views("centre", 300, 200, 32) == [View((50, 0, 250, 200))]
    assert views.views("centre", 200, 300, 32) == [View((0, 50, 200, 250))]


def test_six_is_three_views_each_both_ways() -> None:
    shown = views.views("six", 300, 200, 32)
    assert [view.mirrored for view in shown] == [False, True] * 3
    assert [view.box for view in shown[::2]] == [view.box for view in shown[1::2]]


def test_a_mirrored_view_is_cut_as_the_mirror_image() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    plain, mirrored = views.cut(pixels, views.views("mirrored-pair", 60, 40, 16), 16, "bilinear")
    assert (mirrored == plain[:, ::-1]).all()
    assert (mirrored != plain).any()


def test_a_view_shows_its_box_and_nothing_else() -> None:
    pixels = np.zeros((100, 300, 3), dtype=np.uint8)
    pixels[:, 200:] = 255
    dark, light = views.cut(pixels, [View((0, 0, 200, 100)), View((200, 0, 300, 100))], 8, "box")
    assert (dark == 0).all()
    assert (light == 255).all()


def test_evidence_lies_where_its_view_was_taken() -> None:
    laid = views.lay_over(np.ones((1, 2, 7, 7), np.float32), [View((0, 0, 50, 100))], 100, 100, 28)
    assert laid.shape == (2, 28, 28)
    assert laid.dtype == np.float32
    assert (laid[:, :, :14] == 1).all()
    assert (laid[:, :, 14:] == 0).all()


def test_evidence_keeps_its_place_within_the_view() -> None:
    maps = np.zeros((1, 1, 7, 7), np.float32)
    maps[0, 0, 1, 5] = 1
    laid = views.lay_over(maps, [View((0, 0, 90, 60))], 90, 60, 28)
    rows, columns = np.nonzero(laid[0])
    assert set(rows) == set(range(4, 8))
    assert set(columns) == set(range(20, 24))


def test_evidence_of_a_mirrored_view_is_turned_back() -> None:
    maps = np.zeros((1, 1, 7, 7), np.float32)
    maps[..., 0] = 1
    laid = views.lay_over(maps, [View((0, 0, 32, 32), mirrored=True)], 32, 32, 28)
    assert (laid[0, :, 24:] == 1).all()
    assert (laid[0, :, :24] == 0).all()


def test_evidence_of_views_that_overlap_is_averaged() -> None:
    maps = np.stack([np.full((1, 7, 7), 1.0), np.full((1, 7, 7), 0.5)]).astype(np.float32)
    laid = views.lay_over(maps, [View((0, 0, 100, 100)), View((50, 0, 100, 100))], 100, 100, 28)
    assert (laid[0, :, :14] == 1).all()
    assert (laid[0, :, 14:] == 0.75).all()


@each_rule
@given(width=sides, height=sides)
def test_evidence_of_any_view_finds_its_place(rule: str, width: int, height: int) -> None:
    shown = views.views(rule, width, height, 32)
    laid = views.lay_over(np.ones((len(shown), 1, 7, 7), np.float32), shown, width, height, 28)
    assert set(np.unique(laid)) <= {0, 1}
    if any(view.box == (0, 0, width, height) for view in shown):
        assert laid.all()
    elif max(width, height) < 20 * min(width, height):  # a view narrower than a cell may miss its middle
        assert laid.any()
