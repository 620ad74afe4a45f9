"""Four cameras watched for half an hour: memory, open files, and whether events are lost.

    python -m benchmarks.camera_soak --minutes 30

Three cameras send the same clip, in which a thing comes every eight seconds; the fourth is away all the time.
Needs the GStreamer RTSP server of the tests. Prints a line a minute; the figures are the slope of the memory
after the fifth minute, the open files, and how many things came that are in no event. Memory that processes
share is counted in each.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

import numpy as np

from benchmarks.record import write
from tenfold import settings
from tenfold.cameras.address import parse
from tenfold.cameras.events import EventFilter
from tests.cameras.clips import write_clip, write_units
from tests.cameras.conftest import RtspServer
from tests.cameras.serving import Certain, Server
from tests.fakes import FakeApp

# The clip: four seconds of nothing, then a thing that crosses the picture in four.
_FRAMES, _EMPTY, _RATE = 200, 100, 25
_CYCLE = _FRAMES / _RATE
_SETTLED_MINUTES = 5


def processes() -> Iterator[Path]:
    """This process and those that it started, decoders among them."""
    me = Path("/proc/self").resolve()
    yield me
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if path.read_text().rpartition(")")[2].split()[1] == me.name:
                yield path.parent


def measured() -> tuple[float, int]:
    """Megabytes of memory and the number of open files, of all processes together."""
    kilobytes = files = 0
    for process in processes():
        with suppress(OSError, StopIteration):
            lines = (process / "status").read_text().splitlines()
            kilobytes += int(next(line for line in lines if line.startswith("VmRSS")).split()[1])
            files += len(list((process / "fd").iterdir()))
    return kilobytes / 1000, files


def lost(starts: list[float], last: float) -> tuple[int, int]:
    """How many things came until a moment, and how many of them are in no event.

    A thing comes every cycle; when it first came is known from the events.
    """
    if not starts:
        return 0, 0
    cycles = {round((start - starts[0]) / _CYCLE) for start in starts}
    whole = range(min(cycles), round((last - starts[0]) / _CYCLE) - 1)
    return len(whole), sum(number not in cycles for number in whole)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    minutes: float = parser.parse_args().minutes
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        clip = write_clip(folder / "clip.mp4", count=_FRAMES, empty=_EMPTY, once=True)
        units = write_units(clip, folder / "clip.units")
        home = folder / "home"
        home.mkdir()
        app = stack.enter_context(FakeApp(settings.load().model_copy(update={"home": home}), Certain()))
        for number in range(3):
            source = RtspServer(units)
            stack.callback(source.kill)
            app.cameras.add(f"camera {number}", parse(source.url), by=0)
        app.cameras.add("away", parse("rtsp://127.0.0.1:9/live"), by=0)
        server = Server(app)
        stack.callback(server.stop)
        began, rows = time.time(), list[tuple[float, float, int]]()
        while (age := (time.time() - began) / 60) < minutes:
            time.sleep(min(60.0, 60 * (minutes - age)) or 1.0)
            memory, files = measured()
            rows.append(((time.time() - began) / 60, memory, files))
            print(f"{rows[-1][0]:5.1f} min  {memory:7.1f} MB  {files} files", flush=True)
        came = lost_of_all = 0
        for camera in app.cameras.all():
            found = app.camera_events.find(EventFilter(cameras=[camera.id]), limit=10_000)
            starts = sorted(event.started_at.timestamp() for event in found)
            things, missed = lost(starts, time.time() - _CYCLE)
            print(f"{camera.name}: {len(found)} events of {things} things, {missed} lost", flush=True)
            came, lost_of_all = came + things, lost_of_all + missed
        print(*(repr(fault) for fault in server.faults), sep="\n")
        write(__file__, figures(minutes, rows, came, lost_of_all, len(server.faults)))


def figures(
    minutes: float, taken: Sequence[tuple[float, float, int]], came: int, missed: int, faults: int
) -> list[dict[str, str]]:
    """Rows of the table of figures.

    Args:
        taken: minutes since the start, megabytes and open files.
    """
    late = [row for row in taken if row[0] >= _SETTLED_MINUTES] or taken[-1:]
    times, memory, files = (np.array(values) for values in zip(*late, strict=True))
    slope = float(np.polyfit(times, memory, 1)[0]) if len(late) > 2 else 0.0
    what = f"Four cameras for {minutes:g} minutes, one of them away"
    n = f"{len(late)} times from minute {_SETTLED_MINUTES} on; load {os.getloadavg()[0]:.0f} at the end"
    return [
        {
            "what": f"{what}: growth of memory (aim under 1)",
            "value": f"{slope:+.2f} MB a minute ({memory.min():.0f} to {memory.max():.0f} MB)",
            "n": n,
            "peer": "all processes together",
        },
        {"what": f"{what}: open files", "value": f"{files.min()} to {files.max()}", "n": n, "peer": ""},
        {
            "what": f"{what}: things that came and are in no event",
            "value": f"{missed} of {came}",
            "n": "three cameras, a thing every 8 s",
            "peer": f"faults of the service: {faults}",
        },
    ]


if __name__ == "__main__":
    main()
