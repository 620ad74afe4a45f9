"""How well `tenfold watch` sees: generated scenes, disturbances that are no objects, sample clips, and time.

    python benchmarks/camera_seeing.py --cifar FOLDER --clips FOLDER [--model FILE]

Generated scenes: CIFAR-10's test pictures, enlarged, cross a textured ground. Clips: benchmarks/clips.toml
says what a person sees in each. Prints one JSON object.
"""

import argparse
import json
import threading
import time
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.camera_scenes import Scene, Score, Truth, crossing, ground, score
from tenfold.cameras.boxes import Box
from tenfold.cameras.sources import open_source
from tenfold.cameras.votes import NONE_OF_THESE
from tenfold.cameras.watching import Classify, Event, Options, Watcher
from tenfold.inference import Classifier
from tenfold.modelfile import CAMERAS

LABELS = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
DISTURBANCES: dict[str, dict[str, Any]] = {
    "noise": {"noise": 8},
    "rain": {"rain": 150},
    "flicker": {"flicker": 0.04},
    "light switched each 20 s": {"switches": tuple(range(20, 1200, 20))},
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
    for frame, objects in scene.frames():
        events += watcher.look(frame)
        truth.append((frame.time, objects))
    return events + watcher.finish(), truth


def generated(folder: Path, scenes: int, classify: Classify) -> dict[str, Any]:
    """Precision and recall of objects that cross, over some scenes of 50 s with 10 objects each."""
    total, each = Score(), list[Score]()
    for seed in range(scenes):
        sprites = crossing(pictures(folder, 10, seed), seconds=50, seed=seed)
        one = score(*watched(Scene(ground(seed), sprites, seconds=50, seed=seed), classify))
        total, each = total + one, [*each, one]
    return {
        "scenes": scenes,
        **asdict(total),
        "precision": total.precision,
        "recall": total.recall,
        "precision_of_each": [round(one.precision, 2) for one in each],
    }


def false_alarms(seconds: float, classify: Classify) -> dict[str, int]:
    """Events where nothing is, in so many seconds of each disturbance."""
    return {
        name: len(watched(Scene(ground(9), seconds=seconds, **given), classify)[0])
        for name, given in DISTURBANCES.items()
    }


def clip(
    folder: Path, facts: dict[str, Any], classify: Classify, labels: Sequence[str] = LABELS
) -> dict[str, Any]:
    """What was told of a clip beside what a person sees in it.

    Args:
        labels: the model's classes; what is none of them is named right as none of these.
    """
    fixed = "belt" in facts["camera"]
    source = open_source(str(folder / facts["file"]))
    events = list(Watcher(classify, Options(fixed=fixed)).watch(source.frames(threading.Event())))
    result: dict[str, Any] = {"file": facts["file"], "events": len(events)}
    if "seen" in facts:
        wanted = [one for one in facts["seen"] if not one.get("optional")]
        owners = [_owner(event, facts["seen"]) for event in events]
        told = {id(one): event for one, event in zip(owners, events, strict=True) if one is not None}
        right = [one for one in wanted if id(one) in told]
        counted = sum(one is None or not one.get("optional") for one in owners)
        result |= {
            "wanted": len(wanted),
            "found": len(right),
            "counted": counted,
            "named": sum(told[id(one)].label in _names(one, labels) for one in right),
        }
    if "sampled" in facts:
        result["places"] = sum(len(moment["places"]) for moment in facts["sampled"])
        result["places_found"] = sum(_found(moment, events) for moment in facts["sampled"])
        named = [event for event in events if event.label in facts["named"]]
        result["places_named"] = sum(_found(moment, named) for moment in facts["sampled"])
        result["people"] = facts.get("people")
        result["none_of_these"] = sum(event.label == NONE_OF_THESE for event in events)
    return result


def speed(classify: Classify, size: tuple[int, int], frames: int = 60) -> dict[str, float]:
    """Milliseconds of one look at a picture of that size with three objects in it."""
    sprites = crossing([("x", ground(5, 90, 90))] * 3, seconds=12, size=size)
    scene = Scene(ground(1, size[0] + 40, size[1] + 40), sprites, seconds=(frames + 40) / 10, size=size)
    watcher, times = Watcher(classify), []
    for frame, _ in scene.frames():
        began = time.perf_counter()
        watcher.look(frame)
        times.append(1000 * (time.perf_counter() - began))
    kept = np.array(times[40:])
    return {"median": float(np.median(kept)), "p90": float(np.percentile(kept, 90)), "n": len(kept)}


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cifar", type=Path, help="CIFAR-10's binary files")
    parser.add_argument("--clips", type=Path, help="the folder of the sample clips")
    parser.add_argument("--model", default=CAMERAS, help="a model file or a bundled model")
    parser.add_argument("--scenes", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=120, help="of each disturbance")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    model = Classifier(given.model)

    def classify(crops: Sequence[NDArray[np.uint8]]) -> Any:
        return model.run([model.prepare(crop) for crop in crops])

    result: dict[str, Any] = {}
    if given.clips:
        facts = tomllib.loads((Path(__file__).parent / "clips.toml").read_text("utf-8"))
        result["clips"] = [clip(given.clips, one, classify, model.info.labels) for one in facts["clip"]]
    if given.cifar:
        result["generated"] = generated(given.cifar, given.scenes, classify)
    if given.seconds:
        result["false_alarms"] = {"seconds": given.seconds, **false_alarms(given.seconds, classify)}
    sizes = {"480p": (854, 480), "1080p": (1920, 1080)}
    result["milliseconds"] = {name: speed(classify, size) for name, size in sizes.items()}
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
