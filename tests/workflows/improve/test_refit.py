"""A head refitted on corrections with the bundled model: live, everything reclassified, rolled back."""

import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tenfold import modelfile, settings
from tenfold.catalogue.entries.tables import NONE, Embedding, Entry
from tenfold.errors import DatasetError, ModelFileError, TrainingError
from tenfold.inference import Classifier
from tenfold.inference.classifier import Prepared
from tenfold.jobs import DONE, FAILED
from tenfold.models import bundled
from tenfold.runtime import App
from tenfold.teaching import own_sample
from tenfold.workflows.improve.refit_job import REFIT
from tenfold.workflows.teach import teach
from tests import tiny
from tests.environment.disks import fill, small_disk

# Probabilities of an answer from a stored embedding, of 16 bits, beside those of the picture itself.
TOLERANCE = 0.01


def striped(number: int, horizontal: bool) -> bytes:
    """Stripes of other widths and colours, with noise on them."""
    random = np.random.default_rng(number)
    pixels = random.integers(0, 40, (120, 160, 3)) + random.integers(40, 90, 3)
    wide = 4 + number % 4
    where = (np.arange(120)[:, None] // wide % 2 == 0) if horizontal else (np.arange(160) // wide % 2 == 0)
    pixels[np.broadcast_to(where, (120, 160))] += random.integers(60, 120, 3)
    out = BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(out, "PNG")
    return out.getvalue()


def loads_nothing(path: Path) -> Classifier:
    """In place of what makes a classifier of a file."""
    raise AssertionError(f"{path} was loaded")


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)  # as where training is not installed
    chosen = settings.load().model_copy(
        update={"home": tmp_path / "home", "data_dir": tmp_path / "data", "threads": 1}
    )
    with App(chosen) as made:
        yield made


def add(app: App, first: int, count: int, *, horizontal: bool) -> list[int]:
    """Pictures in the catalogue, named by the live model."""
    entries = [
        app.ingest.add(striped(n, horizontal), name=f"{horizontal}-{n}.png", source="upload").entry.id
        for n in range(first, first + count)
    ]
    app.jobs.worker(serving=False)
    while app.classify_pending.answer():
        pass
    return entries


def entries(app: App) -> list[Entry]:
    return app.ingest.entries(range(1, 1000))


@pytest.mark.slow
def test_corrections_make_a_better_head_in_seconds_that_goes_live_and_back(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.model_switch  # noqa: B018 - the bundled model goes live
    old = app.registry.live()
    wrong = add(app, 0, 24, horizontal=True)
    add(app, 100, 6, horizontal=False)
    app.actions.do("correct", wrong, label="horse")
    ready = app.improve.readiness()
    assert (ready.quick_code, ready.code, ready.sampled) == ("", "frozen", True)
    read: list[str] = []
    load = Classifier.prepare

    def noted(self: Classifier, *given: object, name: str = "") -> Prepared:
        read.append(name)
        return load(self, *given, name=name)  # type: ignore[arg-type]

    monkeypatch.setattr(Classifier, "prepare", noted)
    app.jobs.start()
    one, job = app.improve.begin(by=7)
    job = app.jobs.wait(job.id, timeout=120)
    assert (job.state, job.problem) == (DONE, None)
    assert read == [], "what the catalogue keeps is enough"
    one = app.improve.get(one.id)
    found = one.comparison
    assert found is not None
    assert one.model_hash is not None
    assert found["held_out"]["pictures"] == 24, "every corrected picture judges"
    assert found["own_test"]["pictures"] == 1200
    assert abs(found["own_test"]["difference"]) < 0.01, "nothing was forgotten"
    assert one.counts["own"] == 300
    assert found["held_out"]["new"]["accuracy"] > 0.8
    assert found["held_out"]["low"] > 0
    assert "each answered by a head that had not learned from it" in found["sentence"]
    # It goes live; every picture is answered by what is kept, as the file answers the picture.
    app.improve.make_live(one.id, insist=one.verdict != "better", by=7)
    assert app.model_server.model.sha256 == one.model_hash
    with monkeypatch.context() as patched:
        patched.setattr(app.reclassify, "_load", loads_nothing)
        asked, job = app.reclassify.begin(one.model_hash, by=7)
        assert app.jobs.wait(job.id, timeout=60).state == DONE
    assert read == [], "no picture is read again"
    _, job = app.reclassify.apply(asked.id, by=7)
    assert app.jobs.wait(job.id, timeout=60).state == DONE
    with app.registry.local_copy(one.model_hash) as path:
        classifier = Classifier(path, threads=1)
    for entry in entries(app):
        said = classifier.classify(app.originals.read(entry.hash))
        assert entry.model_hash == one.model_hash
        assert entry.probabilities is not None
        assert entry.novelty is not None
        far = [abs(entry.probabilities[label] - p) for label, p in said.probabilities.items()]
        assert max(*far, abs(entry.novelty - said.novelty)) < TOLERANCE
        if abs(said.novelty - classifier.info.threshold) > TOLERANCE:
            assert entry.known == said.known
    # More like this is found among pictures that either model named.
    new = add(app, 200, 1, horizontal=True)[0]
    with app.database.reading() as session:
        assert session.get(Embedding, (new, old)) is not None
    like = app.similar.like(app.ingest.entries([new])[0])
    assert like.entries[0][0].id in wrong
    # What the live model has learned from does not judge the next one.
    again, job = app.improve.begin(by=7)
    assert app.jobs.wait(job.id, timeout=120).state == DONE
    comparison = app.improve.get(again.id).comparison
    assert comparison is not None
    held_out = [p for p in app.corrected_entries.read().pictures if p.held_out]
    assert comparison["held_out"]["pictures"] == len(held_out)
    # And back, from what is kept too.
    assert app.model_switch.rollback(by=7).model_hash == old
    read.clear()
    asked, job = app.reclassify.begin(old, by=7)
    assert app.jobs.wait(job.id, timeout=60).state == DONE
    assert len(read) <= 1


@pytest.mark.slow
def test_on_a_full_disk_a_refit_says_so_and_is_done_when_there_is_room(app: App, tmp_path: Path) -> None:
    app.model_switch  # noqa: B018
    live = app.registry.live()
    app.actions.do("correct", add(app, 0, 12, horizontal=True), label="horse")
    models = app.home.blobs("models")
    with small_disk(tmp_path / "disk", "60m") as disk:
        (disk / "models").mkdir()
        models.symlink_to(disk / "models")
        filling = fill(disk)
        app.jobs.start()
        one, job = app.improve.begin(by=0)
        job = app.jobs.wait(job.id, timeout=120)
        assert (job.state, app.improve.get(one.id).state) == (FAILED, "failed")
        assert job.problem is not None
        assert (job.problem["reason"], job.problem["cure"]) == ("disk-full", "Free some space.")
        assert app.registry.live() == live
        assert app.model_server.model.classify(striped(1, True)).label
        assert [path.name for path in models.rglob("*") if path.is_file() and not path.stat().st_size] == []
        filling.unlink()
        one, job = app.improve.begin(by=0)
        assert app.jobs.wait(job.id, timeout=120).state == DONE
        assert app.improve.get(one.id).model_hash is not None


@pytest.mark.slow
def test_pictures_that_another_model_named_are_read(app: App) -> None:
    other = app.registry.register(tiny.MODEL).hash
    app.model_switch.go_live(other, by=0)
    wrong = add(app, 0, 12, horizontal=True)
    app.model_switch.go_live(bundled.hash_of(modelfile.bundled()), by=0)
    app.actions.do("correct", wrong[:9], label="horse")
    app.actions.do("correct", wrong[9:], label=NONE)
    app.jobs.start()
    one, job = app.improve.begin(by=0)
    assert app.jobs.wait(job.id, timeout=120).state == DONE
    counts = app.improve.get(one.id).counts
    assert counts["pictures"] + counts["held_out"] == 12
    assert counts["none_of_these"] == 3


@pytest.mark.slow
def test_a_taught_model_keeps_what_it_knew_by_its_draft_s_pictures(app: App) -> None:
    drafts = app.teach_drafts
    number = drafts.drafts.begin(7, "Stripes", ("across", "upright"))
    across, upright = drafts.drafts.state(number, 7).classes
    for first, kind, horizontal in ((0, across, True), (500, upright, False)):
        read = [drafts.read(number, striped(first + n, horizontal), f"{n}.png") for n in range(9)]
        drafts.add(number, 7, kind.id, read)
    key = drafts.keep(number, 7).hash
    app.model_switch.go_live(key, by=7)
    app.actions.do("correct", add(app, 100, 12, horizontal=True), label="upright")
    ready = app.improve.readiness()
    assert (ready.sampled, ready.own.problem, ready.quick_code) == (True, "", "")
    app.jobs.start()
    one, job = app.improve.begin(by=7)
    job = app.jobs.wait(job.id, timeout=120)
    assert (job.state, job.problem) == (DONE, None)
    one = app.improve.get(one.id)
    assert one.comparison is not None
    assert (one.counts["own"], one.comparison["own_test"]["pictures"]) == (12, 6)
    # Without the draft nobody knows what the model was made from.
    drafts.delete(number, 7)
    with pytest.raises(DatasetError, match="not known what the model was trained on"):
        app.improve.begin(by=7)


def test_a_frozen_backbone_says_what_to_do_in_place_of_deeper_training(app: App) -> None:
    app.model_switch  # noqa: B018
    app.actions.do("correct", add(app, 0, 12, horizontal=True), label="horse")
    with pytest.raises(TrainingError, match=r"cannot be trained further .*Refit its head"):
        app.improve.begin(deep=True, by=0)


def test_a_model_without_such_a_head_says_which_way_is_left(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(key: str) -> None:
        raise ModelFileError(
            "The model it", "has no head that can be refitted", cure="tenfold improve --deep"
        )

    app.model_switch  # noqa: B018
    monkeypatch.setattr(app.corrected_models, "novelty", refused)
    app.actions.do("correct", add(app, 0, 12, horizontal=True), label="horse")
    assert app.improve.readiness().quick_code == "no-head"
    with pytest.raises(ModelFileError, match="tenfold improve --deep"):
        app.improve.begin(by=0)


@pytest.mark.slow
def test_a_model_taught_in_the_terminal_keeps_what_it_knew_by_the_sample_beside_it(
    app: App, tmp_path: Path
) -> None:
    for first, label, horizontal in ((0, "across", True), (50, "upright", False)):
        (tmp_path / "own" / label).mkdir(parents=True)
        for number in range(9):
            file = tmp_path / "own" / label / f"{number}.png"
            file.write_bytes(striped(first + number, horizontal))
    lesson = teach(tmp_path / "own", tmp_path / "mine.onnx")
    shutil.rmtree(tmp_path / "own")
    key = app.model_switch.add(lesson.path, name="mine.onnx", by=7).hash
    lesson.path.unlink()
    lesson.sample.unlink()

    found = app.corrected_models.sample(key)
    assert found is not None
    assert (len(found.learn), len(found.test), len(found.others)) == (12, 6, 0)
    assert (found.test.logits.argmax(axis=1) == found.test_labels).all()
    with app.registry.local_copy(key) as path:
        said = Classifier(path, threads=1).classify(striped(0, horizontal=True))
    own = found.learn.logits[found.learn_labels == 0]
    assert np.exp(own).max(axis=1).min() > 0.5, "what it says of its own pictures"
    assert said.label == "across"

    app.model_switch.go_live(key, by=7)
    app.actions.do("correct", add(app, 20, 12, horizontal=True), label="upright")
    ready = app.improve.readiness()
    assert (ready.quick_code, ready.sampled) == ("", True)
    app.jobs.start()
    one, job = app.improve.begin(by=7)
    assert app.jobs.wait(job.id, timeout=120).state == DONE
    comparison = app.improve.get(one.id).comparison
    assert comparison is not None
    assert comparison["own_test"]["pictures"] == 6


def test_a_sample_of_another_model_is_not_taken(app: App, tmp_path: Path) -> None:
    one, other = tiny.variant(tmp_path / "one.onnx", name="one"), tiny.variant(tmp_path / "b.onnx", name="b")
    found = own_sample.load(_sample("photo"))
    own_sample.put_beside(one, bundled.hash_of(other), found)
    assert app.corrected_models.sample(app.model_switch.add(one, name="one", by=7).hash) is None
    own_sample.file_beside(one).write_bytes(b"no sample")
    assert app.corrected_models.sample(app.model_switch.add(one, name="one", by=7).hash) is None
    own_sample.put_beside(one, bundled.hash_of(one), found)
    assert app.corrected_models.sample(app.model_switch.add(one, name="one", by=7).hash) is not None


def _sample(name: str) -> Path:
    file = own_sample.of_bundled(bundled.hash_of(modelfile.bundled(name)))
    assert file is not None
    return file


def test_the_bundled_sample_is_what_its_model_says(tmp_path: Path) -> None:
    for name in modelfile.BUNDLED:
        found = own_sample.load(_sample(name))
        _, info = modelfile.read(modelfile.bundled(name))
        assert len(found.learn) == 30 * len(info.labels)
        assert 110 * len(info.labels) <= len(found.test) <= 120 * len(info.labels)
        assert found.test.logits.shape == (len(found.test), len(info.labels))
        right: NDArray[np.bool_] = found.test.logits.argmax(axis=1) == found.test_labels
        assert right.mean() > (0.75 if name == "watch" else 0.9)
        own_sample.save(tmp_path / "again.npz", found)
        again = own_sample.load(tmp_path / "again.npz")
        assert np.allclose(again.test.embeddings, found.test.embeddings)
    assert REFIT.kind == "refit"
