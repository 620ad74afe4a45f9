"""Schedules: how the rate rises and falls."""

import pytest

from tenfold.recipes.recipe import Schedule
from tenfold.training.optimisation.schedules import Plateau, RateSchedule


def shares(config: Schedule, steps: int = 10, epochs: int = 10) -> list[float]:
    schedule = RateSchedule(config, steps, epochs)
    return [schedule.share(step) for step in range(steps * epochs + 1)]


def test_constant_stays() -> None:
    assert set(shares(Schedule("constant"))) == {1.0}


def test_linear_falls_evenly_to_what_is_left() -> None:
    found = shares(Schedule("linear", final=0.2))
    assert (found[0], found[50], found[100]) == pytest.approx((1, 0.6, 0.2))


def test_cosine_falls_to_nothing_slowly_fast_slowly() -> None:
    found = shares(Schedule("cosine"))
    assert (found[0], found[25], found[50], found[100]) == pytest.approx((1, 0.853553, 0.5, 0))


def test_warmup_rises_evenly_before() -> None:
    found = shares(Schedule("cosine", warmup=0.1))
    assert (found[0], found[5], found[10], found[100]) == pytest.approx((0, 0.5, 1, 0))


def test_one_cycle_rises_for_three_tenths_and_falls_to_nothing() -> None:
    found = shares(Schedule("one-cycle"))
    assert (found[0], found[30], found[100]) == pytest.approx((0.04, 1, 0))
    assert found[:31] == sorted(found[:31])
    assert found[30:] == sorted(found[30:], reverse=True)


def test_step_multiplies_at_each_epoch_that_is_named() -> None:
    found = shares(Schedule("step", factor=0.5, epochs=(2, 5)))
    assert (found[19], found[20], found[49], found[50], found[99]) == (1, 0.5, 0.5, 0.25, 0.25)


def test_plateau_lowers_the_rate_where_the_loss_stays_and_not_below_the_least() -> None:
    schedule = RateSchedule(Schedule("plateau", factor=0.1, patience=2), 10, 10, least_share=0.05)
    seen = []
    for loss in (1.0, 0.9, 0.95, 0.9, 0.8, 0.8, 0.8, 0.8, 0.8):
        schedule.after_epoch(loss, 0.5)
        seen.append(schedule.share(0))
    assert seen == pytest.approx([1, 1, 1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05])


def test_plateau_can_watch_the_accuracy() -> None:
    schedule = RateSchedule(Schedule("plateau", factor=0.5, patience=1, monitor="accuracy"), 10, 10)
    for accuracy, expected in ((0.5, 1), (0.6, 1), (0.6, 0.5)):
        schedule.after_epoch(1.0, accuracy)
        assert schedule.share(0) == expected


def test_a_plateau_is_the_same_after_it_was_kept_and_put_back() -> None:
    one = RateSchedule(Schedule("plateau", patience=2), 10, 10)
    for loss in (1.0, 1.1):
        one.after_epoch(loss, 0)
    other = RateSchedule(Schedule("plateau", patience=2), 10, 10)
    other.restore(one.facts())
    for schedule in (one, other):
        schedule.after_epoch(1.2, 0)
    assert one.facts() == other.facts()
    assert other.share(0) == 0.5


def test_a_fresh_plateau_can_be_kept_too() -> None:
    other = Plateau(3)
    other.restore(Plateau(3).facts())
    assert not other.stays(5.0)
    assert other.improved


def test_a_small_change_is_no_improvement() -> None:
    plateau = Plateau(1, least=0.1)
    assert [plateau.stays(figure) for figure in (1.0, 0.95, 0.8)] == [False, True, False]


def test_no_patience_never_stops() -> None:
    plateau = Plateau(0)
    assert not any(plateau.stays(1.0) for _ in range(100))
