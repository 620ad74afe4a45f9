"""The simulated line: parts that passed unjudged, late or missed, and how long a verdict takes.

    python -m benchmarks.line.simulated whole      10,000 parts at 10 a second: without faults, then with all
    python -m benchmarks.line.simulated fastest    the fastest rate that holds, by halving
    python -m benchmarks.line.simulated long       10,000 parts at that rate, --rate
    python -m benchmarks.line.simulated busy       a server with two stations, two cameras, page open, a job

`whole` takes 40 minutes, the others some minutes; --parts makes them shorter. A rate holds where the belt
reaches it, nothing passes unjudged, late or against its verdict, and no part is rejected for want of time.
"""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.line import all_at_once
from benchmarks.record import write
from tenfold.line.simulator import broker
from tenfold.workflows.line.simulate import FAULTS, Result, SimulationOptions, simulate

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


def long(parts: int, rate: float) -> None:
    """Many parts at a rate that `fastest` found."""
    found = simulate(SimulationOptions(VEHICLES, parts=parts, rate=rate))
    print(found, flush=True)
    beside = (
        f"{'holds' if holds(found, rate) else 'does not hold'}; rejected for want of time:"
        f" {for_want_of_time(found)}; intact: {found.intact}; load {os.getloadavg()[0]:.0f}"
    )
    write(__file__, [row(f"{parts:,} parts at {rate:g} a second", found, beside)], part="long")


def busy(parts: int, rate: float, pictures: int) -> None:
    """Two stations of a server that does everything else, too."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        stations, work = all_at_once.run(Path(folder), VEHICLES, parts, rate, pictures)
    beside = "; ".join(
        (
            f"{work.added / work.seconds:.0f} pictures a second added",
            f"the live view moved in {work.live:.0%} of half seconds",
            f"{work.events} events of the cameras, decoded: {', '.join(work.modes)}",
            f"load {work.load:.0f}",
        )
    )
    rows = []
    for number, found in enumerate(stations, 1):
        print(found, work, flush=True)
        late = ", ".join(f"{one} {found.reasons[one]}" for one in WANT_OF_TIME if found.reasons.get(one))
        what = (
            f"Station {number} of two at {rate:g} parts a second each, two cameras, page open, catalogue busy"
        )
        words = f"{'holds' if holds(found, rate) else 'does not hold'}; for want of time: {late or 'none'}"
        rows.append(row(what, found, f"{words}; {beside}"))
    write(__file__, rows, part="busy")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("which", choices=("whole", "fastest", "long", "busy"))
    parser.add_argument("--parts", type=int)
    parser.add_argument("--rate", type=float)
    parser.add_argument("--pictures", type=int, default=6000, help="that the catalogue is given to add")
    given = parser.parse_args()
    if given.which == "whole":
        whole(given.parts or 10_000, given.rate or 10.0)
    elif given.which == "fastest":
        fastest(given.parts or 400)
    elif given.which == "long":
        long(given.parts or 10_000, given.rate or 20.0)
    else:
        busy(given.parts or 600, given.rate or 5.0, given.pictures)


if __name__ == "__main__":
    main()
