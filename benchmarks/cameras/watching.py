"""How well cameras are watched: what is found, what is told wrongly, what it costs, and how soon it is told.

    python -m benchmarks.cameras.watching
                                all parts, one after the other: hours, for `night`
    --part clips                ten clips, and what a person sees in them (clips.toml)
    --part generated            labelled objects that cross; a camera that pans
    --part tracks               our tracker beside `trackers` (pip install trackers)
    --part masks                background subtraction, pixel by pixel
    --part night                an hour of each disturbance that is no object
    --part night --only rain    one of them; the figures of the others stay
    --part cost                 frames a second of a core, beside decoding alone
    --part cameras              cameras that a core carries; needs an RTSP server
    --part delay                from movement to message; needs that and mosquitto
    --part view                 the live view in Chromium; needs that and the built page

The last three run the service of `tenfold serve`. `benchmarks.cameras.soak`: half an hour with four cameras.
"""

import argparse
import statistics
import tomllib
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.cameras import cost, live, tracks, view
from benchmarks.cameras.scenes import Scene, Score, Sprite, crossing, ground, score
from benchmarks.cameras.seeing import DISTURBANCES, clip, generated, photographed, pictures, watched
from benchmarks.record import DATA, SAMPLES, interval, write
from tenfold.cameras.motion import Background, Rain
from tenfold.cameras.watching import Classify
from tenfold.inference import Classifier
from tenfold.metrics import share
from tenfold.modelfile import CAMERAS

CIFAR = DATA / "cifar-10-batches-bin"
SCENES, HOUR = 10, 3600.0
# In which movement is looked for.
SMALL = (320, 180)
# A recording in which all jumps from frame to frame is found by chance: begun later, it is another.
STARTS = tuple(k / 10 for k in range(10))


def row(what: str, value: str, n: str, peer: str = "") -> dict[str, str]:
    """A row of the table of figures."""
    return {"what": what, "value": value, "n": n, "peer": peer}


def clips(classify: Classify, labels: Sequence[str]) -> list[dict[str, str]]:
    """What is told of the sample clips beside what a person sees."""
    facts = tomllib.loads((Path(__file__).parent / "clips.toml").read_text("utf-8"))["clip"]
    found = {one["file"]: clip(SAMPLES / "clips", one, classify, labels) for one in facts}
    for one in found.values():
        print(one, flush=True)
    seen = [one for one in found.values() if "wanted" in one]
    wanted, right, told, named, of_nothing = (
        sum(one[key] for one in seen) for key in ("wanted", "found", "counted", "named", "of_nothing")
    )
    several = f"{len(seen)} clips"
    rows = [
        row(
            "Sample clips: things that a person sees, told (recall)",
            interval(share(right, wanted)), f"{wanted} things, {several}",
        ),
        row(
            "Sample clips: events that tell of a thing, and are its first (precision)",
            interval(share(right, told)), f"{told} events, {several}",
            f"{told - right - of_nothing} tell of a thing again, {of_nothing} of nothing",
        ),
        row(
            "Sample clips: things told whose class is right, or rightly none of these",
            interval(share(named, right)), f"{right} things, {several}",
        ),
    ]  # fmt: skip
    travelling = [one for one in facts if one["camera"] in ("pans", "zooms")]
    good = [found[one["file"]] for one in travelling]
    held = sum(one["subject"] and one["events"] <= 2 for one in good)
    rows.append(
        row(
            "Clips of a camera that moves: its subject told, in two events at most",
            f"{held} of {len(good)}",
            f"{len(good)} clips",
            f"events: {', '.join(str(one['events']) for one in good)}",
        )
    )
    for one in facts:
        if "sampled" in one:
            rows += _places(one, found[one["file"]], classify, labels)
    return rows


def _places(
    facts: dict[str, Any], first: dict[str, Any], classify: Classify, labels: Sequence[str]
) -> list[dict[str, str]]:
    """A crowd, in which a person lists who is where at some instants."""
    people = "people" in facts
    later = STARTS[1:3] if people else STARTS[1:]
    runs = [first] + [clip(SAMPLES / "clips", facts, classify, labels, begun) for begun in later]
    name = "A street with people" if people else "A crossing with a picture a second"
    n = f"{first['places']} places at {len(facts['sampled'])} instants, begun at {len(runs)} moments"
    events = [one["events"] for one in runs]
    told = f"{min(events)} to {max(events)} events"
    rows = []
    for key, what in (("places_found", "in an event"), ("places_named", f"in one named {_words(facts)}")):
        counts = [one[key] for one in runs]
        value = f"{statistics.mean(counts) / first['places']:.0%} ({min(counts)} to {max(counts)})"
        rows.append(row(f"{name}: places {what}", value, n, told))
    return rows


def _words(facts: dict[str, Any]) -> str:
    return " or ".join(facts["named"])


def objects(classify: Classify, labels: Sequence[str]) -> list[dict[str, str]]:
    """Labelled objects that cross, and a subject that a camera follows."""
    rows = _scores(
        "Photographs cut out, before real places",
        [photographed(seed, classify) for seed in range(SCENES)],
        "",
    )
    rows += _scores(
        "Generated objects",
        [generated(CIFAR, seed, classify) for seed in range(SCENES)],
        ": the pictures are of 32 pixels, enlarged, cut to ellipses",
    )
    grounds, speeds = (0.0, 30.0, 55.0), (30, 100, 300)
    empty, followed = 0, Score()
    for number, (smooth, pan) in enumerate(product(grounds, speeds)):
        place = ground(number, 720 + 8 * pan, 420, smooth)
        empty += len(watched(Scene(place, seconds=8, pan=pan), classify)[0])
        label, pixels = pictures(CIFAR, 1, 100 + number)[0]
        large = np.asarray(cv2.resize(pixels, (110, 110), interpolation=cv2.INTER_CUBIC), np.uint8)
        subject = Sprite(label, large, np.ones((110, 110), np.float32), [(0, 240, 180), (8, 400, 200)])
        followed += score(*watched(Scene(place, [subject], seconds=8, pan=pan), classify))
    scenes = len(grounds) * len(speeds)
    what = f"{scenes} scenes of 8 s, 3 grounds, 30 to 300 pixels a second"
    return [
        *rows,
        row("A camera that pans where nothing moves: events", str(empty), what),
        row("A camera that follows an object: the object told", f"{followed.found} of {scenes}", what,
            f"{followed.events} events"),
    ]  # fmt: skip


def _scores(name: str, each: Sequence[Score], why: str) -> list[dict[str, str]]:
    """Rows of the same scene with other objects each time."""
    total = sum(each, Score())
    n = f"{total.objects} objects, {len(each)} scenes of 50 s"
    worst = f"worst scene {min(one.precision for one in each):.0%}"
    return [
        row(f"{name}: precision of events", interval(share(total.right, total.events)), n, worst),
        row(
            f"{name}: recall (aim 90%)", interval(share(total.found, total.objects)), n,
            f"worst scene {min(one.recall for one in each):.0%}",
        ),
        row(f"{name}: identity switches", str(total.switches), n),
        row(
            f"{name}: told whose class is right", interval(share(total.named, total.right)), n,
            f"{total.unknown} more are none of these{why}",
        ),
    ]  # fmt: skip


def masks(classify: Classify, labels: Sequence[str]) -> list[dict[str, str]]:
    """Background subtraction against the generator's masks."""
    scenes: dict[str, dict[str, Any]] = {"as it is": {}}
    scenes |= {name: given for name, given in DISTURBANCES.items() if name != "shaken 4 pixels"}
    return [_mask_row(name, given) for name, given in scenes.items()]


def _mask_row(name: str, given: dict[str, Any]) -> dict[str, str]:
    ours, plain = list[float](), list[float]()
    for seed in range(3):
        sprites = crossing(pictures(CIFAR, 10, seed), seconds=50, seed=seed)
        scene = Scene(ground(seed), sprites, seconds=50, seed=seed, **given)
        background, rain, usual = Background(), Rain(), cv2.createBackgroundSubtractorMOG2()
        counts, usual_counts = np.zeros(3), np.zeros(3)
        for frame, _ in scene.frames():
            small = np.asarray(cv2.resize(frame.pixels, SMALL, interpolation=cv2.INTER_AREA), np.uint8)
            whole = scene.mask(frame.time).astype(np.float32)
            truth = cv2.resize(whole, SMALL, interpolation=cv2.INTER_AREA) > 0.5
            rain.update(np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8), 0.1)
            found = background.moving(small, 0.1, raining=rain.falls)
            counts += _agreement(found == 255, truth)
            usual_counts += _agreement(np.asarray(usual.apply(small)) == 255, truth)
        ours.append(_f_measure(counts))
        plain.append(_f_measure(usual_counts))
    spread, other = (
        f"{statistics.mean(values):.3f} ({min(values):.3f} to {max(values):.3f})" for values in (ours, plain)
    )
    n = "3 generated scenes of 50 s, 500 pictures each"
    return row(
        f"Background subtraction, F-measure of pixels: {name}", spread, n, f"MOG2 as OpenCV sets it: {other}"
    )


def _agreement(found: NDArray[np.bool_], truth: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Pixels found rightly, found, and to be found."""
    return np.array([(found & truth).sum(), found.sum(), truth.sum()], np.float64)


def _f_measure(counts: NDArray[np.float64]) -> float:
    return float(2 * counts[0] / max(counts[1] + counts[2], 1.0))


def night(
    classify: Classify, labels: Sequence[str], seconds: float = HOUR, only: Sequence[str] = ()
) -> list[dict[str, str]]:
    """Events where nothing is, in an hour of each disturbance, or of some of them."""
    dark = (ground(9) * 0.25).astype(np.uint8)
    scenes = DISTURBANCES | {
        "a dark scene: noise, rain and flicker": {"background": dark, "noise": 6, "rain": 60, "flicker": 0.02}
    }
    rows = []
    for name in only or scenes:
        given = scenes[name]
        whole: dict[str, Any] = {"background": ground(9), "seconds": seconds} | given
        events, _ = watched(Scene(**whole), classify)
        rows.append(false_alarms(name, len(events), seconds))
        print(rows[-1], flush=True)
    return rows


def false_alarms(name: str, events: int, seconds: float) -> dict[str, str]:
    """The row of one disturbance."""
    minutes = f"{seconds / 60:g} minutes, {10 * seconds:,.0f} pictures"
    return row(f"False alarms, aim none in an hour: {name}", str(events), minutes)


PARTS: dict[str, Callable[[Classify, Sequence[str]], list[dict[str, str]]]] = {
    "clips": clips,
    "generated": objects,
    "masks": masks,
    "cost": cost.rows,
    "cameras": live.cameras,
    "delay": live.delay,
    "view": view.view,
    "tracks": tracks.tracks,
    "night": night,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--part", choices=PARTS, help="one alone")
    parser.add_argument("--model", help="another model file or bundled model; its figures are not kept")
    parser.add_argument("--only", action="append", help="of the part night: one disturbance")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    model = Classifier(given.model or CAMERAS)

    def classify(crops: Sequence[NDArray[np.uint8]]) -> Any:
        return model.run([model.prepare(crop) for crop in crops])

    if given.only:
        rows = night(classify, model.info.labels, only=given.only)
        return write(__file__, rows, keep=given.model is None, part="night", others=True)
    for name in [given.part] if given.part else PARTS:
        write(__file__, PARTS[name](classify, model.info.labels), keep=given.model is None, part=name)


if __name__ == "__main__":
    main()
