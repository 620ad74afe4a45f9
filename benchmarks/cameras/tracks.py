"""Our tracker beside those of the library `trackers`, on the same boxes of generated objects.

    pip install trackers
    python -m benchmarks.cameras.watching --part tracks

The library is for this comparison alone. Boxes are the truth's, moved and resized a little, of which some are
missed; or the regions that move in the pictures of the same scenes, in which objects that meet are one.
"""

import statistics
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib import import_module
from itertools import pairwise
from typing import Any

import cv2
import numpy as np

from benchmarks.cameras.scenes import Scene, Truth, crossing, ground
from benchmarks.cameras.seeing import pictures
from benchmarks.record import DATA
from tenfold.cameras.boxes import Box
from tenfold.cameras.motion import Background, regions
from tenfold.cameras.tracking import Tracker
from tenfold.cameras.watching import Classify

SCENES, SECONDS = 5, 50.0
_MISSED, _MOVED = 0.15, 0.06
_SCALE = 0.5
# Pictures in which a thing must be seen, as the library asks by default too.
_SEEN = 3
LIBRARY = ("SORTTracker", "ByteTrackTracker", "OCSORTTracker")

# Boxes of one picture and its time -> the number of the track of each; None: of none, or not yet.
Track = Callable[[list[Box], float], list[int | None]]


def ours() -> Track:
    """The tracker of `tenfold.cameras`."""
    tracker = Tracker()

    def track(boxes: list[Box], time: float) -> list[int | None]:
        tracker.update(boxes, time)
        for one in tracker.tracks:
            one.confirmed = one.confirmed or len(one.path) >= _SEEN
        now = {
            one.path[-1][1]: one.number for one in tracker.tracks if one.confirmed and one.path[-1][0] == time
        }
        return [now.get(box) for box in boxes]

    return track


def of_library(name: str) -> Track:
    """One of the library's, as it comes, told the pictures a second."""
    detections = import_module("supervision").Detections
    tracker = getattr(import_module("trackers"), name)(frame_rate=10)

    def track(boxes: list[Box], time: float) -> list[int | None]:
        corners = np.array([(b.x, b.y, b.x + b.width, b.y + b.height) for b in boxes], np.float32).reshape(
            -1, 4
        )
        given = detections(xyxy=corners, confidence=np.ones(len(boxes), np.float32))
        given.data["at"] = np.arange(len(boxes))
        found = tracker.update(given)
        numbers: list[int | None] = [None] * len(boxes)
        for at, number in zip(found.data.get("at", ()), found.tracker_id, strict=False):
            numbers[int(at)] = int(number) if number >= 0 else None
        return numbers

    return track


def noisy(scene: Scene, seed: int) -> Iterator[tuple[float, list[Truth], list[Box]]]:
    """The truth's boxes, moved and resized a little; some are missed."""
    random = np.random.default_rng(seed)
    for k in range(round(scene.seconds * 10)):
        time = k / 10
        truth = [
            Truth(number, sprite.label, box)
            for number, sprite in enumerate(scene.sprites)
            if (box := sprite.box(time)) is not None
        ]
        seen = []
        for one in truth:
            dx, dy, dw, dh = random.normal(0, _MOVED * one.box.size, 4)
            if random.random() >= _MISSED:
                box = one.box
                seen.append(Box(box.x + dx, box.y + dy, max(box.width + dw, 4), max(box.height + dh, 4)))
        yield time, truth, seen


def _regions(scene: Scene, seed: int) -> Iterator[tuple[float, list[Truth], list[Box]]]:
    """What moves in the pictures, as it is given to the tracker."""
    background = Background()
    for frame, truth in scene.frames():
        small = cv2.resize(frame.pixels, None, fx=_SCALE, fy=_SCALE, interpolation=cv2.INTER_AREA)
        mask = background.moving(np.asarray(small, np.uint8), 0.1)
        boxes = regions(mask, 0.0006 * mask.size)
        yield frame.time, truth, [box.scaled(1 / _SCALE) for box in boxes]


def measured(steps: Sequence[tuple[float, list[Truth], list[Box]]], track: Track) -> tuple[int, float, float]:
    """Switches, the share of the truth's boxes in a track (coverage), and IDF1 (Ristani 2016)."""
    assign = import_module("scipy.optimize").linear_sum_assignment
    tracks, together, places, given = dict[int, list[int]](), dict[tuple[int, int], int](), 0, 0
    for time, truth, boxes in steps:
        places += len(truth)
        for box, number in zip(boxes, track(boxes, time), strict=True):
            if number is None:
                continue
            given += 1
            near = [(box.overlap(one.box), one.number) for one in truth]
            if near and max(near)[0] >= 0.3:
                owner = max(near)[1]
                tracks.setdefault(owner, []).append(number)
                together[owner, number] = together.get((owner, number), 0) + 1
    switches = sum(a != b for numbers in tracks.values() for a, b in pairwise(numbers))
    covered = sum(len(numbers) for numbers in tracks.values())
    owners, numbers = sorted({o for o, _ in together}), sorted({n for _, n in together})
    table = np.array([[together.get((o, n), 0) for n in numbers] for o in owners])
    rows, columns = assign(-table)
    return switches, covered / places, 2 * float(table[rows, columns].sum()) / (places + given)


def tracks(classify: Classify, labels: Sequence[str]) -> list[dict[str, str]]:
    """Ours and the library's on both kinds of boxes."""
    makers: dict[str, Callable[[], Track]] = {"ours": ours}
    makers |= {name.removesuffix("Tracker"): partial(of_library, name) for name in LIBRARY}
    rows = []
    kinds: dict[str, Any] = {
        f"the truth's boxes, {_MISSED:.0%} of them missed": noisy,
        "regions that move": _regions,
    }
    for kind, boxes in kinds.items():
        found: dict[str, list[tuple[int, float, float]]] = {name: [] for name in makers}
        for seed in range(SCENES):
            sprites = crossing(pictures(DATA / "cifar-10-batches-bin", 10, seed), seconds=SECONDS, seed=seed)
            steps = list(boxes(Scene(ground(seed), sprites, seconds=SECONDS, seed=seed), seed))
            for name, make in makers.items():
                found[name].append(measured(steps, make()))
        said = {name: _words(each) for name, each in found.items()}
        rows.append(
            {
                "what": f"Tracking, {kind}: our tracker",
                "value": said.pop("ours"),
                "n": f"{SCENES} scenes of {SECONDS:g} s with ten objects each",
                "peer": "; ".join(f"{name}: {words}" for name, words in said.items()),
            }
        )
    return rows


def _words(each: Sequence[tuple[int, float, float]]) -> str:
    switches, coverage, idf1 = zip(*each, strict=True)
    return (
        f"{sum(switches)} switches, coverage {statistics.mean(coverage):.2f},"
        f" IDF1 {statistics.mean(idf1):.2f} ({min(idf1):.2f} to {max(idf1):.2f})"
    )
