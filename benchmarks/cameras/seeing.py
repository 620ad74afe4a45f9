"""What is told of generated scenes and of the sample clips, beside what a person sees there.

`watching.py` makes figures of it. Generated scenes: CIFAR-10's test pictures, enlarged, cross a textured
ground, and photographs, cut out, cross places that cameras saw. Clips: clips.toml says what a person sees in
each.
"""

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.cameras.objects import objects, street
from benchmarks.cameras.scenes import Scene, Score, Truth, crossing, ground, score
from tenfold.cameras.boxes import Box
from tenfold.cameras.sources import open_source
from tenfold.cameras.votes import NONE_OF_THESE
from tenfold.cameras.watching import Classify, Event, Options, Watcher

LABELS = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
DISTURBANCES: dict[str, dict[str, Any]] = {
    "noise": {"noise": 8},
    "rain": {"rain": 150},
    "flicker": {"flicker": 0.04},
    "light switched each 20 s": {"switches": tuple(range(20, 3600, 20))},
    "clouds": {"cloud": True},
    "shaken 4 pixels": {"shake": 4},
    "leaves": {"leaves": (Box(50, 50, 90, 90), Box(400, 80, 120, 100))},
}


def pictures(folder: Path, count: int, seed: int) -> list[tuple[str, NDArray[np.uint8]]]:
    """CIFAR-10's test pictures, enlarged to 40 to 90 pixels, with their classes."""
    rows = np.fromfile(folder / "test_batch.bin", np.uint8).reshape(-1, 3073)
    random = np.random.default_rng(seed)
    found = []
    for row in rows[random.integers(0, len(rows), count)]:
        small = np.ascontiguousarray(row[1:].reshape(3, 32, 32).transpose(1, 2, 0))
        side = int(random.integers(40, 90))
        large = np.asarray(cv2.resize(small, (side, side), interpolation=cv2.INTER_CUBIC), np.uint8)
        found.append((LABELS[row[0]], large))
    return found


def watched(scene: Scene, classify: Classify) -> tuple[list[Event], list[tuple[float, list[Truth]]]]:
    """The events of a scene, and its truth."""
    watcher, events, truth = Watcher(classify), list[Event](), list[tuple[float, list[Truth]]]()
    for frame, shown in scene.frames():
        events += watcher.process(frame)
        truth.append((frame.time, shown))
    return events + watcher.finish(), truth


def generated(folder: Path, seed: int, classify: Classify) -> Score:
    """How what is told of ten objects that cross in 50 s agrees with the truth."""
    sprites = crossing(pictures(folder, 10, seed), seconds=50, seed=seed)
    return score(*watched(Scene(ground(seed), sprites, seconds=50, seed=seed), classify))


def photographed(seed: int, classify: Classify) -> Score:
    """The same of photographs, cut out, that cross a place that a camera saw."""
    found = objects(10, seed)
    pixels, masks = [(label, one) for label, one, _ in found], [mask for *_, mask in found]
    sprites = crossing(pixels, seconds=50, seed=seed, masks=masks)
    return score(*watched(Scene(street(seed), sprites, seconds=50, seed=seed), classify))


def clip(
    folder: Path,
    facts: dict[str, Any],
    classify: Classify,
    labels: Sequence[str] = LABELS,
    later: float = 0.0,
) -> dict[str, Any]:
    """What was told of a clip beside what a person sees in it.

    Args:
        labels: the model's classes; what is none of them is named right as none of these.
        later: seconds of its beginning that are left out.
    """
    source = open_source(str(folder / facts["file"]), planes=True)
    frames = (frame for frame in source.frames(threading.Event()) if frame.time >= later)
    events = list(Watcher(classify, Options(fixed="belt" in facts["camera"])).watch(frames))
    result: dict[str, Any] = {"file": facts["file"], "events": len(events)}
    if "seen" in facts:
        wanted = [one for one in facts["seen"] if not one.get("optional")]
        owners = [_owner(event, facts["seen"]) for event in events]
        told = {id(one): event for one, event in zip(owners, events, strict=True) if one is not None}
        right = [one for one in wanted if id(one) in told]
        result |= {
            "wanted": len(wanted),
            "found": len(right),
            "subject": wanted[0] in right,
            "counted": sum(one is None or not one.get("optional") for one in owners),
            "of_nothing": owners.count(None),
            "named": sum(told[id(one)].label in _names(one, labels) for one in right),
        }
    if "sampled" in facts:
        result["places"] = sum(len(moment["places"]) for moment in facts["sampled"])
        result["places_found"] = sum(_found(moment, events) for moment in facts["sampled"])
        named = [event for event in events if event.label in facts["named"]]
        result["places_named"] = sum(_found(moment, named) for moment in facts["sampled"])
    return result


def _owner(event: Event, seen: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """Which of the things that a person sees an event tells of: the one that was in its box most often."""
    best, most = None, 0.3
    for one in seen:
        times, x, y = (np.array(values) for values in zip(*one["path"], strict=True))
        inside = [
            box.contains((float(np.interp(at, times, x)), float(np.interp(at, times, y))))
            for at, box in event.path
            if one["start"] - 0.2 <= at <= one["end"] + 0.2
        ]
        share = sum(inside) / len(event.path)
        if share > most:
            best, most = one, share
    return best


def _names(one: dict[str, Any], labels: Sequence[str]) -> Sequence[str]:
    """What is right for a thing: its class, and none of these where the model has no such class."""
    if one["class"] in labels:
        return [one["class"]]
    return [one["word"]] if one.get("word") in labels else [NONE_OF_THESE]


def _found(moment: dict[str, Any], events: Iterable[Event]) -> int:
    """How many places are in the box of an event that was open then."""
    boxes = [
        min(event.path, key=lambda step: abs(step[0] - moment["at"]))[1]
        for event in events
        if event.start - 0.2 <= moment["at"] <= event.end + 0.2
    ]
    return sum(any(box.contains((x, y)) for box in boxes) for x, y in moment["places"])
