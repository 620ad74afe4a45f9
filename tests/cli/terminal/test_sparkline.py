"""A curve in one line of text."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenfold.cli.terminal.sparkline import BLOCKS, PLAIN, sparkline


def test_the_least_is_lowest_and_the_greatest_highest() -> None:
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7], 20) == BLOCKS
    assert sparkline([0.5, 0.9, 0.1], 20) == "▅█▁"


def test_what_never_changes_is_a_line_in_the_middle() -> None:
    assert sparkline([0.3, 0.3, 0.3], 20) == "▅▅▅"


def test_gaps_stay_gaps() -> None:
    assert sparkline([0, None, math.nan, math.inf, 1], 20) == "▁   █"
    assert sparkline([None, math.nan], 20) == ""
    assert sparkline([], 20) == ""


def test_more_values_than_columns_are_averaged() -> None:
    assert sparkline([0, 0, 1, 1, 3, 3], 3) == "▁▃█"


@pytest.mark.parametrize("encoding", ["ascii", None, "latin-1", "no such encoding"])
def test_a_terminal_without_blocks_gets_plain_marks(encoding: str | None) -> None:
    assert sparkline([0, 1], 20, encoding) == PLAIN[0] + PLAIN[-1]


@given(st.lists(st.none() | st.floats(), max_size=300), st.integers(1, 80))
def test_it_never_takes_more_columns_than_it_may(values: list[float | None], columns: int) -> None:
    assert len(sparkline(values, columns)) <= columns
