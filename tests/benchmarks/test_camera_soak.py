"""Figures of the long run: which process grew, and why a thing was lost."""

import pytest

pytest.importorskip("av", reason="needs the cameras extra: pip install 'tenfold[cameras]'")

from benchmarks.cameras.soak import Look, Lost, Use, figures, lost, measured, why

BUSY = "the machine was busy: key frames only"


def looks(mode: str = "every frame", phase: str = "running", seen: float = 0.1) -> list[Look]:
    """At a camera, from second 100 to 119; from 108 on it is as given."""
    return [
        Look(100 + second, phase if second > 7 else "running", mode if second > 7 else "every frame", seen, 0)
        for second in range(20)
    ]


def test_a_thing_that_no_event_began_with_is_found_by_its_time() -> None:
    assert lost([10.0, 18.1, 34.0], 60.0) == (5, [26.0, 42.0])
    assert lost([], 60.0) == (0, [])


@pytest.mark.parametrize(
    ("given", "events", "said"),
    [
        (looks(), [(98.0, 112.0)], "in an event of 14 s that began 10 s before"),
        (looks("key frames only"), [], BUSY),
        (looks(phase="waiting"), [], "the camera was opened anew"),
        (looks(seen=2.25), [(90.0, 95.0)], "no frame for 2.2 s"),
        (looks(), [], "not known: the camera ran, every frame was decoded, and none was late"),
        ([], [], "nobody looked at the camera's state: this process was held up"),
    ],
)
def test_why_a_thing_was_lost_is_told(
    given: list[Look], events: list[tuple[float, float]], said: str
) -> None:
    assert why(108.0, given, events) == said


def test_memory_and_files_of_this_process_are_measured() -> None:
    own = measured()["server"]
    assert own.processes == 1
    assert 10 < own.own < own.memory < 10_000
    assert own.files > 2


def test_growth_is_told_for_each_kind_of_process_and_the_cameras_are_not_ours() -> None:
    taken = [
        (
            float(minute),
            {"server": Use(1, 100 + 2 * minute, 50, 10), "RTSP servers": Use(3, 60 + 5 * minute, 9, 30)},
        )
        for minute in range(4, 10)
    ]
    rows = figures(10, taken, 200, [Lost(1.0, BUSY), Lost(2.0, BUSY)], 0)
    values = {row["what"].rpartition(": ")[2]: row["value"] for row in rows}
    assert values["growth of memory (aim under 1)"] == "+2.00 MB a minute (110 to 118 MB)"
    assert values["growth of memory, server"] == "+2.00 MB a minute (110 to 118 MB)"
    assert values["growth of memory, RTSP servers"] == "+5.00 MB a minute (85 to 105 MB)"
    assert values["open files"] == "10 to 10"
    assert values["things that came and are in no event of their own"] == "2 of 200"
    assert rows[-1]["peer"] == f"faults of the service: 0; 2 {BUSY}"
