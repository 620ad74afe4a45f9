"""Counters that wrap, and the parts between the photo-eye and the gate."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenfold.line.belt import Counter, Gate, JumpingCounter, RejectQueue

GATE = Gate(distance=1000, window=20, sensor=1100, slack=30)


@given(st.lists(st.integers(-1000, 1000), max_size=60), st.sampled_from([16, 32]))
def test_a_counter_is_followed_through_its_wraps_both_ways(moves: list[int], bits: int) -> None:
    counter = Counter(bits=bits, most=1000)
    true = (1 << bits) - 500
    start = counter.read(true)
    for move in moves:
        true += move
        assert counter.read(true % (1 << bits)) == start + (true - (1 << bits) + 500)


def test_a_counter_that_jumps_is_told_and_followed_from_there() -> None:
    counter = Counter(bits=32, most=100)
    counter.read(5000)
    with pytest.raises(JumpingCounter):
        counter.read(0)
    assert counter.read(7) == 7


def test_only_a_released_part_may_pass_and_only_while_it_is_at_the_gate() -> None:
    queue = RejectQueue(GATE)
    queue.enter(1, 0)
    queue.enter(2, 200)
    assert queue.release(1)
    passing = [count for count in range(900, 1300) if queue.passing(count) is not None]
    assert passing == list(range(980, 1021))


def test_a_release_after_the_part_was_at_the_gate_is_refused() -> None:
    queue = RejectQueue(GATE)
    queue.enter(1, 0)
    assert queue.passing(1021) is None
    assert not queue.release(1)


def test_a_part_that_comes_back_on_a_reversed_belt_does_not_pass_twice() -> None:
    queue = RejectQueue(GATE)
    queue.enter(1, 0)
    queue.release(1)
    assert queue.passing(1000) == 1
    queue.passing(1021)
    assert queue.passing(1000) is None


def test_two_parts_that_the_gate_cannot_tell_apart_are_both_rejected() -> None:
    queue = RejectQueue(GATE)
    queue.enter(1, 0)
    assert queue.enter(2, 40) == [(1, False), (2, False)]
    assert not queue.release(1)
    assert not queue.release(2)


def test_a_released_part_is_rejected_after_all_where_the_next_comes_too_close() -> None:
    queue = RejectQueue(GATE)
    queue.enter(1, 0)
    queue.release(1)
    assert queue.enter(2, 30) == [(1, True), (2, False)]
    assert queue.passing(1000) is None


def test_the_sensor_confirms_rejects_and_says_which_were_not_seen_or_wrongly_rejected() -> None:
    queue = RejectQueue(GATE)
    for part in range(1, 4):
        queue.enter(part, 300 * part)
    queue.release(3)
    assert queue.confirm(1420, [1410]) == {"rejected": [1]}
    assert queue.confirm(1800, []) == {"not-seen": [2]}
    assert queue.confirm(2005, [2000]) == {"wrongly-rejected": [3]}
    assert len(queue) == 0


@given(
    st.lists(st.integers(41, 400), min_size=1, max_size=20),
    st.lists(st.integers(-15, 40), min_size=300, max_size=300),
    st.data(),
)
def test_at_uneven_speed_and_spacing_the_neighbour_never_passes(
    gaps: list[int], moves: list[int], data: st.DataObject
) -> None:
    queue, places, good, count = RejectQueue(GATE), {}, set[int](), 0
    part, due = 0, gaps[0]
    for move in moves:
        count += move
        if part < len(gaps) and count >= due:
            part += 1
            places[part] = count
            if queue.enter(part, count):
                good -= {part, part - 1}
            elif data.draw(st.booleans()) and queue.release(part):
                good.add(part)
            due = count + gaps[part] if part < len(gaps) else 0
        passing = queue.passing(count)
        if passing is not None:
            assert passing in good
            assert abs(count - places[passing] - GATE.distance) <= GATE.window
            nearest = min(places, key=lambda one: abs(count - places[one] - GATE.distance))
            assert nearest == passing


def slipped(by: int, *, window: int = 50) -> int:
    """The slip that is said after the sensor saw six parts, each `by` counts later than measured."""
    queue = RejectQueue(Gate(1000, window, sensor=1400, slack=100))
    for part in range(6):
        queue.enter(part, 500 * part)
        queue.confirm(500 * part + 1400 + by, [500 * part + 1400 + by])
    return queue.slip


def test_a_belt_that_slips_is_known_from_where_rejected_parts_are_seen() -> None:
    assert (slipped(30), slipped(-30)) == (30, -30)
    assert (slipped(25), slipped(0)) == (0, 0), "within half a window"
    assert slipped(60, window=0) == 60, "without a window, half of what the sensor may be off"


def test_one_part_that_lies_askew_is_no_slip() -> None:
    queue = RejectQueue(Gate(1000, 50, sensor=1400, slack=100))
    for part, off in enumerate((0, 80, 0, 0, 0, 0)):
        queue.enter(part, 500 * part)
        queue.confirm(500 * part + 1400 + off, [500 * part + 1400 + off])
        assert queue.slip == 0
    queue.clear()
    assert queue.slip == 0


def slipping(by: int) -> RejectQueue:
    """After the sensor saw six parts, each `by` counts later than the encoder says."""
    queue = RejectQueue(Gate(1000, 50, sensor=1400, slack=100))
    for part in range(6):
        queue.enter(part, 500 * part)
        queue.confirm(500 * part + 1400 + by, [500 * part + 1400 + by])
    return queue


@pytest.mark.parametrize(("by", "shift"), [(42, 30), (-42, -30), (20, 0)])
def test_a_pass_is_told_where_a_part_is_on_a_belt_that_slips(by: int, shift: int) -> None:
    queue = slipping(by)
    queue.enter(9, 10_000)
    assert queue.release(9)
    told = [count for count in range(10_900, 11_200) if queue.passing(count) == 9]
    assert (told[0], told[-1]) == (10_950 + shift, 11_050 + shift)
    assert (queue.shift, queue.lost) == (shift, False)


def test_a_part_keeps_the_shift_that_it_came_with() -> None:
    queue = slipping(0)
    queue.enter(7, 10_000)
    queue.release(7)
    for part in range(8):  # the belt begins to slip behind it
        queue.enter(20 + part, 10_500 + 500 * part)
    assert queue.passing(11_000) == 7


@pytest.mark.parametrize("by", [80, -80])
def test_a_belt_that_slips_further_than_is_made_up_for_is_lost(by: int) -> None:
    queue = slipping(by)
    assert (queue.lost, abs(queue.shift)) == (True, 50)
    queue.clear()
    assert (queue.lost, queue.shift) == (False, 0)


@pytest.mark.parametrize(("apart", "slip"), [(160, 0), (161, 40)])
def test_only_parts_that_the_sensor_takes_for_no_other_are_evidence_of_slip(apart: int, slip: int) -> None:
    queue = RejectQueue(Gate(1000, 20, sensor=1100, slack=80))
    for part in range(16):
        queue.enter(part, apart * part)
    for part in range(16):
        queue.confirm(apart * part + 1140, [apart * part + 1140])
    assert queue.slip == slip


def test_parts_are_further_apart_where_the_gate_is_told_of_them_elsewhere() -> None:
    queue = slipping(42)
    queue.enter(20, 10_000)
    assert queue.enter(21, 10_130) == [(20, False), (21, False)]
    queue.enter(22, 11_000)
    assert queue.enter(23, 11_131) == []


SLIPPING = Gate(distance=1000, window=40, sensor=1100, slack=80)


@given(
    st.floats(-0.09, 0.09),
    st.lists(st.integers(60, 400), min_size=20, max_size=60),
    st.lists(st.booleans(), min_size=60, max_size=60),
)
def test_whatever_a_belt_slips_no_part_passes_as_its_neighbour_and_good_ones_pass_once_it_is_known(
    slips: float, gaps: list[int], good: list[bool]
) -> None:
    """The sensor sees a part where it truly is; the encoder runs ahead of the belt, or behind it."""
    gate, queue = SLIPPING, RejectQueue(SLIPPING)
    at_gate, at_sensor = round(gate.distance * (1 + slips)), round(gate.sensor * (1 + slips))
    little = 2 * abs(at_sensor - gate.sensor) <= gate.window
    near = gate.window // 2 - 2  # a part is at the gate for a while
    places = dict(enumerate(itertools.accumulate(gaps), 1))
    comes = {place: part for part, place in places.items()}
    known, ejected = set[int](), set[int]()
    ways = {0, at_gate - near, at_gate, at_gate + near, at_sensor}
    for count in sorted({place + way for place in comes for way in ways}):
        if queue.lost:
            break  # the station rejects everything
        if part := comes.get(count):
            spoiled = {one for one, _ in queue.enter(part, count)}
            known -= spoiled
            goes = part not in spoiled and good[part % len(good)] and queue.release(part)
            # Before the sensor saw any, it cannot be known that a belt slips.
            if goes and (little or queue.slip):
                known.add(part)
        passing = queue.passing(count)
        for part in [comes[count - way] for way in (*ways - {0, at_sensor},) if count - way in comes]:
            if part in known:
                assert passing == part
            elif little:
                assert passing is None
            if passing != part and count - at_gate == places[part]:
                ejected.add(part)
        seen = comes.get(count - at_sensor)
        queue.confirm(count, [count] if seen in ejected else [])
    if abs(slips) * gate.distance < 0.9 * gate.window:
        assert not queue.lost
