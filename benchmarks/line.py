"""The simulated line: parts that passed unjudged, late or missed, and how long a verdict takes.

    python -m benchmarks.line whole      10,000 parts at 10 a second: without faults, then with all of them
    python -m benchmarks.line fastest    the fastest rate that holds, by halving
    python -m benchmarks.line busy       two stations beside a server that adds pictures, its page open

`whole` takes 40 minutes, the others some minutes; --parts makes them shorter. A rate holds where the belt
reaches it, nothing passes unjudged, late or against its verdict, and no part is rejected for want of time.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import sync_playwright

from benchmarks.http_load import serving
from benchmarks.record import write
from tenfold.line.simulator import broker
from tenfold.workflows.line.simulate import FAULTS, Result, SimulationOptions, simulate
from tests.conftest import find_browser

VEHICLES = ("airplane", "automobile", "ship", "truck")
# Rejected because there was no time, and not for what the part is.
WANT_OF_TIME = (
    "late", "queue-full", "no-picture", "missed-trigger", "too-close", "model", "camera", "plc",
    "wrongly-rejected",
)  # fmt: skip
LOWEST, HIGHEST, STEPS = 5.0, 60.0, 6
# The belt may be so much slower than asked for: it waits where its process was kept from running.
REACHED = 0.97
# So many parts of all may be rejected for want of time at a rate that holds.
LOST = 0.01
# One fault in so many parts, each kind in turn.
PARTS_PER_FAULT = 100
SHORT = ("passed_unjudged", "rejected_late", "rejects_missed")


def said(found: Result) -> str:
    """The figures of a run in a line."""
    times = ", ".join(f"{name} {value:.0f}" for name, value in found.verdict_ms.items())
    return (
        f"passed unjudged {found.passed_unjudged}, late {found.rejected_late}, missed {found.rejects_missed};"
        f" {found.trail_rows:,} verdicts in the trail; photo-eye to verdict {times} ms"
    )


def row(what: str, found: Result, peer: str = "") -> dict[str, str]:
    """A row of the table of figures."""
    return {"what": what, "value": said(found), "n": f"{found.parts:,} parts", "peer": peer}


def known_faults() -> list[str]:
    """All faults; without the broker's where there is no mosquitto."""
    return [name for name in FAULTS if name != "broker-cut" or broker.program() is not None]


def whole(parts: int, rate: float) -> None:
    """Many parts, without and with faults."""
    kinds = known_faults()
    count = max(1, parts // (PARTS_PER_FAULT * len(kinds)))
    runs: list[tuple[str, Sequence[str]]] = [
        ("no fault", ()),
        (f"{count * len(kinds)} faults", kinds * count),
    ]
    rows = []
    for name, faults in runs:
        found = simulate(SimulationOptions(VEHICLES, parts=parts, rate=rate, faults=faults), print)
        print(name, found, flush=True)
        rows.append(row(f"A line at {rate:g} parts a second, {name}", found, f"intact: {found.intact}"))
    write(__file__, rows, part="whole")


def for_want_of_time(found: Result) -> int:
    """How many parts were rejected because something was not there in time: safe, but a loss."""
    return sum(found.reasons.get(one, 0) for one in WANT_OF_TIME)


def holds(found: Result, rate: float) -> bool:
    """Whether a rate was held: nothing passed unjudged, late or missed, hardly a part out of time."""
    if any(getattr(found, name) for name in SHORT) or found.trail_rows != found.parts:
        return False
    return for_want_of_time(found) <= LOST * found.parts and found.rate >= REACHED * rate


def fastest(parts: int) -> None:
    """The fastest rate that holds, between LOWEST and HIGHEST."""
    low, high, best = LOWEST, HIGHEST, None
    for _ in range(STEPS):
        rate = (low * high) ** 0.5
        found = simulate(SimulationOptions(VEHICLES, parts=parts, rate=rate))
        good = holds(found, rate)
        print(f"{rate:.1f} a second: {'holds' if good else 'does not hold'}; {found}", flush=True)
        if good:
            low, best = rate, found
        else:
            high = rate
    if best is None:
        raise SystemExit(f"Not even {low:g} parts a second hold on this machine now.")
    what = f"The fastest rate that holds: {low:.1f} parts a second"
    beside = f"{high:.1f} does not hold; rejected for want of time: {for_want_of_time(best)} of {best.parts}"
    write(__file__, [row(what, best, beside)], part="fastest")


@contextmanager
def catalogue(folder: Path, pictures: int) -> Iterator[None]:
    """A server with its page open in a browser, and a command that adds pictures to the same catalogue."""
    photos, home = folder / "photos", folder / "home"
    photos.mkdir()
    home.mkdir()
    chance = np.random.default_rng(1)
    for number in range(pictures):
        small = chance.integers(0, 256, (12, 16, 3), np.uint8)
        Image.fromarray(small).resize((640, 480)).save(photos / f"{number}.jpg")
    with ExitStack() as stack:
        port = stack.enter_context(serving(str(home)))
        command = [sys.executable, "-m", "tenfold", "catalogue", "add", str(photos)]
        environ = os.environ | {"TENFOLD_HOME": str(home)}
        adding = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL)
        stack.callback(adding.wait)
        stack.callback(adding.kill)
        browser = find_browser()
        assert browser is not None, "needs Chromium"
        playwright = stack.enter_context(sync_playwright())
        opened = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        stack.callback(opened.close)
        opened.new_page().goto(f"http://127.0.0.1:{port}/catalogue")
        yield
        assert adding.poll() is None, "all pictures were added before the parts had gone by: give it more"


def busy(parts: int, rate: float, pictures: int) -> None:
    """Two stations beside everything else that a small machine does."""
    command = [sys.executable, "-m", "tenfold", "line", "simulate", "--json"]
    command += ["--parts", str(parts), "--rate", str(rate)]
    with TemporaryDirectory() as folder, catalogue(Path(folder), pictures):
        stations = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
        outputs = [station.communicate()[0] for station in stations]
    names = {one.name for one in fields(Result)}
    rows = []
    for number, output in enumerate(outputs, 1):
        facts: dict[str, Any] = json.loads(output.splitlines()[-1])
        found = Result(**{name: value for name, value in facts.items() if name in names})
        print(found, flush=True)
        late = ", ".join(f"{one} {found.reasons[one]}" for one in WANT_OF_TIME if found.reasons.get(one))
        what = f"Station {number} of two at {rate:g} parts a second each, page open, catalogue busy"
        rows.append(row(what, found, f"rejected for want of time: {late or 'none'}"))
    write(__file__, rows, part="busy")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("which", choices=("whole", "fastest", "busy"))
    parser.add_argument("--parts", type=int)
    parser.add_argument("--rate", type=float)
    parser.add_argument("--pictures", type=int, default=6000, help="that the catalogue is given to add")
    given = parser.parse_args()
    if given.which == "whole":
        whole(given.parts or 10_000, given.rate or 10.0)
    elif given.which == "fastest":
        fastest(given.parts or 400)
    else:
        busy(given.parts or 600, given.rate or 5.0, given.pictures)


if __name__ == "__main__":
    main()
