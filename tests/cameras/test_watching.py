from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.cameras.scenes import Scene, Sprite, Truth, ellipse, ground, score
from tenfold.cameras.boxes import Box
from tenfold.cameras.frames import Frame
from tenfold.cameras.motion import Background, Jumps, Rain
from tenfold.cameras.picture import RgbPicture
from tenfold.cameras.tracking import Tracker
from tenfold.cameras.watching import Event, Options, Watcher
from tenfold.cameras.zones import Zone
from tenfold.predictions import Prediction
from tests.cameras.made_clips import pictures

SIZE = (320, 180)
GROUND = ground(2, 360, 220)


def answer(crops: Sequence[NDArray[np.uint8]]) -> list[Prediction]:
    """What is red is a bus, and what is blue a ship."""
    found = []
    for crop in crops:
        side = len(crop)
        middle = crop[side // 3 : 2 * side // 3, side // 3 : 2 * side // 3].reshape(-1, 3).mean(axis=0)
        label = "bus" if middle[0] > middle[2] else "ship"
        found.append(Prediction(label, 0.9, {"bus": 0.5, "ship": 0.5} | {label: 0.9}, True, 0.0, None))
    return found


def sprite(
    colour: tuple[int, int, int], places: Sequence[tuple[float, float, float]], side: int = 36
) -> Sprite:
    random = np.random.default_rng(7)
    pixels = (np.array(colour) + random.integers(-40, 40, (side, side, 1))).clip(0, 255).astype(np.uint8)
    return Sprite("bus" if colour[0] > colour[2] else "ship", pixels, ellipse(pixels), places)


def crossing(colour: tuple[int, int, int], start: float, y: float, *, back: bool = False) -> Sprite:
    ends = [(start, -20.0, y), (start + 5, 340.0, y)]
    return sprite(colour, ends if not back else [(start, 340.0, y), (start + 5, -20.0, y)])


RED, BLUE = (220, 40, 40), (40, 60, 230)


def watch(
    scene: Scene, options: Options | None = None
) -> tuple[list[Event], list[tuple[float, list[Truth]]]]:
    watcher, events, truth = Watcher(answer, options), list[Event](), list[tuple[float, list[Truth]]]()
    for frame, objects in scene.frames():
        events += watcher.process(frame)
        truth.append((frame.time, objects))
    return events + watcher.finish(), truth


def test_each_object_that_crosses_is_one_event_with_its_class_its_times_and_its_place() -> None:
    scene = Scene(GROUND, [crossing(RED, 2, 50), crossing(BLUE, 5, 130, back=True)], seconds=12, size=SIZE)

    events, truth = watch(scene)

    assert [event.label for event in events] == ["bus", "ship"]
    result = score(events, truth)
    assert (result.right, result.named, result.switches) == (2, 2, 0)
    assert abs(events[0].start - 2.3) < 0.6
    assert abs(events[0].end - 6.7) < 0.6
    seen = [one.box for time, objects in truth for one in objects if time == events[0].best.time]
    assert max(events[0].best.box.overlap(box) for box in seen) > 0.5


@pytest.mark.slow
def test_nothing_is_told_of_noise_a_flicker_a_shaken_camera_and_a_light_that_is_switched() -> None:
    for disturbance in (
        Scene(GROUND, seconds=12, noise=8, size=SIZE),
        Scene(GROUND, seconds=12, flicker=0.04, size=SIZE),
        Scene(GROUND, seconds=12, shake=2, size=SIZE),
        Scene(GROUND, seconds=12, switches=(4, 8), size=SIZE),
        Scene(GROUND, seconds=12, rain=20, size=SIZE),
    ):
        assert watch(disturbance)[0] == []


@pytest.mark.slow
def test_nothing_is_told_of_heavy_rain_and_an_object_that_crosses_in_it_is_one_event() -> None:
    # Streaks that were not left out made two events in these 12 seconds.
    cross = sprite(RED, [(3, -40, 180), (10, 680, 180)], side=72)

    assert watch(Scene(ground(34), seconds=12, rain=150, seed=34))[0] == []
    events, truth = watch(Scene(ground(34), [cross], seconds=12, rain=150, seed=34))

    assert [event.label for event in events] == ["bus"]
    assert score(events, truth).found == 1


def test_rain_is_told_from_other_movement() -> None:
    def falls(scene: Scene) -> bool:
        rain = Rain()
        for frame, _ in scene.frames():
            rain.update(np.asarray(cv2.cvtColor(frame.pixels, cv2.COLOR_RGB2GRAY), np.uint8), 0.1)
        return rain.falls

    assert falls(Scene(GROUND, seconds=3, rain=40, size=SIZE))
    for other in (
        Scene(GROUND, [crossing(RED, 0, 50), crossing(BLUE, 0, 130)], seconds=3, size=SIZE),
        Scene(GROUND, seconds=3, noise=8, size=SIZE),
        Scene(GROUND, seconds=3, flicker=0.04, size=SIZE),
        Scene(GROUND, seconds=3, shake=2, size=SIZE),
        Scene(ground(3, 900, 220), seconds=3, pan=50, size=SIZE),
    ):
        assert not falls(other)


@pytest.mark.parametrize(
    ("scene", "said"),
    [
        (Scene(GROUND, seconds=4, rain=40, size=SIZE), "rain"),
        (Scene(GROUND, seconds=6, switches=(4,), size=SIZE), "light"),
        (Scene(GROUND, seconds=4, shake=3, size=SIZE), "shaken"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_disturbs_the_sight_is_said_for_as_long_as_it_does(scene: Scene, said: str) -> None:
    watcher = Watcher(answer)
    for frame, _ in scene.frames():
        watcher.process(frame)
    assert watcher.conditions == [said]
    for frame, _ in Scene(GROUND, seconds=30, size=SIZE).frames():
        watcher.process(Frame(frame.picture, frame.time + scene.seconds, frame.number, False))
    assert watcher.conditions == []


def test_where_nothing_moves_most_pictures_are_only_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, moving = list[float](), Background.moving

    def counted(self: Background, *arguments: Any, **options: Any) -> NDArray[np.uint8]:
        asked.append(arguments[1])
        return moving(self, *arguments, **options)

    monkeypatch.setattr(Background, "moving", counted)
    watcher, late = Watcher(answer), crossing(RED, 20, 90)
    events = [
        event
        for frame, _ in Scene(GROUND, [late], seconds=27, size=SIZE).frames()
        for event in watcher.process(frame)
    ]
    assert [event.label for event in events + watcher.finish()] == ["bus"]
    assert len(asked) < 105, "the first two seconds, each third second, and what passed"
    assert sum(asked) == pytest.approx(26.9, abs=3.1), "the background learns as fast as without"


def test_a_model_that_agrees_on_the_three_best_pictures_is_asked_about_no_more() -> None:
    asked = list[int]()

    def counted(crops: Sequence[NDArray[np.uint8]]) -> list[Prediction]:
        asked.append(len(crops))
        return answer(crops)

    scene = Scene(GROUND, [crossing(RED, 2, 50)], seconds=9, size=SIZE)
    watcher = Watcher(counted)
    events = list(watcher.watch(frame for frame, _ in scene.frames()))
    assert [event.label for event in events] == ["bus"]
    assert asked == [3]


@pytest.mark.slow
def test_what_parks_and_leaves_is_one_event() -> None:
    stay = sprite(RED, [(2, -20, 100), (4, 160, 100), (40, 160, 100), (42, 340, 100)])

    events, _ = watch(Scene(GROUND, [stay], seconds=46, size=SIZE))

    assert [event.label for event in events] == ["bus"]
    assert 41 < events[0].end < 46


def test_with_zones_only_what_stood_in_one_is_told() -> None:
    scene = Scene(GROUND, [crossing(RED, 2, 50), crossing(BLUE, 2, 130)], seconds=9, size=SIZE)
    lower = Zone("gate", ((0.3, 0.6), (0.7, 0.6), (0.7, 1.0), (0.3, 1.0)))

    events, _ = watch(scene, Options(zones=(lower,)))

    assert [(event.label, event.zones) for event in events] == [("ship", ("gate",))]


def test_a_mask_is_never_looked_at() -> None:
    scene = Scene(GROUND, [crossing(RED, 2, 50), crossing(BLUE, 2, 130)], seconds=9, size=SIZE)
    upper = Zone("sky", ((0, 0), (1, 0), (1, 0.5), (0, 0.5)))

    assert [event.label for event in watch(scene, Options(masks=(upper,)))[0]] == ["ship"]


def test_an_object_that_is_followed_by_a_camera_that_pans_is_one_event() -> None:
    follow = sprite(RED, [(0, 120, 90), (8, 200, 100)], side=60)

    events, _ = watch(Scene(ground(3, 900, 220), [follow], seconds=8, pan=50, size=SIZE))

    assert [event.label for event in events] == ["bus"]
    assert events[0].end - events[0].start > 5


@pytest.mark.parametrize("pan", [15, 50])
@pytest.mark.parametrize("slopes", [30, 55])
def test_a_pan_over_smooth_ground_is_no_event(pan: int, slopes: int) -> None:
    smooth = ground(3, 380 + 8 * pan, 220, slopes)

    assert watch(Scene(smooth, seconds=8, pan=pan, size=SIZE))[0] == []


@pytest.mark.parametrize("pan", [50, 150])
@pytest.mark.parametrize("slopes", [30, 55])
def test_an_object_that_is_followed_over_smooth_ground_is_one_event(pan: int, slopes: int) -> None:
    follow = sprite(RED, [(0, 120, 90), (8, 200, 100)], side=60)
    smooth = ground(3, 380 + 8 * pan, 220, slopes)

    events, truth = watch(Scene(smooth, [follow], seconds=8, pan=pan, size=SIZE))

    assert len(events) == 1
    assert score(events, truth).found == 1


def test_an_object_that_is_followed_before_the_empty_sky_is_one_event() -> None:
    follow = sprite(RED, [(0, 60, 60), (8, 240, 110)], side=40)
    sky = np.full((220, 800, 3), (150, 170, 190), np.uint8)
    sky += (20 * np.sin(np.linspace(0, 9, 800)) + 20).astype(np.uint8)[None, :, None]

    events, truth = watch(Scene(sky, [follow], seconds=8, pan=50, size=SIZE))

    assert len(events) == 1
    assert score(events, truth).found == 1


def test_a_thing_that_comes_again_and_again_is_one_event_each_time() -> None:
    watcher, shown = Watcher(answer), list(pictures(200, empty=100, once=True))

    frames = (Frame(RgbPicture(shown[i % 200]), i / 25, i, True) for i in range(600))

    assert [round(event.start) for event in watcher.watch(frames)] == [4, 12, 20]


def test_a_recording_that_begins_again_ends_what_was_open() -> None:
    scene = Scene(GROUND, [crossing(RED, 1, 90)], seconds=4, size=SIZE)
    watcher = Watcher(answer)

    events = [event for _ in range(2) for frame, _ in scene.frames() for event in watcher.process(frame)]

    assert [event.label for event in events + watcher.finish()] == ["bus", "bus"]


def test_a_region_that_only_grows_is_no_event_and_one_that_moves_as_far_is() -> None:
    """As where something stood in the first pictures and left, or where a shadow becomes longer."""

    def told(right: int) -> int:
        watcher, events = Watcher(answer), list[Event]()
        for frame, _ in Scene(GROUND, seconds=8, size=SIZE).frames():
            pixels, steps = frame.pixels.copy(), round(10 * (frame.time - 3))
            if 0 <= steps < 20:
                pixels[60:110, 180 - 6 * steps : 210 + right * steps // 10] = RED
            events += watcher.process(replace(frame, picture=RgbPicture(pixels)))
        return len(events + watcher.finish())

    assert told(right=5) == 0
    assert told(right=-40) == 1


def test_a_piece_that_moves_with_a_larger_thing_is_told_only_where_it_stays_a_thing_of_its_own() -> None:
    """As the end of what comes into the picture, before it is one region with the rest."""
    large = sprite(RED, [(2, -30.0, 90), (7, 350.0, 90)], side=60)
    piece = sprite(RED, [(2, -80.0, 90), (3.8, 56.8, 90)], side=20)
    [told], _ = watch(Scene(GROUND, [large, piece], seconds=9, size=SIZE))
    assert told.label == "bus"
    beside = sprite(BLUE, [(2, -80.0, 90), (7, 300.0, 90)], side=20)
    both, _ = watch(Scene(GROUND, [large, beside], seconds=9, size=SIZE))
    assert sorted(event.label for event in both) == ["bus", "ship"]


def test_pieces_that_are_near_each_other_are_one_thing_while_the_background_is_learned() -> None:
    """As a thing that stood in the first pictures and then moves: it is seen where it was and where it is."""

    def told(start: float) -> int:
        ways = ([(start, 60.0, y), (start + 1.8, 280.0, y)] for y in (70.0, 124.0))
        return len(watch(Scene(GROUND, [sprite(RED, way) for way in ways], seconds=8, size=SIZE))[0])

    assert told(start=0.0) == 1
    assert told(start=4.0) == 2


def test_on_a_belt_nothing_is_told_before_its_texture_is_known() -> None:
    scene = Scene(GROUND, [crossing(RED, 0.2, 90)], seconds=7, size=SIZE)
    starts = [event.start for event in watch(scene)[0]]
    on_a_belt = [event.start for event in watch(scene, Options(fixed=True))[0]]
    assert min(starts) < 1
    assert 1.9 <= min(on_a_belt) < 2.5


@pytest.mark.parametrize("back", [False, True])
def test_what_comes_in_where_another_thing_goes_out_is_an_event_of_its_own(back: bool) -> None:
    edge, inside = (-20.0, 160.0) if back else (340.0, 160.0)
    leaves = sprite(RED, [(1, 320.0 - edge, 90), (6, edge, 90)])
    comes = sprite(BLUE, [(5.7, edge, 96), (8, inside, 96), (11, 320.0 - edge, 96)])

    events, truth = watch(Scene(GROUND, [leaves, comes], seconds=12, size=SIZE))

    assert [event.label for event in events] == ["bus", "ship"]
    assert score(events, truth).right == 2


def test_a_thing_that_turns_round_inside_the_picture_is_one_event() -> None:
    turns = sprite(RED, [(1, -20.0, 90), (4, 280.0, 90), (7, -20.0, 90)])

    events, _ = watch(Scene(GROUND, [turns], seconds=9, size=SIZE))

    assert [event.label for event in events] == ["bus"]


def test_what_stood_somewhere_for_a_sixth_of_the_time_is_seen_whole_when_it_comes_again() -> None:
    background, empty = Background(), np.full((180, 320, 3), 90, np.uint8)
    there = empty.copy()
    there[60:120, 100:160] = 240
    noise = np.random.default_rng(5)
    for number in range(40):
        shown = there if 4 <= number < 10 else empty
        background.moving((shown + noise.integers(-3, 4, shown.shape)).astype(np.uint8), 0.1)

    mask = background.moving(there, 0.1)

    assert np.count_nonzero(mask[60:120, 100:160]) > 0.95 * 60 * 60


def test_a_recording_of_a_picture_a_second_is_followed_frame_by_frame() -> None:
    ways = [
        sprite(RED, [(t, -20.0, y), (t + 0.9, 340.0, y)], 24)
        for t in np.arange(1.2, 7, 0.6)
        for y in (40, 90, 140)
    ]
    scene = Scene(GROUND, ways, seconds=8, rate=30, size=SIZE)

    told = score(*watch(scene))

    # Until it is noticed that things jump they are lost.
    assert told.recall > 0.6
    assert told.precision > 0.8
    assert score(*watch(replace(scene, rate=10))).recall < 0.3


def test_every_frame_is_looked_at_only_while_several_things_jump() -> None:
    jumps = Jumps()

    def often(things: int, far: float) -> bool:
        for number in range(30):
            jumps.update([Box(far * (number % 7), 30.0 * row, 20, 20) for row in range(things)])
        return jumps.often

    assert not often(4, 10)
    assert often(4, 40)
    assert not often(1, 0)
    assert not often(1, 40)


def test_a_thing_is_not_given_the_region_of_a_whole_street_in_another_light() -> None:
    tracker = Tracker()
    for number in range(20):
        tracker.update([Box(100 + 3 * number, 60, 12, 30)], number / 10)
    [thing] = tracker.tracks
    thing.confirmed = True

    tracker.update([Box(20, 0, 280, 150)], 2.0)

    assert thing.box.width == 12


def test_what_was_out_of_sight_is_at_rest_only_once_it_is_seen_to_be() -> None:
    tracker = Tracker(hold=5)
    for number in range(20):
        tracker.update([Box(100, 60, 12, 30)], number / 10)
    [thing] = tracker.tracks
    thing.confirmed = True
    assert thing.at_rest()

    tracker.update([], 2.5)
    tracker.update([Box(112, 60, 12, 30)], 3.5)
    assert not thing.at_rest()

    for number in range(5):
        tracker.update([Box(112, 60, 12, 30)], 3.6 + number / 5)
    assert thing.at_rest()
