"""One camera that a server watches: what moves becomes events, pictures of the catalogue, and clips.

Each is a service of its own, so that a fault of one camera does not affect others. Knows no HTTP.
"""

import logging
import secrets
import threading
import time
from collections.abc import Sequence
from concurrent.futures import TimeoutError as TookTooLong
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.cameras import zones
from tenfold.cameras.cameras import address_of
from tenfold.cameras.clips import Clips
from tenfold.cameras.clips.recorder import SECONDS_TO_SEE, ClipRecorder
from tenfold.cameras.crops import Crop, jpeg
from tenfold.cameras.decoder.pictures import PushedPictures
from tenfold.cameras.events import CameraEvents, Change
from tenfold.cameras.frames import ANALYSIS_RATE, Frame
from tenfold.cameras.sources import Camera, CameraFault, CopiedVideo
from tenfold.cameras.tables import NONE, CameraRow, EventRow
from tenfold.cameras.votes import NONE_OF_THESE
from tenfold.cameras.watching import Event, Options, Watcher
from tenfold.catalogue.ingest.ingest import Ingest
from tenfold.errors import TenfoldError
from tenfold.inference.server import Closed, ModelServer, Priority
from tenfold.jobs import Jobs
from tenfold.predictions import Prediction
from tenfold.storage import BlobStore
from tenfold.workflows import classify_job
from tenfold.workflows.watch_cameras.live import LiveView
from tenfold.workflows.watch_cameras.model import CameraModels, ChosenModel

log = logging.getLogger(__name__)

RATE = ANALYSIS_RATE
# Seconds without a frame after which a camera's open events are ended.
_SECONDS_LOST = 10.0
_ANSWER_SECONDS = 20.0
_LONGEST_PATH = 600
# An open event is written and evaluated by the rules each second at first, later less often.
_SECONDS_BETWEEN_UPDATES, _MOST_SECONDS_BETWEEN_UPDATES = 1.0, 10.0
_SHARE_BETWEEN_UPDATES = 1 / 30


@dataclass(frozen=True)
class EventParts:
    """What a camera's events need. crops: their pictures. room: set while there is room for another clip."""

    events: CameraEvents
    clips: Clips
    crops: BlobStore
    ingest: Ingest
    jobs: Jobs
    server: ModelServer
    models: CameraModels
    room: threading.Event


@dataclass
class _OpenEvent:
    """An event that is open.

    Attributes:
        row: its number.
        crop: the key of its picture.
        best: its picture as it was last stored.
        path_length: how much of its path was last stored.
        due: when it is to be written again, in Unix time.
        clip: the number of its clip.
    """

    row: int
    crop: str
    best: Crop
    label: str
    zones: tuple[str, ...]
    path_length: int
    due: float
    clip: int | None


class CameraWatch:
    """Watches one camera while it runs.

    Attributes:
        live: its pictures for viewers.
        video: its video as it comes; None where something is masked, which that would show.
        pushed: where a page's pictures arrive; None of a camera that is opened from here.
    """

    def __init__(self, row: CameraRow, parts: EventParts) -> None:
        self.name = f"camera-{row.id}"
        self.row, self._parts = row, parts
        self._recorder = ClipRecorder(row, parts.clips, parts.room)
        self.video = None if row.masks else CopiedVideo()
        self.pushed = PushedPictures() if row.kind == "browser" else None
        self._camera = Camera(
            address_of(row),
            rate=RATE,
            planes=True,
            tell=self._tell,
            masks=row.masks,
            recording=self._recorder,
            video=self.video,
            pushed=self.pushed,
        )
        options = Options(rate=RATE, smallest=row.smallest, zones=zones.from_json(row.zones), fixed=row.fixed)
        self._watcher = Watcher(self._classify, options)
        self._model = ChosenModel(parts.models, row.model_hash)
        self._open: dict[int, _OpenEvent] = {}
        self._size = (0, 0)
        # Frames are looked at in one thread, and `tend` is called in another.
        self._lock = threading.Lock()
        self.live = LiveView()

    def run(self, stop: threading.Event) -> None:
        if self._open:  # the last run could not end them: the database was away, or its disk full
            self._parts.events.cut([self.row.id])
            self._open.clear()
        try:
            for frame in self._camera.frames(stop):
                with self._lock:
                    self._process(frame)
        finally:
            with self._lock:
                self._cut()

    def wake(self) -> None:
        """Nothing to do: `stop` is looked at ten times a second."""

    def tend(self) -> None:
        """End what was open when the camera went away, and begin the next clip. Called each second or so."""
        moment = time.time()
        state = self._camera.state
        if state.phase == "running":
            self._recorder.tend(moment)
        age = state.age(moment)
        if self._open and (age is None or age > _SECONDS_LOST):
            with self._lock:
                self._cut()

    def status(self) -> dict[str, Any]:
        """The state of the camera, as plain values."""
        state = self._camera.state
        return {
            "phase": state.phase,
            "last_frame": state.last_frame,
            "mode": state.mode,
            "delay": round(state.delay, 3),
            "restarts": state.restarts,
            "next_try": state.next_try,
            "faults": [asdict(fault) for fault in state.faults],
            "last_fault": asdict(state.last_fault) if state.last_fault else None,
            "travels": self._watcher.travels,
            "conditions": self._watcher.conditions,
            "width": self._size[0],
            "height": self._size[1],
            "open_events": len(self._open),
            "recording_problem": self._recorder.problem.facts() if self._recorder.problem else None,
            "model_problem": self._model.problem.facts() if self._model.problem else None,
        }

    def _process(self, frame: Frame) -> None:
        self._size = frame.picture.size
        self._model.check()  # what is wrong is said though nothing moves
        for event in self._watcher.process(frame):
            self._ended(event, "ended")
        for event in self._watcher.opened():
            self._opened(event)
        moving = self._watcher.moving()
        for one in moving:
            opened = self._open.get(one.track)
            if opened and (frame.time >= opened.due or one.zones != opened.zones):
                self._goes_on(opened, one.track, frame.time)
        boxes = [(one.track, one.box, self._label(one.track)) for one in moving]
        self.live.show(frame, boxes)
        self._camera.idle = self._watcher.idle

    def _label(self, track: int) -> str:
        found = self._open.get(track)
        return found.label if found else NONE

    def _opened(self, event: Event) -> None:
        values = self._columns(event)
        clip = self._recorder.event_began(event.start)
        # The picture first: whoever is told of the event is shown it.
        crop = f"{self.row.id}/{secrets.token_hex(8)}.jpg"
        self._parts.crops.put(crop, jpeg(event.best.pixels))
        row = self._parts.events.open(self.row.id, **values, clip_id=clip, crop=crop)
        due = event.end + _pause(event)
        opened = _OpenEvent(
            row.id, crop, event.best, values["label"], event.zones, len(event.path), due, clip
        )
        self._open[event.track] = opened
        self._record(opened, row, event)

    def _goes_on(self, opened: _OpenEvent, track: int, moment: float) -> None:
        """Write an open event up to now; rules are asked about it."""
        event = self._watcher.so_far(track)
        if event is None:
            return
        values = self._columns(event)
        opened.due = moment + _pause(event)
        opened.label, opened.zones = values["label"], event.zones
        if len(event.path) == opened.path_length:
            del values["path"]  # it is long, and something that stands still has no new one
        opened.path_length = len(event.path)
        if event.best is not opened.best:
            self._parts.crops.put(opened.crop, jpeg(event.best.pixels))
            opened.best = event.best
        self._record(opened, self._parts.events.change(opened.row, "changed", **values), event)

    def _record(self, opened: _OpenEvent, row: EventRow | None, event: Event) -> None:
        """Begin a clip of an event where a rule asks for one."""
        if row is not None and row.record and opened.clip is None:
            # Of one that began long ago no more of the past is there.
            start = max(event.start, event.end - SECONDS_TO_SEE)
            if (clip := self._recorder.event_began(start, asked=True)) is not None:
                opened.clip = clip
                self._parts.events.set(opened.row, clip_id=clip)

    def _ended(self, event: Event, how: Change) -> None:
        if event.track not in self._open:
            self._opened(event)
        opened = self._open.pop(event.track)
        content = jpeg(event.best.pixels)
        self._parts.crops.put(opened.crop, content)
        entry = self._add_to_catalogue(opened.row, event, content)
        row = self._parts.events.change(opened.row, how, **self._columns(event), entry_id=entry)
        self._record(opened, row, event)
        if opened.clip is not None and not any(one.clip for one in self._open.values()):
            self._recorder.events_ended(event.end)

    def _cut(self) -> None:
        """End the events that are open: nothing watches what moves any more."""
        for event in self._watcher.finish():
            self._ended(event, "cut")

    def _columns(self, event: Event) -> dict[str, Any]:
        box = event.best.box
        path = event.path[:: -(-len(event.path) // _LONGEST_PATH)]
        return {
            "started_at": datetime.fromtimestamp(event.start, UTC),
            "ended_at": datetime.fromtimestamp(max(event.end, event.start), UTC),
            "track": event.track,
            "label": NONE if event.label == NONE_OF_THESE else event.label,
            "confidence": event.confidence,
            "zones": list(event.zones),
            "box": [round(value, 1) for value in (box.x, box.y, box.width, box.height)],
            "width": self._size[0],
            "height": self._size[1],
            "path": [
                [round(value, 2) for value in (moment - event.start, one.x, one.y, one.width, one.height)]
                for moment, one in path
            ],
            "model_hash": self._model.classifier().sha256,
        }

    def _add_to_catalogue(self, row: int, event: Event, content: bytes) -> int | None:
        """The entry of an event's best picture; None where the catalogue cannot take it, which is logged."""
        moment = datetime.fromtimestamp(event.best.time, UTC)
        name = f"{self.row.name} {moment:%Y-%m-%d %H.%M.%S} {row}.jpg"
        try:
            added = self._parts.ingest.add(content, name=name, source="camera")
        except TenfoldError as error:
            log.warning("A picture of the camera %s is not in the catalogue: %s", self.row.name, error)
            return None
        classify_job.wake(self._parts.jobs, self._parts.ingest)
        return added.entry.id

    def _classify(self, crops: Sequence[NDArray[np.uint8]]) -> Sequence[Prediction]:
        """Answers of the one model server, before the catalogue's; none while it is stopped or far behind."""
        server = self._parts.server
        try:
            model = self._model.classifier()
            waiting = [
                server.submit(partial(_prepare, pixels), priority=Priority.CAMERA, model=model)
                for pixels in crops
            ]
            return [future.result(_ANSWER_SECONDS) for future in waiting]
        except (Closed, TookTooLong):
            return []

    def _tell(self, fault: CameraFault) -> None:
        log.log(
            logging.INFO if fault.over else logging.WARNING,
            "The camera %s%s: %s",
            self.row.name,
            " again" if fault.over else "",
            fault.words,
        )


def _pause(event: Event) -> float:
    """Seconds after which an event that goes on is written again."""
    seconds = (event.end - event.start) * _SHARE_BETWEEN_UPDATES
    return min(max(seconds, _SECONDS_BETWEEN_UPDATES), _MOST_SECONDS_BETWEEN_UPDATES)


def _prepare(pixels: NDArray[np.uint8], model: Any) -> Any:
    return model.prepare(pixels)
