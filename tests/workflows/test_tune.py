"""How a model runs fastest here: measured once for a file, and its int8 exports beside it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tenfold import settings
from tenfold.inference import Classifier
from tenfold.inference.tuning import Way
from tenfold.jobs import DONE
from tenfold.workflows.export_job import EXPORT, ExportParams
from tenfold.workflows.tune import Tune
from tests import tiny
from tests.fakes import FakeApp, MemoryApp

BRIEF = 0.03  # seconds for each way


@pytest.fixture
def app(tmp_path: Path) -> Iterator[FakeApp]:
    with MemoryApp(settings.load().model_copy(update={"home": tmp_path / "home", "threads": 1})) as app:
        yield app


@pytest.fixture
def model(app: FakeApp) -> Classifier:
    app.registry.register(tiny.MODEL)
    return Classifier(tiny.MODEL, threads=1)


def tune(app: FakeApp, cores: int = 1, load: Callable[[Path], Classifier] = Classifier) -> Tune:
    return Tune(app.home.tuning, app.model_exports, app.blobs("exports"), load, cores=cores, seconds=BRIEF)


def no_model(path: Path) -> Classifier:
    raise AssertionError(f"{path} was opened")


def test_what_was_measured_is_kept_for_the_next_start(app: FakeApp, model: Classifier) -> None:
    found = tune(app)(model)
    assert found.speed.way.threads == 1
    assert found.speed.rate >= found.slowest > 0
    # To the last digit, which no second measurement gives.
    assert tune(app)(model) == found


@pytest.mark.slow
def test_another_number_of_cores_is_measured_anew(app: FakeApp, model: Classifier) -> None:
    one, two = tune(app)(model), tune(app, cores=2)(model)
    assert one.speed.rate != two.speed.rate
    assert tune(app, cores=2)(model) == two


@pytest.mark.slow
@pytest.mark.parametrize("content", [b"", b"[]", b'{"a": 1}', b"\xff"])
def test_a_damaged_file_of_what_was_measured_is_written_anew(
    app: FakeApp, model: Classifier, content: bytes
) -> None:
    app.home.tuning.parent.mkdir(parents=True, exist_ok=True)
    app.home.tuning.write_bytes(content)
    found = tune(app)(model)
    assert tune(app)(model) == found


@pytest.mark.slow
def test_the_int8_exports_are_measured_beside_the_model(
    app: FakeApp, model: Classifier, tmp_path: Path
) -> None:
    folder = tiny.folder(tiny.shades(60), tmp_path / "pictures")
    params = ExportParams(model=model.sha256, format="onnx-int8", data=str(folder), least=0.1)
    job = app.jobs.submit(EXPORT, params, title="Export", by=0)
    app.jobs.start()
    assert app.jobs.wait(job.id, 120).state == DONE

    found = tune(app)(model)
    (export,) = found.int8
    assert export.name.endswith("-int8.onnx")
    assert export.times > 0
    assert 0.1 <= export.agreement <= 1
    # At the next start no export is opened only to find that it is known.
    assert tune(app, load=no_model)(model) == found


def test_the_server_works_in_the_way_that_was_fastest(tmp_path: Path) -> None:
    asked = {"home": tmp_path / "home", "model": str(tiny.MODEL), "threads": 2, "tune": "yes"}
    chosen = settings.load().model_copy(update=asked)
    with FakeApp(chosen) as app:
        app.serving = True
        kept = tune(app, cores=2)(app.initial_model.classifier)
        server = app.model_server
        assert Way(server.workers, server.batch) == kept.speed.way
    with FakeApp(chosen) as app:  # a command, which must not wait for it
        assert app.tuned is None
