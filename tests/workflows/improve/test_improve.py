"""From corrections to an evaluated model: for real with a narrow network, cut off, resumed, refused."""

import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tenfold import modelfile, settings
from tenfold.catalogue.edits.corrections import CorrectedEntries
from tenfold.catalogue.entries.tables import NONE
from tenfold.errors import DatabaseError, DatasetError, MissingExtra, RegistryError, UnknownImprovement
from tenfold.jobs import CANCELLED, DONE, FAILED
from tenfold.models.registry import RUN
from tenfold.runtime import App
from tenfold.workflows.improve import improve as improving
from tests import tiny
from tests.environment.disks import fill, small_disk
from tests.fakes import FakeApp, looked_at
from tests.waiting import until

CLASSES = ("class 0", "class 1", "class 2")


def photograph(number: int, colour: str) -> bytes:
    """A picture larger than the network's input: red noise, or grey noise of one of three shades."""
    random = np.random.default_rng(number)
    pixels = random.integers(0, 60, (48, 48, 3))
    if colour == "red":
        pixels[..., 0] += 190
    else:
        pixels += int(colour) * 63
    out = BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(out, "PNG")
    return out.getvalue()


def base(home: Path, pictures: int = 420) -> Path:
    """A run's folder with a model of three shades of grey, trained on pictures that are still there."""
    from tenfold.datasets.opening import open_dataset
    from tenfold.recipes.augmentation import Augmentation
    from tenfold.recipes.recipe import Optimiser, Recipe
    from tenfold.training import pipeline

    source = tiny.folder(tiny.shades(pictures, 3), home / "own")
    recipe = Recipe(
        options={"widths": [6, 8, 8]},
        epochs=6,
        batch_size=20,
        precision="float32",
        optimiser=Optimiser("muon", rate=0.05, momentum=0.6),
        augmentation=Augmentation(flip="alternating"),
    )
    data = open_dataset(str(source), side=32, data_dir=home, cache=home / "cache")
    folder = home / "runs" / "base"
    trainer = pipeline.train(data, folder, recipe, device_name="cpu")
    pipeline.export(trainer, data, folder / "model.onnx", pipeline.export_config(data, recipe, "shades"))
    return folder


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with that run in it; not to be changed."""
    pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")
    home = tmp_path_factory.mktemp("trained")
    base(home)
    return home


@pytest.fixture
def home(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TENFOLD_THREADS", "1")
    place = tmp_path / "home"
    shutil.copytree(trained / "runs", place / "runs")
    return place


@contextmanager
def opened(home: Path) -> Iterator[App]:
    chosen = settings.load().model_copy(update={"home": home, "data_dir": home / "data", "threads": 1})
    with App(chosen) as app:
        yield app


def start(app: App) -> str:
    """The run's model registered and live; its hash."""
    model = app.registry.register(app.home.runs / "base" / "model.onnx", origin=RUN, run="base")
    app.model_switch.go_live(model.hash, by=0)
    return model.hash


def correct(app: App, label: str, colour: str, count: int, first: int = 0) -> None:
    entries = [
        app.ingest.add(photograph(n, colour), name=f"{colour}-{n}.png", source="upload").entry.id
        for n in range(first, first + count)
    ]
    app.actions.do("correct", entries, label=label)
    looked_at(app.database)


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.train
def test_a_class_that_people_taught_is_known_afterwards_and_nothing_is_forgotten(home: Path) -> None:
    with opened(home) as app:
        old = start(app)
        correct(app, "red", "red", 40)
        correct(app, NONE, "1", 3, first=500)
        ready = app.improve.readiness()
        assert (ready.ready, ready.reason, ready.base) == (True, "", old)
        assert ready.per_class == {"": 3, "red": 40}
        assert ready.own.source.endswith("own")
        app.jobs.start()
        one, job = app.improve.begin(deep=True, epochs=12, by=7)
        job = app.jobs.wait(job.id, timeout=300)
        assert (job.state, job.problem) == (DONE, None)
        one = app.improve.improvements.get(one.id)
        assert (one.state, one.by, one.run) == ("evaluated", 7, f"improvement-{one.id}")
        assert one.counts["new_classes"] == ["red"]
        assert one.model_hash is not None
        model = app.registry.get(one.model_hash)
        assert (model.origin, model.classes, model.run) == ("corrections", [*CLASSES, "red"], one.run)
        assert model.name == f"shades, corrected {one.id}"
        with app.registry.local_copy(one.model_hash) as new_file, app.registry.local_copy(old) as old_file:
            facts = modelfile.read(new_file)[1]
            assert facts.views == modelfile.read(old_file)[1].views
        found = one.comparison
        assert found is not None
        held_out = [p for p in CorrectedEntries(app.database).read().held_out() if p.label == "red"]
        assert found["by_class"][-1] == {
            "label": "red",
            "pictures": len(held_out),
            "old": 0,
            "new": len(held_out),
        }
        assert found["held_out"]["new"]["accuracy"] > found["held_out"]["old"]["accuracy"]
        assert found["own_test"]["pictures"] == 63
        assert found["none_of_these"]["pictures"] == 3
        assert one.verdict == found["verdict"]
        assert job.result == {
            "improvement": one.id, "model": model.hash, "verdict": one.verdict, "sentence": found["sentence"]
        }  # fmt: skip
        # It does not go live by itself, and copies of people's pictures are gone.
        assert app.registry.live() == old
        assert not (home / "improvements" / str(one.id)).exists()
        # 63 pictures are too few to show that no point was lost, whatever came out.
        assert one.verdict != "better"
        with pytest.raises(RegistryError, match=r"did not win .* Insist to use it anyway"):
            app.improve.make_live(one.id, insist=False, by=7)
        change = app.improve.make_live(one.id, insist=True, by=7)
        assert (change.model_hash, change.previous_hash, change.reason) == (model.hash, old, "insisted")
        assert app.model_server.model.sha256 == model.hash
        # The next one starts from here, from the same own data.
        assert app.improve.readiness().own.source == ready.own.source


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.train
def test_one_that_is_cut_off_goes_on_and_one_that_is_cancelled_stays_stopped(home: Path) -> None:
    with opened(home) as app:
        start(app)
        correct(app, "class 0", "2", 30)
        app.jobs.start()
        one, job = app.improve.begin(deep=True, epochs=300, by=0)
        state = home / "runs" / f"improvement-{one.id}" / "state.safetensors"
        until(state.is_file)
    with opened(home) as app:
        app.jobs.start()
        until(lambda: app.jobs.get(job.id).state == "running")
        with pytest.raises(RegistryError, match=f"is being improved already .improvement {one.id}."):
            app.improve.begin(deep=True, by=0)
        app.jobs.cancel(job.id)
        assert app.jobs.wait(job.id, timeout=60).state == CANCELLED
        assert app.improve.improvements.get(one.id).state == "stopped"
        with pytest.raises(RegistryError, match=r"does not exist \(the improvement is stopped\)"):
            app.improve.make_live(one.id, insist=True, by=0)


@pytest.mark.slow
@pytest.mark.train
def test_own_data_that_vanish_meanwhile_fail_it_in_words(home: Path, trained: Path) -> None:
    with opened(home) as app:
        start(app)
        correct(app, "class 0", "2", 30)
        one, job = app.improve.begin(deep=True, by=0)
        app.improve.improvements.set(one.id, options={**one.options, "own_source": "/nowhere/at/all"})
        app.jobs.start()
        job = app.jobs.wait(job.id, timeout=60)
        assert job.state == FAILED
        assert job.problem is not None
        assert job.problem["problem"] == "does not exist"
        one = app.improve.improvements.get(one.id)
        assert (one.state, one.problem and one.problem["subject"]) == ("failed", "The data '/nowhere/at/all'")


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.train
def test_without_own_data_every_class_needs_corrections(home: Path) -> None:
    with opened(home) as app:
        start(app)
        correct(app, "class 0", "0", 30)
        with pytest.raises(
            DatasetError, match=r"every class needs two corrected pictures .* class 1, class 2"
        ):
            app.improve.begin(deep=True, with_own_data=False, by=0)
        correct(app, "class 1", "1", 30)
        correct(app, "class 2", "2", 30)
        app.jobs.start()
        one, job = app.improve.begin(deep=True, with_own_data=False, epochs=2, by=0)
        assert app.jobs.wait(job.id, timeout=200).state == DONE
        one = app.improve.improvements.get(one.id)
        assert one.counts["own"] == 0
        assert one.comparison is not None
        assert one.comparison["own_test"] is None
        assert "What it knew before was not measured" in one.comparison["sentence"]
        assert one.verdict != "better"


@contextmanager
def plain(home: Path) -> Iterator[App]:
    with FakeApp(settings.load().model_copy(update={"home": home, "data_dir": home / "data"})) as app:
        yield app


def test_too_few_corrections_are_refused_with_what_is_missing(own_home: Path) -> None:
    with plain(own_home) as app:
        correct(app, "cat", "red", 6)
        ready = app.improve.readiness()
        assert ready.quick_code == "too-few"
        assert ready.quick_reason == "6 corrected pictures of classes that can be learned, and it takes 10"
        with pytest.raises(RegistryError, match=r"cannot start \(6 corrected .* Correct some more"):
            app.improve.begin(by=0)
        with pytest.raises(UnknownImprovement, match="The improvement 5 does not exist"):
            app.improve.make_live(5, insist=True, by=0)


def test_own_data_that_are_not_there_are_told_before_anything_starts(own_home: Path) -> None:
    with plain(own_home) as app:
        app.model_switch.go_live(app.registry.register(tiny.MODEL, origin=RUN).hash, by=0)
        correct(app, "cat", "red", 30)
        ready = app.improve.readiness()
        assert (ready.quick_code, ready.sampled) == ("", False)
        with pytest.raises(DatasetError, match=r"own data cannot be used"):
            app.improve.begin(by=0)
        assert app.improve.improvements.latest() == []


def test_a_model_file_is_read_once_however_often_it_is_asked(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = modelfile.read
    asked: list[Path] = []

    def noted(path: Path, subject: str = "") -> tuple[bytes, modelfile.ModelInfo]:
        asked.append(path)
        return read(path, subject)

    monkeypatch.setattr(modelfile, "read", noted)
    with plain(own_home) as app:
        first = app.improve.readiness()
        asked.clear()
        assert app.improve.readiness() == first
    assert asked == []


def test_without_the_train_extra_the_one_command_is_named(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with plain(own_home) as app:
        small = app.registry.register(modelfile.bundled("cifar10"), origin=RUN)
        app.model_switch.go_live(small.hash, by=0)
        correct(app, "cat", "red", 30)
        assert 'pip install "tenfold[train]"' in app.improve.readiness().reason
        with pytest.raises(MissingExtra, match="needs the train extra"):
            app.improve.begin(deep=True, by=0)


def test_a_head_is_refitted_without_the_train_extra(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr(improving, "check_alone", lambda taught: None)
    with plain(own_home) as app:
        correct(app, "cat", "red", 30)
        assert app.improve.readiness().quick_code == ""
        assert app.improve.begin(with_own_data=False, by=0)[0].state == "running"


def test_two_who_start_one_at_once_start_one(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(improving, "check_alone", lambda taught: None)
    with plain(own_home) as app:
        correct(app, "cat", "red", 30)
        assert app.improve.readiness().quick_code == ""
        outcomes: list[str] = []

        def begin() -> None:
            try:
                outcomes.append(str(app.improve.begin(with_own_data=False, by=0)[0].id))
            except RegistryError as refused:
                outcomes.append(refused.problem)

        threads = [threading.Thread(daemon=True, target=begin) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["1", *["is being improved already"] * 3]
        assert len(app.jobs.list(kinds=["refit"])) == 1
        assert [one.state for one in app.improve.latest()] == ["running"]
        # It is over with its job, and another one can be started.
        app.jobs.cancel(app.jobs.list()[0].id)
        assert [one.state for one in app.improve.latest()] == ["stopped"]
        begin()
        assert len(app.improve.latest()) == 2


def test_a_kill_while_one_is_started_leaves_none_that_runs_for_ever(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(improving, "check_alone", lambda taught: None)
    with plain(own_home) as app:
        correct(app, "cat", "red", 30)
        begin = app.improvements.begin

        def killed(*given: Any) -> Any:
            begin(*given)
            raise KeyboardInterrupt

        monkeypatch.setattr(app.improvements, "begin", killed)
        with pytest.raises(KeyboardInterrupt):
            app.improve.begin(with_own_data=False, by=0)
        assert (app.improve.latest(), app.jobs.list()) == ([], [])


_BEGIN = """
import sys, time
from pathlib import Path
from tests.workflows.improve.test_improve import correct, opened, start
with opened(Path(sys.argv[1])) as app:
    start(app)
    correct(app, "class 0", "2", 30)
    app.jobs.start()
    app.improve.begin(deep=True, epochs=12, by=0)
    time.sleep(600)
"""


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.train
@pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")
def test_one_that_is_killed_goes_on_from_its_last_epoch_with_the_same_pictures(home: Path) -> None:
    command = [sys.executable, "-c", _BEGIN, str(home)]
    process = subprocess.Popen(command, start_new_session=True)
    run = home / "runs" / "improvement-1"
    try:
        until(lambda: (run / "metrics.jsonl").is_file())
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    manifest = home / "improvements" / "1" / "pictures.csv"
    written, facts = manifest.stat().st_mtime_ns, (run / "data.json").read_bytes()
    with opened(home) as app:
        # Corrected after the kill: not part of what is at work.
        correct(app, "class 1", "0", 5, first=100)
        app.jobs.start()
        assert manifest.stat().st_mtime_ns == written
        one = app.improve.get(1)
        assert one.job_id is not None
        assert app.jobs.wait(one.job_id, timeout=120).state == DONE
        one = app.improve.get(1)
        assert one.state == "evaluated"
        assert one.counts["pictures"] + one.counts["held_out"] == 30
    assert (run / "data.json").read_bytes() == facts
    assert len((run / "metrics.jsonl").read_text().splitlines()) == 12


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.train
def test_on_a_full_disk_it_stops_with_a_sentence_and_goes_on_or_starts_anew_where_there_is_room(
    home: Path, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", "120m") as disk:
        shutil.copytree(home / "runs", disk / "home" / "runs")
        with opened(disk / "home") as app:
            start(app)
            correct(app, "class 0", "2", 30)
            app.jobs.start()
            one, job = app.improve.begin(deep=True, epochs=6, by=0)
            until((disk / "home" / "runs" / f"improvement-{one.id}" / "state.safetensors").is_file)
            filling = fill(disk)
            # The database is on the same disk, and finds room to say how the job ended, or none.
            reasons = []
            try:
                app.jobs.wait(job.id, timeout=120)
            except DatabaseError as told:
                reasons.append(told.reason)
            assert reasons in ([], ["disk-full"])
            filling.unlink()
            until(lambda: app.jobs.get(job.id).state in (DONE, FAILED))
            job = app.jobs.get(job.id)
            if job.state == FAILED:
                words = str(job.problem)
                assert "(No space left on device)" in words or "its disk is full" in words
                one, job = app.improve.begin(deep=True, epochs=1, by=0)
                job = app.jobs.wait(job.id, timeout=120)
            assert (job.state, app.improve.get(one.id).state) == (DONE, "evaluated")
