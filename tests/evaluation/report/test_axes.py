"""Axes: round values, and the places of values between them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenfold.evaluation.report import axes


def test_shares_are_named_in_steps_of_twenty() -> None:
    axis = axes.shares("accuracy")
    assert [axis.write(tick) for tick in axis.ticks] == ["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"]
    assert (axis.place(0), axis.place(0.25), axis.place(1)) == (0, 0.25, 1)


def test_an_axis_reaches_out_to_round_values() -> None:
    axis = axes.linear("loss", 0, 1.75)
    assert (axis.low, axis.high) == (0, 2)
    assert list(axis.ticks) == [0, 0.5, 1, 1.5, 2]


def test_an_exact_axis_ends_where_its_values_end() -> None:
    axis = axes.linear("epoch", 1, 96, exact=True)
    assert (axis.low, axis.high) == (1, 96)
    assert list(axis.ticks) == [20, 40, 60, 80]


def test_epochs_are_named_at_whole_numbers() -> None:
    assert list(axes.linear("epoch", 1, 2, exact=True, whole=True).ticks) == [1, 2]
    assert list(axes.linear("epoch", 1, 4, exact=True, whole=True).ticks) == [1, 2, 3, 4]
    assert list(axes.linear("epoch", 1, 96, exact=True, whole=True).ticks) == [20, 40, 60, 80]


def test_counts_on_a_logarithmic_axis_show_one() -> None:
    axis = axes.logarithmic("pictures", 8_000)
    assert list(axis.ticks) == [1, 10, 100, 1_000, 10_000]
    assert 0 < axis.place(1) < axis.place(10) < axis.place(10_000) == 1
    assert axis.place(0.0) == 0


def test_a_value_outside_lies_at_the_end() -> None:
    assert axes.shares("x").place(7) == 1


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_ticks_are_few_in_order_and_within(low: float, reach: float) -> None:
    for exact in (False, True):
        axis = axes.linear("x", low, low + reach, exact=exact)
        assert 3 <= len(axis.ticks) <= 12
        assert list(axis.ticks) == sorted(set(axis.ticks))
        assert all(-1e-6 <= axis.place(tick) <= 1 + 1e-6 for tick in axis.ticks)


@pytest.mark.parametrize("value", [0.0, 3.5])
def test_one_value_alone_has_an_axis(value: float) -> None:
    axis = axes.linear("x", value, value)
    assert axis.low <= value < axis.high
