"""A second photo-eye before the gate: on a belt that slips, and where parts are taken off or put on."""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenfold.line.belt import Gate, RejectQueue, SensorReadings

GATE = Gate(distance=1000, window=40, sensor=1100, slack=40, eye=860)
PITCH = 280


def test_parts_that_a_sensor_saw_are_told_once_and_where_they_were_also_where_the_counter_wraps() -> None:
    seen, end = SensorReadings(), 1 << 32
    seen.begin(end - 2)
    counts = [0] * 8
    counts[7], counts[0] = 500, 900  # of number 2^32 - 1 and of 0
    assert seen.new(0, counts, 1000, 70_000) == [69_500, 69_900]
    assert seen.new(0, counts, 1000, 70_000) == []


def test_a_part_that_the_eye_has_not_seen_does_not_pass() -> None:
    queue = RejectQueue(GATE)
    queue.enter(1, 0)
    assert queue.release(1)
    assert [count for count in range(1200) if queue.passing(count)] == []


@pytest.mark.parametrize("late", [0, 35, -35])
def test_a_pass_is_told_where_the_eye_saw_the_part(late: int) -> None:
    queue = RejectQueue(GATE)
    queue.enter(1, 0)
    queue.release(1)
    assert queue.meet(860 + late, [860 + late])
    told = [count for count in range(1200) if queue.passing(count) == 1]
    assert (told[0], told[-1]) == (960 + late, 1040 + late)


def test_a_belt_that_slips_more_and_more_is_followed_from_part_to_part_and_told() -> None:
    queue = RejectQueue(GATE)
    for part in range(30):
        queue.enter(part, 200 * part)
    for part in range(
        30
    ):  # each ten counts later than the one before: 290 at last, more than a part's distance
        queue.release(part)
        at = 200 * part + 860 + 10 * part
        assert queue.meet(at, [at])
        assert queue.passing(at + 140) == part
    assert queue.shift == 290
    assert 250 <= queue.slip <= 290
    assert not queue.lost
    assert queue.confirm(290 + 200 * 29 + 1100, [290 + 200 * 29 + 1100])["wrongly-rejected"] == [29]


@pytest.mark.parametrize(
    ("seen", "now", "why"),
    [
        ([1060], 1060, "the first was taken off"),
        ([], 901, "the first is not there"),
        ([860, 960], 960, "one was put on"),
        ([860, 1120], 1120, "the second came late by more than the slack"),
    ],
)
def test_where_turn_and_place_contradict_each_other_nobody_knows_which_part_is_which(
    seen: list[int], now: int, why: str
) -> None:
    queue = RejectQueue(GATE)
    for part in (1, 2, 3):
        queue.enter(part, 200 * (part - 1))
        queue.release(part)
    assert not queue.meet(now, seen), why
    assert set(queue.clear()) == {1, 2, 3}


def test_what_was_on_the_belt_before_the_first_known_part_is_passed_over() -> None:
    queue = RejectQueue(GATE)
    queue.enter(1, 1000)
    queue.release(1)
    assert queue.meet(1500, [200, 700, 1500])
    assert queue.meet(1860, [1860])
    assert queue.passing(2000) == 1
    assert not queue.meet(1900, [1900]), "from then on each has its turn"


def test_parts_that_the_eye_could_take_for_each_other_are_rejected() -> None:
    gate = Gate(distance=1000, window=10, slack=40, eye=900)
    queue = RejectQueue(gate)
    queue.enter(1, 0)
    assert queue.enter(2, 80) == [(1, False), (2, False)]
    assert queue.enter(3, 161) == []


def test_the_reject_sensor_looks_for_a_part_where_the_eye_saw_it() -> None:
    queue = RejectQueue(GATE)
    queue.enter(1, 0)
    queue.meet(890, [890])
    assert queue.confirm(1165, [1165]) == {"rejected": [1]}


def test_without_a_second_eye_its_counter_is_of_no_account() -> None:
    queue = RejectQueue(Gate(distance=1000, window=40))
    queue.enter(1, 0)
    queue.release(1)
    assert queue.meet(500, [500])
    assert queue.passing(1000) == 1


@dataclass
class Thing:
    """Something on the belt, where the photo-eye is at 0; `part`: 0 for what was put on behind it."""

    part: int
    place: float = 0.0


class Belt:
    """A belt that slips, with people who take parts off it or put some on."""

    def __init__(self) -> None:
        self.queue = RejectQueue(GATE)
        self.things: list[Thing] = []
        self.count, self.came, self.known = 0.0, 0, True
        self.free = 0.0

    def move(self, belt: int, ratio: float) -> None:
        """Move by `belt`, the encoder by `ratio` times that, in steps of an exchange."""
        for _ in range(belt // 4):
            before = [one.place for one in self.things]
            self.count += 4 * ratio
            self.free -= 4
            for one in self.things:
                one.place += 4
            now = round(self.count)
            seen = [one for one, was in zip(self.things, before, strict=True) if was < GATE.eye <= one.place]
            self.known = self.known and self.queue.meet(now, [now] * len(seen))
            passing = self.queue.passing(now) if self.known else None
            for one, was in zip(self.things, before, strict=True):
                if was < GATE.distance <= one.place and passing is not None:
                    assert passing == one.part, "a part passed as another one"
            self.queue.confirm(now, [])
        self.things = [one for one in self.things if one.place < 2000]

    def enter(self, passes: bool) -> None:
        self.came += 1
        self.things.append(Thing(self.came))
        self.queue.enter(self.came, round(self.count))
        if passes:
            self.queue.release(self.came)

    def slip(self, by: int) -> None:
        """The encoder moves and the belt does not, while no part is between this eye and the gate."""
        for _ in range(100):
            if not any(GATE.eye <= one.place <= 1040 for one in self.things):
                self.count += by
                return
            self.move(4, 1.0)

    @property
    def between(self) -> list[Thing]:
        return [one for one in self.things if one.place < GATE.eye]


moved = st.tuples(st.just("move"), st.integers(8, 240), st.floats(0.8, 1.2))
came = st.tuples(st.just("enter"), st.booleans(), st.none())
# Parts equally far apart: where the belt slips by as much, the next one comes in the place of another.
paced = st.tuples(st.just("pace"), st.booleans(), st.none())
slips = st.one_of(st.sampled_from([-2 * PITCH, -PITCH, PITCH, 2 * PITCH]), st.integers(-600, 600))
slipped = st.tuples(st.just("slip"), slips, st.none())
taken = st.tuples(st.just("take"), st.integers(0, 9), st.none())
put = st.tuples(st.just("put"), st.integers(0, 850), st.none())
orders = st.one_of(
    st.lists(st.one_of(moved, came, paced, paced, slipped), max_size=80),
    st.lists(st.one_of(moved, came, paced, paced, taken), max_size=80),
    st.lists(st.one_of(moved, came, paced, paced, put), max_size=80),
)


@settings(max_examples=200)
@given(st.lists(st.booleans(), min_size=3, max_size=8), orders)
def test_whatever_slips_or_is_taken_off_or_put_on_no_part_passes_as_another(
    first: list[bool], events: list[tuple[str, int | bool, float | None]]
) -> None:
    belt = Belt()
    for passes in first:
        belt.move(PITCH, 1.0)
        belt.enter(passes)
    for what, value, ratio in events:
        if what == "move":
            belt.move(int(value), ratio or 1.0)
        elif what == "enter" and all(one.place >= 12 for one in belt.things):
            belt.enter(bool(value))
        elif what == "pace":
            belt.move(PITCH, 1.0)
            belt.enter(bool(value))
        elif what == "slip":
            belt.slip(int(value))
        elif what == "take" and belt.between:
            belt.things.remove(belt.between[int(value) % len(belt.between)])
        elif what == "put":
            belt.things.append(Thing(0, float(value)))
    belt.move(1200, 1.0)


@given(st.lists(st.integers(84, 400), min_size=5, max_size=30), st.floats(0.9, 1.1))
def test_on_a_belt_that_slips_all_the_way_good_parts_pass(gaps: list[int], ratio: float) -> None:
    """As long as a part is as far off as the slack allows, from the one before."""
    belt, passed = Belt(), set[int]()
    ratio = max(ratio, 1 - 30 / GATE.eye) if ratio < 1 else min(ratio, 1 + 30 / GATE.eye)
    for gap in (*gaps, *[200] * 8):
        if belt.came < len(gaps):
            belt.enter(passes=True)
        for _ in range(gap // 4):
            belt.move(4, ratio)
            assert belt.known
            if (one := belt.queue.passing(round(belt.count))) is not None:
                passed.add(one)
    assert passed == set(range(1, len(gaps) + 1))
