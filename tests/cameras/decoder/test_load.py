"""How much of a stream is decoded, how late it is, and what is wrong with it: arithmetic over times."""

from collections.abc import Sequence

import pytest

from tenfold.cameras.decoder.faults import FaultWatch
from tenfold.cameras.decoder.load import Delay, FrameRateLimit, Load, Pace


def run(load: Load, seconds: float, *, wait: float, now: float) -> float:
    """Packets at 25 a second, before each of which the reader waits for this share of the time."""
    until = now + seconds
    while now < until:
        load.note(wait / 25, now)
        now += 1 / 25
    return now


def test_every_frame_is_decoded_while_the_reader_waits_for_packets() -> None:
    load = Load(intra_only=False)
    run(load, 60, wait=0.5, now=0)
    assert (load.only_key_frames, load.every, load.words) == (False, 1, "every frame")


def test_a_reader_that_never_waits_takes_key_frames_only_and_tries_more_later_and_later() -> None:
    load = Load(intra_only=False)
    now = run(load, 3, wait=0, now=0)
    assert load.words == "key frames only"
    holds = []
    for _ in range(3):
        began = now
        while load.only_key_frames:
            now = run(load, 0.5, wait=0.9, now=now)
        holds.append(now - began)
        now = run(load, 3, wait=0, now=now)
        assert load.only_key_frames
    assert holds[0] < holds[1] < holds[2]


def test_after_a_moment_of_load_every_frame_is_decoded_again_within_some_seconds() -> None:
    load = Load(intra_only=False)
    now = run(load, 1.1, wait=0, now=0)
    assert load.only_key_frames
    run(load, 3.1, wait=0.9, now=now)
    assert not load.only_key_frames


def test_of_frames_that_stand_alone_every_nth_is_decoded() -> None:
    load = Load(intra_only=True)
    words = [load.words]
    now = 0.0
    for _ in range(3):
        now = run(load, 1.04, wait=0, now=now)
        words.append(load.words)
    assert words == ["every frame", "every 2nd frame", "every 4th frame", "every 8th frame"]


def test_a_wait_for_something_else_counts_as_a_wait() -> None:
    load = Load(intra_only=False)
    for number in range(100):
        load.note(0, number / 25)
        load.rested(0.03)
    assert not load.only_key_frames


@pytest.mark.parametrize("rate", [None, 1, 5, 12, 25, 100])
def test_a_gate_lets_through_so_many_frames_a_second(rate: float | None) -> None:
    gate, passed = FrameRateLimit(rate), 0
    for number in range(250):
        now = number / 25 + (number % 3) * 0.002
        if gate.open(now):
            gate.passed(now)
            passed += 1
    assert passed == pytest.approx(10 * min(rate or 25, 25), abs=2)


def test_a_gate_does_not_hurry_after_a_pause() -> None:
    gate = FrameRateLimit(5)
    gate.passed(0)
    gate.passed(100)
    assert not gate.open(100.1)


def test_the_delay_is_what_a_packet_is_later_than_the_fastest() -> None:
    delay = Delay()
    assert delay.of(10.0, 1000.0) == 0
    assert delay.of(10.1, 1000.5) == pytest.approx(0.4, abs=0.01)
    assert delay.of(10.6, 1000.6) == pytest.approx(0.0, abs=0.01)
    for second in range(3600):  # the camera's clock loses half a second in an hour
        late = delay.of(11 + second * (1 - 0.5 / 3600), 1001.0 + second)
    assert late < 0.1


def test_frames_that_come_in_bursts_are_given_at_their_times() -> None:
    pace = Pace()
    assert [pace.wait(second, 100.0) for second in (0, 1, 2)] == [0, 1, 2]
    assert pace.wait(3, 106.0) == 0  # the stream fell behind
    assert pace.wait(4, 106.0) == 1


def codes(
    watch: FaultWatch, stamps: Sequence[float | None], began: float = 0.0, step: float = 0.04
) -> list[str]:
    found = []
    for number, stamp in enumerate(stamps):
        for finding in watch.video_packet(stamp, began + number * step):
            found.append(finding.code + " over" * finding.over)
    return found


def test_a_stream_that_runs_has_no_fault() -> None:
    assert codes(FaultWatch(0), [number * 0.04 for number in range(1000)]) == []
    assert codes(FaultWatch(0), [None] * 1000) == []


def test_a_pause_of_the_network_is_no_jump_of_the_clock() -> None:
    watch = FaultWatch(0)
    assert codes(watch, [0.0, 0.04]) == []
    # 30 s later all that was held up comes at once, and the stream goes on
    assert codes(watch, [0.08 + number * 0.04 for number in range(750)], began=30, step=0.0001) == []
    assert codes(watch, [90.0], began=90.2) == []


@pytest.mark.parametrize("jump", [3600.0, -3600.0, 10.0, -10.0])
def test_a_jump_of_the_clock_is_found(jump: float) -> None:
    watch = FaultWatch(0)
    stamps = [100 + number * 0.04 for number in range(10)] + [100.4 + jump, 100.44 + jump]
    assert codes(watch, stamps) == ["clock-jump"]


def test_timestamps_that_stand_still_are_found_and_their_end_too() -> None:
    assert codes(FaultWatch(0), [1.0] * 60 + [4.0, 4.04]) == ["timestamps", "timestamps over"]


def test_a_picture_that_does_not_change_is_found_after_ten_seconds() -> None:
    watch = FaultWatch(0)
    found = [(second, f.over) for second in range(15) for f in watch.frame(7, float(second))]
    assert found == [(10, False)]
    assert [f.over for f in watch.frame(8, 15.0)] == [True]


def test_a_stream_without_a_key_frame_is_found_once_unless_one_came() -> None:
    watch, with_key = FaultWatch(0), FaultWatch(0)
    found = [(second, f.code) for second in range(9) for f in watch.video_packet(second, second, key=False)]
    assert found == [(4, "no-key-frame")]
    assert [f for second in range(9) for f in with_key.video_packet(second, second, key=second == 2)] == []
