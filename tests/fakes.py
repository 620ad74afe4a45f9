"""Small stand-ins with the real thing's surface. Know what they stand in for; know no test."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydantic import BaseModel, RootModel
from sqlalchemy import update

from tenfold.catalogue.entries.originals import Originals
from tenfold.catalogue.entries.tables import DONE, Entry
from tenfold.database import Database
from tenfold.images import Limits
from tenfold.inference import Classifier
from tenfold.inference.classifier import Prepared
from tenfold.jobs import TRAINING, WORK, AnyHandler, AnyType, Handler, JobRow, Jobs, JobType, Work
from tenfold.modelfile import ClassName, ModelInfo, bundled
from tenfold.models.registry import BUNDLED, Registry
from tenfold.predictions import Prediction
from tenfold.runtime import App
from tenfold.runtime.foundation import part
from tenfold.settings import Settings
from tenfold.storage import BlobStore, LocalStore, MemoryStore
from tenfold.workflows.switch_model import InitialModel, first

T = TypeVar("T")
LABELS = ("red", "green", "blue")
INFO = ModelInfo(
    name="colours",
    classes=tuple(
        ClassName(label, {"en": label, "uk": uk, "ru": ru})
        for label, uk, ru in zip(
            LABELS, ("червоний", "зелений", "синій"), ("красный", "зелёный", "синий"), strict=True
        )
    ),
    input_size=32,
    resize="bilinear",
    views="whole",
    temperature=1.25,
    threshold=0.5,
    known_rate=0.95,
    network={"name": "colour", "parameters": 0},
    training={"epochs": 3, "stages": [{"epochs": 2, "side": 24}, {"epochs": 1, "side": 32}]},
    data_fingerprint="f" * 64,
    scores={
        "test": {
            "accuracy": 0.945,
            "accuracy_low": 0.9404,
            "accuracy_high": 0.9493,
            "pictures": 10_000,
            "calibration_error": 0.0061,
        }
    },
    licence="Apache-2.0",
    tenfold_version="0.1.0",
)


class FakeClassifier(Classifier):
    """A classifier whose network sees colours: the real one in all but the network.

    The class is the strongest of red, green and blue; a grey picture is none of them.

    Args:
        limits: as of a Classifier.
        seconds: how long one run takes.
    """

    def __init__(self, limits: Limits | None = None, *, seconds: float = 0.0) -> None:
        self.path = "colours.onnx"
        self.info = INFO
        self.sha256 = sha256(b"colours").hexdigest()
        self.bytes = 1234
        self.limits = limits or Limits()
        self.seconds = seconds
        self._threads = 2
        self.batches: list[int] = []
        self.threads: set[str] = set()

    def run(self, prepared: Sequence[Prepared]) -> list[Prediction]:
        self.batches.append(len(prepared))
        self.threads.add(threading.current_thread().name)
        return super().run(prepared)

    def raw(self, inputs: NDArray[np.uint8]) -> tuple[NDArray[np.float32], ...]:
        time.sleep(self.seconds)
        colours = inputs.reshape(len(inputs), -1, 3).mean(axis=1).astype(np.float32) / 255
        probabilities = (colours + 0.01) / (colours + 0.01).sum(axis=1, keepdims=True)
        evidence = inputs.transpose(0, 3, 1, 2)[:, :, ::8, ::8].astype(np.float32)
        novelty = 1 - (colours.max(axis=1) - colours.min(axis=1))
        return probabilities, colours, evidence, novelty


class LocalOriginals(Originals):
    """Originals in a folder, and where each file is."""

    def __init__(self, root: Path) -> None:
        super().__init__(LocalStore(root))
        self.root = root

    def path(self, content_hash: str) -> Path:
        return self.root / content_hash[:2] / content_hash[2:4] / content_hash


class LocalRegistry(Registry):
    """Models in a folder, and where each file is."""

    def __init__(self, database: Database, folder: Path) -> None:
        super().__init__(database, LocalStore(folder))
        self.folder = folder

    def path(self, key: str) -> Path:
        file = self.get(key).file
        place = bundled() if file == BUNDLED else self.folder / file
        if file != BUNDLED and place.exists():
            place.chmod(0o644)  # tests damage it
        return place


class FakeApp(App):
    """The container with `classifier` in the place of the live model."""

    def __init__(self, settings: Settings | None = None, classifier: Classifier | None = None) -> None:
        super().__init__(settings)
        self._classifier = classifier or FakeClassifier()

    @part
    def initial_model(self) -> InitialModel:
        return first(self.registry, "", lambda path: self._classifier, lambda path: None, insist=False)


class MemoryApp(FakeApp):
    """The container with every blob store in memory, as they would be on another machine."""

    def __init__(self, settings: Settings | None = None, classifier: Classifier | None = None) -> None:
        super().__init__(settings, classifier)
        self.stores: defaultdict[str, MemoryStore] = defaultdict(MemoryStore)

    def blobs(self, name: str) -> BlobStore:
        return self.stores[name]


def picture(
    colour: tuple[int, int, int] = (250, 10, 10),
    *,
    size: tuple[int, int] = (64, 48),
    kind: str = "PNG",
    **how: Any,
) -> bytes:
    """The bytes of a picture of one colour."""
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **how)
    return out.getvalue()


def looked_at(database: Database) -> None:
    """Every entry as if a model had named it, without the time that one takes."""
    with database.writing() as session:
        session.execute(update(Entry).values(state=DONE))


RED, GREEN, BLUE, GREY = (250, 10, 10), (10, 250, 10), (10, 10, 250), (120, 120, 120)


class Anything(RootModel[dict[str, Any]]):
    """Parameters or a result of a made-up type of job."""

    def __getitem__(self, name: str) -> Any:
        return self.root[name]


def no_handler(app: object) -> Handler[Anything, Anything]:
    raise AssertionError("the test has the handler")


def made_up(kind: str) -> JobType[Anything, Anything]:
    """A type of job that takes and returns anything; whoever runs it has its handler."""
    return JobType(kind, TRAINING if kind == "train" else WORK, Anything, Anything, no_handler)


def doing(handlers: Mapping[str, Callable[[Work[Anything]], dict[str, Any]]]) -> dict[AnyType, AnyHandler]:
    """Handlers of made-up types of jobs, by their kinds."""

    def typed(handler: Callable[[Work[Anything]], dict[str, Any]]) -> AnyHandler:
        return lambda work: Anything(handler(work))

    return {made_up(kind): typed(handler) for kind, handler in handlers.items()}


def submit(
    jobs: Jobs, kind: str, title: str, *, by: int = 0, key: str | None = None, **params: Any
) -> JobRow:
    """Ask for a made-up job."""
    return jobs.submit(made_up(kind), Anything(params), title=title, by=by, key=key)


class FakeWork(Work[Any]):
    """A job at work for a handler that is tried without jobs.

    Args:
        stop_after: how many times its handler may ask whether to stop before it is to.
    """

    def __init__(self, params: BaseModel, *, by: int = 0, stop_after: int | None = None) -> None:
        self.id, self.by, self.params = "work", by, params
        self.told: list[tuple[int, int, str]] = []
        self._left = stop_after

    def step(self, name: str, do: Callable[[], T]) -> T:
        return do()

    def progress(self, done: int, total: int, step: str = "", figures: dict[str, Any] | None = None) -> None:
        self.told.append((done, total, step))

    @property
    def cancelled(self) -> bool:
        return False

    @property
    def interrupted(self) -> bool:
        return self.stopping

    @property
    def stopping(self) -> bool:
        if self._left is None:
            return False
        self._left -= 1
        return self._left < 0
