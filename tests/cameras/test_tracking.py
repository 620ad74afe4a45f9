"""Our tracker beside the library `trackers`, on the same boxes of a small generated scene.

The library's figures of these boxes are kept here; where it is installed (pip install trackers) it is run,
and has to give them still.
"""

from importlib.util import find_spec

import numpy as np
import pytest

from benchmarks.cameras.scenes import Scene, Truth, crossing, ground
from benchmarks.cameras.tracks import measured, noisy, of_library, ours
from tenfold.cameras import tracking
from tenfold.cameras.boxes import Box

Steps = list[tuple[float, list[Truth], list[Box]]]
# Switches from object to object, and IDF1, of trackers 2.6.1.
KEPT = {"SORTTracker": (2, 0.879), "ByteTrackTracker": (2, 0.891), "OCSORTTracker": (2, 0.695)}

pytest.importorskip("scipy", reason="needs scipy, which the train extra brings: pip install 'tenfold[train]'")


@pytest.fixture(scope="module")
def steps() -> Steps:
    """Boxes of eight things that cross in 30 s, moved and resized a little, a seventh of them missed."""
    sides = [int(side) for side in np.random.default_rng(3).integers(40, 90, 8)]
    things = [(f"thing {n}", np.zeros((side, side, 3), np.uint8)) for n, side in enumerate(sides)]
    return list(noisy(Scene(ground(3), crossing(things, seconds=30, seed=3), seconds=30, seed=3), 3))


def test_our_tracker_keeps_things_apart_as_well_as_the_librarys(steps: Steps) -> None:
    switches, _, idf1 = measured(steps, ours())
    assert switches <= min(peer for peer, _ in KEPT.values())
    assert idf1 > max(peer for _, peer in KEPT.values()) - 0.02


def test_a_tracker_that_loses_things_is_noticed(steps: Steps, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracking.Tracker, "_patience", lambda tracker, track: 0.05)
    assert measured(steps, ours())[2] < max(peer for _, peer in KEPT.values()) - 0.02


@pytest.mark.skipif(find_spec("trackers") is None, reason="needs the peer: pip install trackers")
@pytest.mark.parametrize("name", KEPT)
def test_the_librarys_kept_figures_are_what_it_gives(steps: Steps, name: str) -> None:
    switches, _, idf1 = measured(steps, of_library(name))
    assert switches == KEPT[name][0]
    assert idf1 == pytest.approx(KEPT[name][1], abs=0.01)
