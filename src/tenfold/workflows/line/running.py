"""Runs a station in a process of its own: starts it, reads its messages, passes requests on. No HTTP."""

import base64
import threading
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tenfold.cameras.address import Address
from tenfold.cameras.cameras import Cameras
from tenfold.errors import LineError, UnknownCamera, UnknownStation
from tenfold.line.plc import require
from tenfold.line.stations.orders import Orders
from tenfold.line.stations.recipes import Recipes
from tenfold.line.stations.stations import Stations
from tenfold.line.stations.tables import StationRow
from tenfold.models.registry import Registry
from tenfold.processes import AHEAD, MessageProcess, ProcessEnded, ProcessLimits
from tenfold.workflows.line.cameras import camera_of
from tenfold.workflows.line.from_rows import book_of, setup_of
from tenfold.workflows.line.setup import RecipeBook

_PROCESS = "tenfold.workflows.line.process:serve"
_LISTEN_SECONDS = 0.2
_END_SECONDS = 5.0
# Seconds of silence after which a process counts as hung and is restarted.
_SILENT_SECONDS = 20.0


@dataclass(frozen=True)
class StationImage:
    """A picture for people, numbered from 1; `at` is Unix time."""

    number: int
    at: float
    content: bytes


class RunningStation:
    """Runs one station. The process ends with this one, and silence on the wire means reject."""

    def __init__(
        self,
        row: StationRow,
        trail: Path,
        stations: Stations,
        orders: Orders,
        recipes: Recipes,
        cameras: Cameras,
        registry: Registry,
    ) -> None:
        self.name = f"station-{row.id}"
        self.row, self._trail = row, trail
        self._stations, self._orders, self._recipes = stations, orders, recipes
        self._cameras, self._registry = cameras, registry
        self._camera: Address | None = None
        self._process: MessageProcess | None = None
        self._lock = threading.Lock()
        self._models, self._files = ExitStack(), dict[str, Path]()
        self._files_lock = threading.Lock()
        self._book: RecipeBook | None = None
        self._said: dict[str, Any] = {}
        self._picture: StationImage | None = None
        self.refused: dict[str, Any] | None = None

    def run(self, stop: threading.Event) -> None:
        """See `Service`. Raises LineError where the process ends, UnknownCamera where it has no camera."""
        require()
        self._trail.parent.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            stack.callback(self._forget_files)
            self._book, self._camera = self._current_book(), camera_of(self.row, self._cameras)
            process = stack.enter_context(MessageProcess(_PROCESS, limits=ProcessLimits(), nice=AHEAD))
            setup = setup_of(self.row, self._trail, self._camera)
            process.send({"setup": asdict(setup), "book": asdict(self._book)})
            with self._lock:
                self._process = process
            try:
                self._listen(process, stop)
            except ProcessEnded as error:
                raise LineError(
                    f"The station {self.row.name}",
                    "ended",
                    received=str(error),
                    cure="It is started again; parts are rejected meanwhile.",
                    reason="station-ended",
                ) from error
            finally:
                with self._lock:
                    self._process = None
                self._said, self._camera = {}, None
                process.stop(_END_SECONDS)

    def _listen(self, process: MessageProcess, stop: threading.Event) -> None:
        heard = time.monotonic()
        while not stop.is_set():
            said = process.receive(_LISTEN_SECONDS)
            if said is None:
                if time.monotonic() - heard > _SILENT_SECONDS:
                    raise ProcessEnded("it says nothing")
                continue
            heard = time.monotonic()
            self._said = said.get("status", self._said)
            if "refused" in said:
                self.refused = said["refused"]
            if (order := said.get("order")) is not None:
                self._orders.answer(order, self.refused["detail"] if self.refused else "")
            if content := said.get("picture"):
                number = self._picture.number + 1 if self._picture else 1
                self._picture = StationImage(number, time.time(), base64.b64decode(content))

    def wake(self) -> None:
        """Nothing to do: `stop` is looked at five times a second."""

    def tend(self) -> None:
        """Send approved recipes, the chosen recipe and orders to the process. Called each second."""
        try:
            self.row.recipe_id = self._stations.get(self.row.id).recipe_id
        except UnknownStation:  # it was removed, and is about to be ended
            return
        book = self._current_book()
        if book != self._book:
            self._book = book
            self._tell({"do": "book", "book": asdict(book)})
        if self._process is None:
            return
        for order in self._orders.take(self.row.id):
            self._tell(order.body | {"order": order.id})
        if self._camera_changed():
            self._stations.start_anew(self.row.id)

    def _camera_changed(self) -> bool:
        """Whether the station's camera was changed in the list since it was opened."""
        opened = self._camera
        try:
            return opened is not None and camera_of(self.row, self._cameras) != opened
        except UnknownCamera:
            return True

    def status(self) -> dict[str, Any]:
        """The state of the station, as plain values; empty until its process is up."""
        return self._said

    def picture(self) -> StationImage | None:
        """The newest picture that somebody asked for."""
        return self._picture

    def take_picture(self) -> None:
        """Have a picture taken."""
        self._tell({"do": "picture"})

    def trigger(self) -> None:
        """A part is there."""
        self._tell({"do": "trigger"})

    def begin_challenge(self, expected: list[bool], *, by: str) -> None:
        """The next parts are challenge parts, in this order: True: good."""
        self._tell({"do": "challenge", "expected": expected, "by": by})

    def settle_first_parts(self, *, by: str, refused: str = "") -> None:
        """Release parts, where the first ones of a recipe were held; `refused`: why as many wait again."""
        self._tell({"do": "first-parts", "by": by, "refused": refused})

    @property
    def process_id(self) -> int | None:
        """Of its process; None where that does not run now."""
        process = self._process
        return None if process is None else process.process_id

    def _tell(self, message: dict[str, Any]) -> None:
        with self._lock:
            if self._process is not None:
                self._process.send(message)

    def _current_book(self) -> RecipeBook:
        return book_of(self.row, self._recipes.approved(), self._file)

    def _file(self, model_hash: str) -> Path:
        """The path of a model's file, cached: a copy may have to be made."""
        with self._files_lock:
            if model_hash not in self._files:
                copied = self._registry.local_copy(model_hash)
                self._files[model_hash] = self._models.enter_context(copied)
            return self._files[model_hash]

    def _forget_files(self) -> None:
        with self._files_lock:
            self._files.clear()
            self._models.close()
