"""Four cameras watched for half an hour: memory and open files of each process, and what was lost, and why.

    python -m benchmarks.cameras.soak --minutes 30

Three cameras send the same clip, in which a thing comes every eight seconds; the fourth is away all the time.
Needs the GStreamer RTSP server of the tests, whose processes are counted apart from tenfold's. Prints a line
a minute; the figures are the slope of the memory after the fifth minute, the open files, and how many things
came that are in no event. Memory that processes share is counted in each; what is a process's own beside it.
"""

import argparse
import gc
import os
import tempfile
import time
import tracemalloc
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.record import write
from tenfold import settings
from tenfold.cameras.address import parse
from tenfold.cameras.events import EventFilter
from tests.cameras.conftest import RtspServer
from tests.cameras.made_clips import write_clip, write_units
from tests.cameras.serving import Certain, Server
from tests.fakes import FakeApp

# The clip: four seconds of nothing, then a thing that crosses the picture in four.
_FRAMES, _EMPTY, _RATE = 200, 100, 25
_CYCLE, _CROSSES = _FRAMES / _RATE, (_FRAMES - _EMPTY) / _RATE
_SETTLED_MINUTES = 5
# What is not tenfold's.
CAMERAS = "RTSP servers"


@dataclass(frozen=True)
class Use:
    """What processes of a kind use: how many they are, megabytes, those of their own, open files."""

    processes: int = 0
    memory: float = 0.0
    own: float = 0.0
    files: int = 0

    def __add__(self, other: "Use") -> "Use":
        return Use(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class Look:
    """How a camera fared at a Unix time; seen: seconds since its last frame."""

    time: float
    phase: str
    mode: str
    seen: float | None
    restarts: int


@dataclass(frozen=True)
class Lost:
    """A thing that came at a Unix time and is in no event of its own, and why."""

    at: float
    why: str


def processes() -> Iterator[tuple[str, Path]]:
    """This process and those that it started, each with its kind."""
    me = Path("/proc/self").resolve()
    yield "server", me
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if path.read_text().rpartition(")")[2].split()[1] == me.name:
                words = (path.parent / "cmdline").read_bytes().decode(errors="replace").split("\0")
                yield _kind(words), path.parent


def _kind(words: Sequence[str]) -> str:
    if any(word.endswith("rtsp_server.py") for word in words):
        return CAMERAS
    return "decoders" if any("decoder" in word for word in words) else "others"


def measured() -> dict[str, Use]:
    """What each kind of process uses."""
    found: dict[str, Use] = {}
    for kind, process in processes():
        with suppress(OSError, KeyError):
            said = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
            memory, own = (int(said[name].split()[0]) / 1000 for name in ("VmRSS", "RssAnon"))
            files = len(list((process / "fd").iterdir()))
            found[kind] = found.get(kind, Use()) + Use(1, memory, own, files)
    return found


def lost(starts: Sequence[float], last: float) -> tuple[int, list[float]]:
    """How many things came until a moment, and when those came that no event began with.

    A thing comes every cycle; when it first came is known from the events.
    """
    if not starts:
        return 0, []
    cycles = {round((start - starts[0]) / _CYCLE) for start in starts}
    whole = range(min(cycles), round((last - starts[0]) / _CYCLE) - 1)
    return len(whole), [starts[0] + number * _CYCLE for number in whole if number not in cycles]


def why(at: float, looks: Sequence[Look], events: Sequence[tuple[float, float]]) -> str:
    """Why a thing that came at a moment is in no event of its own.

    Args:
        looks: at its camera, about once a second.
        events: begin and end of those of its camera.
    """
    for start, end in events:
        if start < at <= end - 1:
            return f"in an event of {end - start:.0f} s that began {at - start:.0f} s before"
    during = [look for look in looks if at - 1 <= look.time <= at + _CROSSES + 1]
    if not during:
        return "nobody looked at the camera's state: this process was held up"
    reasons = []
    if during[-1].restarts > during[0].restarts or any(look.phase != "running" for look in during):
        reasons.append("the camera was opened anew")
    if modes := sorted({look.mode for look in during} - {"every frame"}):
        reasons.append(f"the machine was busy: {', '.join(modes)}")
    if (oldest := max(look.seen or 0.0 for look in during)) > 1:
        reasons.append(f"no frame for {oldest:.1f} s")
    return "; ".join(reasons) or "not known: the camera ran, every frame was decoded, and none was late"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument(
        "--allocations", action="store_true", help="say which lines of Python hold more than after minute 5"
    )
    given = parser.parse_args()
    minutes: float = given.minutes
    if given.allocations:
        tracemalloc.start(12)
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
        rows, looks = _watched(app, minutes, allocations=given.allocations)
        came, missed = 0, list[Lost]()
        for camera in app.cameras.all():
            found = app.camera_events.find(EventFilter(cameras=[camera.id]), limit=10_000)
            events = sorted((one.started_at.timestamp(), one.ended_at.timestamp()) for one in found)
            things, gone = lost([start for start, _ in events], time.time() - _CYCLE)
            of_this = [Lost(at, why(at, looks.get(camera.id, ()), events)) for at in gone]
            print(f"{camera.name}: {len(found)} events of {things} things, {len(gone)} lost", flush=True)
            for one in of_this:
                print(f"  {time.strftime('%H:%M:%S', time.gmtime(one.at))} {one.why}", flush=True)
            came, missed = came + things, missed + of_this
        print(*(repr(fault) for fault in server.faults), sep="\n")
        write(__file__, figures(minutes, rows, came, missed, len(server.faults)))


def _watched(
    app: FakeApp, minutes: float, *, allocations: bool
) -> tuple[list[tuple[float, dict[str, Use]]], dict[int, list[Look]]]:
    """What was used each minute, and how the cameras fared each second."""
    began, rows, looks = time.time(), list[tuple[float, dict[str, Use]]](), dict[int, list[Look]]()
    settled: tracemalloc.Snapshot | None = None
    while (age := (time.time() - began) / 60) < minutes:
        time.sleep(min(1.0, 60 * (minutes - age)))
        for camera in app.cameras.all():
            if (watch := app.watched_cameras.running(camera.id)) is not None:
                said, now = watch.status(), time.time()
                seen = None if said["last_frame"] is None else now - said["last_frame"]
                look = Look(now, said["phase"], said["mode"], seen, said["restarts"])
                looks.setdefault(camera.id, []).append(look)
        if (time.time() - began) / 60 < len(rows) + min(1.0, minutes):
            continue
        rows.append(((time.time() - began) / 60, measured()))
        print(_line(*rows[-1]), flush=True)
        if allocations and settled is None and rows[-1][0] >= _SETTLED_MINUTES:
            gc.collect()
            settled = tracemalloc.take_snapshot()
    if settled is not None:
        gc.collect()
        for one in tracemalloc.take_snapshot().compare_to(settled, "traceback")[:10]:
            print(
                f"{one.size_diff / 1e6:+.2f} MB in {one.count_diff:+d} pieces:",
                *one.traceback.format(),
                sep="\n",
            )
    return rows, looks


def _line(age: float, used: Mapping[str, Use]) -> str:
    parts = [
        f"{kind} ({one.processes}) {one.memory:.1f} MB, own {one.own:.1f}, {one.files} files"
        for kind, one in sorted(used.items())
    ]
    return f"{age:5.1f} min  load {os.getloadavg()[0]:.0f}  " + "  ".join(parts)


def figures(
    minutes: float,
    taken: Sequence[tuple[float, Mapping[str, Use]]],
    came: int,
    missed: Sequence[Lost],
    faults: int,
) -> list[dict[str, str]]:
    """Rows of the table of figures.

    Args:
        taken: minutes since the start, and what each kind of process used.
    """
    late = [row for row in taken if row[0] >= _SETTLED_MINUTES] or taken[-1:]
    kinds = sorted({kind for _, used in late for kind in used})
    ours = [kind for kind in kinds if kind != CAMERAS]
    what = f"Four cameras for {minutes:g} minutes, one of them away"
    n = f"{len(late)} times from minute {_SETTLED_MINUTES} on; load {os.getloadavg()[0]:.0f} at the end"
    files = [sum(used.get(kind, Use()).files for kind in ours) for _, used in late]
    reasons = [f"{count} {reason}" for reason, count in Counter(one.why for one in missed).items()]
    return [
        {
            "what": f"{what}: growth of memory (aim under 1)",
            "value": _growth(late, ours, "memory"),
            "n": n,
            "peer": "tenfold's processes together",
        },
        *(
            {
                "what": f"{what}: growth of memory, {kind}",
                "value": _growth(late, [kind], "memory"),
                "n": n,
                "peer": f"its own: {_growth(late, [kind], 'own')}",
            }
            for kind in kinds
        ),
        {"what": f"{what}: open files", "value": f"{min(files)} to {max(files)}", "n": n, "peer": ""},
        {
            "what": f"{what}: things that came and are in no event of their own",
            "value": f"{len(missed)} of {came}",
            "n": "three cameras, a thing every 8 s",
            "peer": "; ".join([f"faults of the service: {faults}", *reasons]),
        },
    ]  # fmt: skip


def _growth(taken: Sequence[tuple[float, Mapping[str, Use]]], kinds: Sequence[str], name: str) -> str:
    """The slope of the memory of some kinds of processes, and from what to what it was."""
    times = np.array([age for age, _ in taken])
    sums = [sum((used.get(kind, Use()) for kind in kinds), Use()) for _, used in taken]
    memory = np.array([getattr(one, name) for one in sums])
    slope = float(np.polyfit(times, memory, 1)[0]) if len(taken) > 2 else 0.0
    return f"{slope:+.2f} MB a minute ({memory.min():.0f} to {memory.max():.0f} MB)"


if __name__ == "__main__":
    main()
