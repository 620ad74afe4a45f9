"""What a server has behind it before a test looks at the page Models: models, runs, attempts, corrections."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tenfold import settings
from tenfold.catalogue.edits.corrections import is_held_out
from tenfold.datasets import cifar10
from tenfold.errors import DatasetError
from tenfold.evaluation.improvement import facts_of, verdict
from tenfold.evaluation.significance import Paired
from tenfold.models.improvements import EVALUATED, FAILED, STOPPED
from tenfold.models.registry import CORRECTIONS, RUN
from tenfold.runtime import App
from tests import tiny
from tests.fakes import FakeApp, looked_at
from tests.runs import run_folders

FEW, GAINED, LOST = Paired(1, 0, 3, 0), Paired(40, 5, 30, 25), Paired(40, 30, 5, 25)
KEPT = Paired(9300, 60, 65, 575)


@contextmanager
def filling(home: Path) -> Iterator[App]:
    """The container of a server that has not started yet."""
    with FakeApp(settings.load().model_copy(update={"home": home, "data_dir": home / "data"})) as app:
        yield app


def correct(app: App, learned: int, kept_back: int) -> None:
    """So many corrected pictures of each class to learn from, and so many more of any to evaluate by."""
    missing = dict.fromkeys(cifar10.CLASSES, learned)
    entries: dict[str, list[int]] = {}
    number = 0
    while any(missing.values()) or kept_back:
        content, number = _picture(number), number + 1
        held_out = is_held_out(hashlib.sha256(content).hexdigest())
        label = next((label for label, count in missing.items() if count), cifar10.CLASSES[0])
        if not (kept_back if held_out else missing[label]):
            continue
        kept_back -= held_out
        missing[label] -= not held_out
        entry = app.ingest.add(content, name=f"{label}{number}.png", source="upload").entry
        entries.setdefault(label, []).append(entry.id)
    for label, numbers in entries.items():
        app.actions.do("correct", numbers, label=label)
    looked_at(app.database)


def models(app: App, folder: Path) -> list[str]:
    """Two more models than the bundled one, one of a run and one of corrections; their hashes."""
    made = [tiny.variant(folder / f"{name}.onnx", name=name) for name in ("shades", "shades, corrected 2")]
    first = app.registry.register(made[0], origin=RUN, run="20261121-140509-shades")
    second = app.registry.register(made[1], origin=CORRECTIONS, run="improvement-2")
    return [first.hash, second.hash]


def small_live(home: Path, folder: Path) -> None:
    """The live model of a server that has not started yet is small; another small one, shades, is there."""
    with filling(home) as app:
        app.registry.register(tiny.variant(folder / "shades.onnx", name="shades"))
        app.registry.go_live(app.registry.register(tiny.MODEL).hash, by=0)


def attempts(app: App, won: str, other: str) -> None:
    """Trainings on corrections of every ending; the model of the one that won, and of one that did not."""
    _judged(app, LOST, KEPT, other)
    _judged(app, GAINED, KEPT, won)
    problem = DatasetError("The data '/no/longer'", "do not exist", cure="Bring them back.")
    _attempt(app, state=FAILED, problem=problem.facts())
    _attempt(app, state=STOPPED)
    _judged(app, FEW, KEPT, other)
    _judged(app, GAINED, None, other)


def trainings(home: Path) -> None:
    """A finished run with a report, one that was stopped, and one that failed."""
    finished = run_folders.make(home / "runs" / "20261121-140509-shades", done=4, model=True)
    (finished / "report.html").write_text("<!doctype html><title>shades</title><h1>The report of shades</h1>")
    run_folders.make(home / "runs" / "20261122-080000-halfway", done=3, epochs=40)
    halfway = home / "runs" / "20261122-080000-halfway"
    (halfway / "training.log").write_text("epoch 1\nepoch 2\ntenfold: The disk is full.\n")


def _judged(app: App, held_out: Paired, own: Paired | None, model: str) -> None:
    which, why, sentence = verdict(held_out, own)
    comparison = {
        "verdict": which,
        "why": why,
        "sentence": sentence,
        "margin": 0.01,
        "held_out": facts_of(held_out),
        "own_test": own and facts_of(own),
        "by_class": [{"label": "cat", "pictures": held_out.n, "old": held_out.both, "new": held_out.both}],
        "none_of_these": {"pictures": 3, "old": 1, "new": 2},
    }
    counts = {"pictures": 80, "own": 5000, "contradicted": 1, "new_classes": ["red"], "left_out": {"blue": 4}}
    _attempt(app, state=EVALUATED, verdict=which, comparison=comparison, model_hash=model, counts=counts)


def _attempt(app: App, **values: Any) -> None:
    table = app.improve.improvements
    options = {"with_own_data": True, "epochs": 4, "own_source": "cifar10"}
    with app.database.writing() as session:
        one = table.begin(session, "0", app.registry.live(), 0, options)
    table.set(one.id, **values)


def _picture(number: int) -> bytes:
    pixels = np.random.default_rng(number).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    out = BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()
