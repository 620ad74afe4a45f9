"""Another model's answers to the catalogue: asked for, looked through, taken over, undone, thrown away."""

import subprocess
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import select

from tenfold.catalogue.edits.actions import Actions
from tenfold.catalogue.edits.reclassification import Reclassifications
from tenfold.catalogue.entries.tables import Action, Embedding, Entry, Reclassification
from tenfold.catalogue.ingest.ingest import Ingest
from tenfold.catalogue.similar.stored_answers import StoredAnswers
from tenfold.database import Database
from tenfold.errors import CatalogueError, NotInCatalogue, UnknownModel
from tenfold.images import Limits
from tenfold.inference.server import ModelServer
from tenfold.jobs import Jobs, Stopped
from tenfold.workflows import reclassify_job as reclassifying
from tenfold.workflows.classify_job import ClassifyPending
from tenfold.workflows.corrected_models import CorrectedModels
from tenfold.workflows.reclassify_job import RECLASSIFY, Reclassify, ReclassifyParams, ReclassifyResult
from tests import tiny
from tests.fakes import (
    BLUE,
    GREEN,
    GREY,
    RED,
    Anything,
    FakeClassifier,
    FakeWork,
    LocalOriginals,
    LocalRegistry,
    picture,
)
from tests.paths import ROOT


class Contrary(FakeClassifier):
    """Takes red for blue and blue for red."""

    def __init__(self) -> None:
        super().__init__()
        self.sha256 = sha256(tiny.MODEL.read_bytes()).hexdigest()

    def raw(self, inputs: NDArray[np.uint8]) -> tuple[NDArray[np.float32], ...]:
        return super().raw(inputs[..., ::-1])


@dataclass
class Made:
    database: Database
    store: LocalOriginals
    actions: Actions
    found: Reclassifications
    job: Reclassify
    jobs: Jobs
    model: str

    def entries(self) -> dict[str, Entry]:
        with self.database.reading() as session:
            return {one.name: one for one in session.scalars(select(Entry))}

    def labels(self) -> dict[str, str | None]:
        return {name: one.label for name, one in self.entries().items()}

    def vectors(self) -> dict[int, tuple[str, bytes]]:
        with self.database.reading() as session:
            named = select(Embedding).join(Entry, Entry.id == Embedding.entry_id)
            found = session.scalars(named.where(Embedding.model_hash == Entry.model_hash))
            return {one.entry_id: (one.model_hash, one.vector) for one in found}

    def ask(self, work: FakeWork | None = None) -> Reclassification:
        one, job = self.job.begin(self.model, by=3)
        self.job(FakeWork(ReclassifyParams(reclassification=one.id)))
        self.jobs.cancel(job.id)  # nobody runs it here
        return self.found.get(one.id)

    def apply(self, number: int) -> int:
        _, job = self.job.apply(number, by=3)
        self.jobs.cancel(job.id)
        return self.job(FakeWork(ReclassifyParams(reclassification=number, apply=True))).action or 0


def put_together(database: Database, folder: Path) -> Made:
    """The catalogue in a folder, as it is, and a registered model."""
    store, registry = LocalOriginals(folder / "pictures"), LocalRegistry(database, folder / "models")
    jobs, found = Jobs(database, {RECLASSIFY: lambda work: Anything({})}), Reclassifications(database)
    model = registry.register(tiny.MODEL).hash
    server = ModelServer(FakeClassifier())
    stored, models = StoredAnswers(database), CorrectedModels(registry)
    job = Reclassify(found, store, registry, jobs, server, lambda path: Contrary(), stored, models)
    return Made(database, store, Actions(database), found, job, jobs, model)


@pytest.fixture
def made(database: Database, tmp_path: Path) -> Made:
    """Six pictures in the catalogue, named by a model that sees colours; the other one is registered."""
    made = put_together(database, tmp_path)
    ingest = Ingest(database, made.store, Limits())
    for name, colour in (
        ("red", RED),
        ("crimson", (240, 9, 9)),
        ("blue", BLUE),
        ("green", GREEN),
        ("grey", GREY),
    ):
        ingest.add(picture(colour), name=name, source="upload")
    made.jobs.worker(serving=False)
    ClassifyPending(ingest, made.store, ModelServer(FakeClassifier()), made.jobs).answer()
    return made


def test_what_would_change_is_seen_and_nothing_changes(made: Made) -> None:
    before = made.labels()
    assert before == {"red": "red", "crimson": "red", "blue": "blue", "green": "green", "grey": ""}
    one = made.ask()
    assert (one.state, one.count, one.changed) == ("ready", 5, 3)
    assert [tuple(row) for row in made.found.moved(one.id)] == [("red", "blue", 2), ("blue", "red", 1)]
    page = made.found.changes(one.id, limit=2)
    assert [entry.name for entry, _ in page.rows] == ["red", "crimson"]
    assert [said.label for _, said in page.rows] == ["blue", "blue"]
    assert page.next is not None
    assert [entry.name for entry, _ in made.found.changes(one.id, after=page.next).rows] == ["blue"]
    assert [e.name for e, _ in made.found.changes(one.id, old="blue", new="red").rows] == ["blue"]
    assert made.labels() == before
    assert {entry.model_hash for entry in made.entries().values()} == {FakeClassifier().sha256}


def test_answers_are_taken_over_as_one_action_and_undone(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    before, vectors = made.entries(), made.vectors()
    asked = made.ask()
    monkeypatch.setattr(made.job, "_load", None)  # what the model said is kept: it is not run again
    action = made.apply(asked.id)
    after = made.entries()
    assert {name: one.label for name, one in after.items()} == {
        "red": "blue", "crimson": "blue", "blue": "red", "green": "green", "grey": ""
    }  # fmt: skip
    assert {one.model_hash for one in after.values()} == {made.model}
    assert {model for model, _ in made.vectors().values()} == {made.model}
    assert after["red"].search_text == "red\nupload\nblue"
    # The two models do not agree: worth a look.
    assert (after["red"].review_reason, after["green"].review_reason) == ("disagreement", None)
    told = made.actions.get(action)
    assert (told.kind, told.count, told.by) == ("reclassify", 5, 3)
    assert told.details["model"] == made.model

    assert made.actions.undo(action, by=3, administrator=True).action.count == 5
    assert made.labels() == {name: one.label for name, one in before.items()}
    assert made.vectors() == vectors
    for name, one in made.entries().items():
        old = before[name]
        assert (one.model_hash, one.confidence, one.margin, one.novelty, one.probabilities) == (
            old.model_hash, old.confidence, old.margin, old.novelty, old.probabilities
        )  # fmt: skip
        assert (one.review_score, one.classified_at) == (old.review_score, old.classified_at)


def test_an_undone_undo_brings_the_other_models_vectors_back(made: Made) -> None:
    action = made.apply(made.ask().id)
    vectors = made.vectors()
    undo = made.actions.undo(action, administrator=True).action
    made.actions.undo(undo.id, administrator=True)
    assert made.vectors() == vectors
    assert made.labels()["red"] == "blue"


def test_what_a_person_said_stays(made: Made) -> None:
    numbers = {name: one.id for name, one in made.entries().items()}
    made.actions.do("correct", [numbers["red"]], label="green")
    one = made.ask()
    # One more is corrected after the model was asked, and before its answers are taken over.
    made.actions.do("correct", [numbers["blue"]], label="blue")
    made.apply(one.id)
    after = made.entries()
    assert (after["red"].label, after["red"].model_label) == ("green", "blue")
    assert (after["blue"].label, after["blue"].model_label) == ("blue", "red")
    assert after["crimson"].label == "blue"
    assert (after["blue"].review_reason, after["red"].review_reason) == ("label", "label")


def test_asking_goes_on_where_it_was_cut_off(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reclassifying, "BATCH", 2)
    one, _ = made.job.begin(made.model, by=0)
    with pytest.raises(Stopped):
        made.job(FakeWork(ReclassifyParams(reclassification=one.id), stop_after=2))
    assert made.found.get(one.id).count == 4
    again = FakeWork(ReclassifyParams(reclassification=one.id))
    assert made.job(again) == ReclassifyResult(reclassification=one.id, count=5, changed=3)
    assert [done for done, _, _ in again.told] == [5]


def test_taking_over_goes_on_where_it_was_cut_off(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    from tenfold.catalogue.edits import reclassification

    monkeypatch.setattr(reclassification, "PART", 2)
    one = made.ask()
    made.job.apply(one.id, by=0)
    work = FakeWork(ReclassifyParams(reclassification=one.id, apply=True), stop_after=0)
    with pytest.raises(Stopped):
        made.job(work)
    assert sorted(str(label) for label in made.labels().values()) == ["", "blue", "blue", "blue", "green"]
    assert made.found.get(one.id).state == "applying"
    result = made.job(FakeWork(ReclassifyParams(reclassification=one.id, apply=True)))
    assert result.count == 5
    assert made.labels() == {"red": "blue", "crimson": "blue", "blue": "red", "green": "green", "grey": ""}
    made.actions.undo(result.action or 0, administrator=True)
    assert made.labels()["crimson"] == "red"


def test_a_take_over_that_is_cancelled_too_late_is_done(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    one = made.ask()
    _, job = made.job.apply(one.id, by=3)
    apply = made.found.apply

    def cancelled(*which: Any, **how: Any) -> Action:
        made.jobs.cancel(job.id)
        return apply(*which, **how)

    monkeypatch.setattr(made.found, "apply", cancelled)
    jobs = Jobs(made.database, {RECLASSIFY: made.job})
    jobs.start()
    try:
        ended = jobs.wait(job.id, 60)
    finally:
        jobs.close()
    assert (ended.state, made.found.get(one.id).state) == ("done", "applied")


# Takes two answers over and then waits to be killed.
HALF = """
import sys, time
from pathlib import Path
from tenfold.catalogue.edits import reclassification
from tenfold.database import Database
from tenfold.jobs import Jobs
from tests.workflows.test_reclassify import RECLASSIFY, put_together

def wait_for_kill(done, total):
    print("half", flush=True)
    time.sleep(600)

reclassification.PART = 2
made = put_together(Database(sys.argv[1]), Path(sys.argv[2]))
apply = made.found.apply
made.found.apply = lambda number, progress, **rest: apply(number, progress=wait_for_kill, **rest)
Jobs(made.database, {RECLASSIFY: made.job}).start(serving=True)
time.sleep(600)
"""


def test_a_take_over_that_is_cancelled_and_killed_half_way_is_finished_by_the_next_worker(
    made: Made, tmp_path: Path
) -> None:
    one = made.ask()
    _, job = made.job.apply(one.id, by=3)
    url = made.database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", HALF, url, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "half\n"
        made.jobs.cancel(job.id)
        process.kill()
    assert {name: made.labels()[name] for name in ("red", "blue")} == {"red": "blue", "blue": "blue"}
    jobs = Jobs(made.database, {RECLASSIFY: made.job})
    jobs.start(serving=True)
    try:
        ended = jobs.wait(job.id, 60)
    finally:
        jobs.close()
    assert (ended.state, made.job.get(one.id).state) == ("done", "applied")
    assert made.labels() == {"red": "blue", "crimson": "blue", "blue": "red", "green": "green", "grey": ""}


def test_a_take_over_that_was_cancelled_before_it_started_can_be_started_again(made: Made) -> None:
    one = made.ask()
    _, job = made.job.apply(one.id, by=3)
    assert made.jobs.cancel(job.id).state == "cancelled"
    assert made.job.get(one.id).state == "ready"
    made.apply(one.id)
    assert made.labels()["red"] == "blue"


def test_a_take_over_that_ends_while_it_is_read_stays_done(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = made.ask()
    _, job = made.job.apply(one.id, by=3)
    outcome = made.jobs.outcome

    def ending(job_id: str) -> Any:
        made.job(FakeWork(ReclassifyParams(reclassification=one.id, apply=True)))
        made.jobs.cancel(job.id)
        return outcome(job_id)

    monkeypatch.setattr(made.jobs, "outcome", ending)
    assert made.job.get(one.id).state == "applied"


def test_a_picture_that_is_gone_is_counted_and_left_as_it_is(made: Made) -> None:
    red = made.entries()["red"]
    made.store.path(red.hash).unlink()
    one, _ = made.job.begin(made.model, by=0)
    assert made.job(FakeWork(ReclassifyParams(reclassification=one.id))).unread == 1
    made.apply(one.id)
    assert made.entries()["red"].model_hash == red.model_hash


def test_answers_are_thrown_away(made: Made) -> None:
    one = made.ask()
    made.job.discard(one.id)
    with pytest.raises(NotInCatalogue, match="does not exist"):
        made.found.moved(one.id)
    assert made.found.latest() == []
    second = made.ask()
    made.apply(second.id)
    with pytest.raises(CatalogueError, match=r"has been taken over\. Undo that"):
        made.job.discard(second.id)
    with pytest.raises(CatalogueError, match=r"cannot be taken over \(it is applied\)"):
        made.job.apply(second.id, by=0)


def test_only_one_model_is_asked_at_a_time_and_only_one_that_is_registered(made: Made) -> None:
    one, _ = made.job.begin(made.model, by=0)
    with pytest.raises(CatalogueError, match="is being reclassified already"):
        made.job.begin(made.model, by=0)
    with pytest.raises(CatalogueError, match=r"cannot be taken over \(it is running\)\. Wait until"):
        made.job.apply(one.id, by=0)
    with pytest.raises(UnknownModel, match="is not registered"):
        made.job.begin("0" * 64, by=0)
