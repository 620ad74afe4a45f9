"""The difference of two models, held against examples from the literature."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenfold.evaluation.significance import Paired, chance, difference_interval, holm, mcnemar, paired

# Fagerland, Lydersen and Laake 2017, "Statistical Analysis of Contingency Tables", chapter 8:
AIRWAY = Paired(both=1, only_first=1, only_second=7, neither=12)  # Bentur et al. 2009
RESPONSE = Paired(both=59, only_first=6, only_second=16, neither=80)  # Cavo et al. 2012
MEDIA = Paired(both=20, only_first=2, only_second=12, neither=16)  # Armitage and Berry 1994, p. 127
CROSSED = Paired(both=36, only_first=2, only_second=12, neither=0)  # Newcombe 1998

counts = st.integers(0, 400)
tables = st.builds(Paired, counts, counts, counts, counts).filter(lambda t: t.n > 0)


@pytest.mark.parametrize(
    ("table", "low", "high", "digits"),
    [
        (AIRWAY, 0.026, 0.507, 3),
        (RESPONSE, 0.0046, 0.1186, 4),
        (CROSSED, 0.0569, 0.3404, 4),
    ],
)
def test_the_interval_is_the_published_one(table: Paired, low: float, high: float, digits: int) -> None:
    assert tuple(round(end, digits) for end in difference_interval(table)) == (low, high)


@pytest.mark.parametrize(("table", "value", "digits"), [(AIRWAY, 0.039, 3), (RESPONSE, 0.03469, 6)])
def test_mcnemar_gives_the_published_mid_p_value(table: Paired, value: float, digits: int) -> None:
    assert round(mcnemar(table), digits) == value


def test_mcnemar_is_the_binomial_test_less_half_of_what_was_seen() -> None:
    assert round(mcnemar(MEDIA) + math.comb(14, 2) / 2**14, 4) == 0.0129  # as published, not halved
    table = Paired(500, 40, 61, 399)
    ways = [math.comb(101, k) for k in range(41)]
    assert mcnemar(table) == pytest.approx((2 * sum(ways) - ways[-1]) / 2**101, rel=1e-9)


def test_many_pictures_do_not_overflow() -> None:
    assert 0 < mcnemar(Paired(500_000, 20_000, 20_500, 100_000)) < 0.02
    assert mcnemar(Paired(0, 0, 5_000, 0)) == pytest.approx(0, abs=1e-300)


def test_models_that_always_agree_are_not_told_apart_but_the_interval_is_no_point() -> None:
    table = Paired(90, 0, 0, 10)
    low, high = difference_interval(table)
    assert mcnemar(table) == 1.0
    assert table.difference == 0.0
    assert low == pytest.approx(-high)
    assert 0 < high < 0.05


@given(tables)
def test_the_interval_holds_the_difference_and_turns_round_with_the_models(table: Paired) -> None:
    low, high = difference_interval(table)
    assert -1 <= low <= table.difference <= high <= 1
    turned = Paired(table.both, table.only_second, table.only_first, table.neither)
    assert difference_interval(turned) == pytest.approx((-high, -low), abs=1e-12)
    assert mcnemar(turned) == mcnemar(table)


def test_an_interval_covers_the_truth_as_often_as_it_says() -> None:
    random = np.random.default_rng(0)
    chances, covered, rounds = np.array([0.86, 0.03, 0.06, 0.05]), 0, 2000
    for both, first, second, neither in random.multinomial(1000, chances, rounds).tolist():
        low, high = difference_interval(Paired(both, first, second, neither))
        covered += low <= 0.03 <= high
    assert 0.935 < covered / rounds < 0.965


def test_the_four_cases_are_counted() -> None:
    first = np.array([True, True, False, False, True])
    second = np.array([True, False, True, False, True])
    assert paired(first, second) == Paired(both=2, only_first=1, only_second=1, neither=1)
    assert paired(first, second).n == 5


@pytest.mark.parametrize(("first", "second"), [(3, 4), (0, 0)])
def test_two_models_need_the_same_pictures(first: int, second: int) -> None:
    with pytest.raises(ValueError, match=f"the same pictures, got {first} and {second}"):
        paired(np.ones(first, dtype=bool), np.ones(second, dtype=bool))


def test_holm_multiplies_by_the_tests_that_are_left_and_never_falls() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([]) == []


@pytest.mark.parametrize(
    ("p", "text"), [(1.0, "1.00"), (0.5, "0.50"), (0.0349, "0.035"), (0.00123, "0.0012"), (1e-9, "< 0.0001")]
)
def test_a_p_value_has_two_figures(p: float, text: str) -> None:
    assert chance(p) == text
