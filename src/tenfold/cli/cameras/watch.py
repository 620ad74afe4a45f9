"""tenfold watch: what moves before a camera or in a recording, a line each."""

import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tenfold.cli.cameras.rules import WatchRules
from tenfold.cli.terminal.password import ask_password, from_stdin
from tenfold.cli.terminal.paths import FILE_TO_WRITE
from tenfold.cli.terminal.text import say
from tenfold.errors import UsageError
from tenfold.modelfile import BUNDLED, BUNDLED_NAMES, CAMERAS
from tenfold.os_errors import refused

if TYPE_CHECKING:
    from tenfold.cameras.frames import FrameSource
    from tenfold.cameras.sources import CameraFault
    from tenfold.cameras.watching import Event, Options, Watcher
    from tenfold.inference import Classifier


@click.command()
@click.argument("source")
@click.option("--user", default="", help="The camera's user; its password is asked for.")
@from_stdin
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@click.option(
    "--zone", "zones", multiple=True, metavar="NAME=X,Y,...", help="Report only what was in this polygon."
)
@click.option("--mask", "masks", multiple=True, metavar="NAME=X,Y,...", help="Never look at this polygon.")
@click.option(
    "--rule",
    "rules",
    multiple=True,
    metavar="NAME: CONDITIONS",
    help="Say for which events this rule would send a message: 'night: class=person between=22:00-06:00'.",
)
@click.option(
    "--min-size",
    type=click.FloatRange(0, 100, max_open=True),
    default=0.06,
    show_default=True,
    metavar="PERCENT",
    help="Ignore what is smaller than this share of the picture.",
)
@click.option("--fixed", is_flag=True, help="The camera does not move, whatever passes in front of it.")
@click.option(
    "--report",
    type=FILE_TO_WRITE,
    metavar="FILE",
    help="Write a page with a picture of each event.",
)
@click.option(
    "--model",
    metavar="MODEL",
    help=f"What says what it is: a model file, a bundled model ({BUNDLED_NAMES}), or a model of"
    f" `tenfold models`, by its name or the start of its hash. By default {CAMERAS}.",
)
def watch(source: str, user: str, password_stdin: bool, model: str | None, **given: Any) -> None:
    """Report what moves in front of a camera or in a recording.

    Each line says from when to when, what it is, how sure that is, and where it was seen best.

    SOURCE is usb:0, rtsp://host/path, http://host/path (MJPEG or HLS), a video file, or a folder of pictures.
    A recording is read to its end; a camera is watched until Ctrl-C. An event is reported when it is
    over. Faults of a camera are printed on standard error.

    X and Y are pixels of the source, or parts of its width and height where none is above 1.
    """
    from tenfold import settings
    from tenfold.cameras import sources
    from tenfold.cameras.frames import ANALYSIS_RATE

    password = ask_password(stdin=password_stdin, new=False) if user or password_stdin else ""
    address = sources.parse(source, user=user, password=password)
    # More than are looked at need not be made; how fast a folder was filmed nobody said.
    rate = None if address.kind == "folder" else ANALYSIS_RATE
    opened = sources.open_source(address, rate=rate, planes=True, tell=_tell)
    chosen = settings.load()
    classifier = _classifier(model or chosen.model or CAMERAS, chosen.threads)

    from tenfold.cameras.watching import Watcher

    options = _options(opened, given)
    watcher = Watcher(lambda crops: classifier.run([classifier.prepare(pixels) for pixels in crops]), options)
    rules = WatchRules(given["rules"], options.zones, (opened.facts.width, opened.facts.height))
    events = _Events(opened.facts.live, rules, as_json=given["as_json"])
    try:
        _watch(opened, watcher, events)
    finally:
        if given["report"]:
            _write_report(given["report"], opened, events)
    if not events.told and not given["as_json"]:
        click.echo("Nothing moved.")


def _classifier(model: str, threads: int) -> "Classifier":
    """A file or a bundled model; what is neither is looked up among those that are kept."""
    from tenfold.inference import Classifier

    if model in BUNDLED or model.endswith(".onnx") or Path(model).exists():
        return Classifier(model, threads=threads)
    from tenfold.runtime import App

    with App() as app, app.model_named(model) as path:
        return Classifier(str(path), threads=threads)


def _tell(fault: "CameraFault") -> None:
    """Say what is wrong with a camera: a silent terminal would look like a quiet street."""
    say(f"tenfold: {'no longer: ' * fault.over}{fault.words}", err=True)


class _Events:
    """Prints events and keeps what a page needs."""

    def __init__(self, live: bool, rules: WatchRules, *, as_json: bool) -> None:
        self._live, self._rules, self._as_json = live, rules, as_json
        self.told: list[Event] = []

    def tell(self, event: "Event") -> None:
        self.told.append(event)
        start, end = self.times(event)
        fired = self._rules.fired(event)
        if self._as_json:
            times = {"start": start, "end": end} if self._live else {}
            told = {"rules": fired} if self._rules else {}
            click.echo(json.dumps(_fields(event) | times | told))
            return
        sure = f"{event.confidence:.0%}" if event.confidence else ""
        more = f"  {', '.join(event.zones)}" if event.zones else ""
        more += f"  rule {', '.join(fired)}" if fired else ""
        box = event.best.box
        place = f"{box.width:.0f}x{box.height:.0f}+{box.x:.0f}+{box.y:.0f}"
        say(f"{start} - {end}  {event.label:<14} {sure:>4}  track {event.track}  {place}{more}")

    def times(self, event: "Event") -> tuple[str, str]:
        """An event's start and end in words: ISO times of a camera, minutes and seconds of a recording."""
        if self._live:
            moments = (datetime.fromtimestamp(t, UTC).astimezone() for t in (event.start, event.end))
            first, last = (moment.isoformat(timespec="milliseconds") for moment in moments)
            return first, last
        return _clock(event.start), _clock(event.end)


def _watch(source: "FrameSource", watcher: "Watcher", events: _Events) -> None:
    """Until the recording ends, or Ctrl-C; what is open then is told too."""
    stop = threading.Event()
    frames = source.frames(stop)
    try:
        for frame in frames:
            for event in watcher.process(frame):
                events.tell(event)
    except KeyboardInterrupt:
        click.echo("", err=True)
    finally:
        stop.set()
        for event in watcher.finish():
            events.tell(event)


def _options(source: "FrameSource", given: dict[str, Any]) -> "Options":
    from tenfold.cameras.watching import Options
    from tenfold.cameras.zones import parse

    names = [text.partition("=")[0].strip() for text in given["zones"]]
    if len(set(names)) < len(names):
        raise UsageError("Two zones", "have the same name", cure="Give each a name of its own.")
    size = (source.facts.width, source.facts.height) if names or given["masks"] else (0, 0)
    return Options(
        smallest=given["min_size"] / 100,
        fixed=given["fixed"],
        zones=tuple(parse(text, *size) for text in given["zones"]),
        masks=tuple(parse(text, *size) for text in given["masks"]),
    )


def _fields(event: "Event") -> dict[str, Any]:
    box = event.best.box
    return {
        "start": round(event.start, 3),
        "end": round(event.end, 3),
        "class": event.label,
        "confidence": round(event.confidence, 4),
        "track": event.track,
        "box": [round(value) for value in (box.x, box.y, box.width, box.height)],
        "zones": list(event.zones),
    }


def _write_report(path: Path, source: "FrameSource", events: _Events) -> None:
    from tenfold.cameras import report

    told = sorted(events.told, key=lambda event: event.start)
    try:
        report.write(path, source.facts.description, told, [events.times(event) for event in told])
    except OSError as error:
        cure = "Name another file."
        raise refused(UsageError, str(path), error, "cannot be written", cure=cure) from error


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds, 1), 60)
    return f"{int(minutes)}:{rest:04.1f}"
