"""The job "export": goes on after an interruption, and leaves nothing where it did not get to its end."""

import errno
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tenfold import settings
from tenfold.export.export import OpenPictures
from tenfold.jobs import CANCELLED, DONE, FAILED, WAITING
from tenfold.storage import MemoryStore
from tenfold.workflows.export_job import EXPORT, ExportParams
from tests import tiny
from tests.environment.disks import fill, small_disk
from tests.fakes import FakeApp, MemoryApp

pytestmark = pytest.mark.slow


@pytest.fixture(params=[MemoryApp])
def app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FakeApp]:
    chosen = settings.load().model_copy(
        update={"home": tmp_path / "home", "data_dir": tmp_path / "data", "threads": 1}
    )
    with request.param(chosen) as app:
        yield app


@pytest.fixture
def asked(app: FakeApp, tmp_path: Path) -> ExportParams:
    """An export of the small model of which little agreement is asked for."""
    folder = tiny.folder(tiny.shades(60), tmp_path / "pictures")
    model = app.registry.register(tiny.MODEL)
    return ExportParams(model=model.hash, format="onnx-int8", data=str(folder), least=0.1)


def submitted(app: FakeApp, asked: ExportParams) -> str:
    return app.jobs.submit(EXPORT, asked, title="Export", by=0).id


def kept(app: FakeApp) -> list[str]:
    return list(app.blobs("exports").all_keys())


def before_pictures(app: FakeApp, do: Callable[[], object]) -> None:
    """Do something once, when an export is about to read its pictures."""
    wanted = [do]
    real = app.export_model._opening

    def opening(source: str) -> OpenPictures:
        if wanted:
            wanted.pop()()
        return real(source)

    app.export_model._opening = opening


def test_a_cancelled_export_leaves_nothing(app: FakeApp, asked: ExportParams) -> None:
    job = submitted(app, asked)
    before_pictures(app, lambda: app.jobs.cancel(job))
    app.jobs.start()

    assert app.jobs.wait(job, 60).state == CANCELLED
    assert kept(app) == []


def test_an_export_that_was_interrupted_is_made_by_the_next_worker(app: FakeApp, asked: ExportParams) -> None:
    job, reading = submitted(app, asked), threading.Event()
    before_pictures(app, reading.set)
    app.jobs.start()
    assert reading.wait(30)
    app.jobs.close()
    assert (app.jobs.get(job).state, kept(app)) == (WAITING, [])
    app.jobs.start()

    assert app.jobs.wait(job, 120).state == DONE
    assert any(key.endswith(".onnx.receipt.json") for key in kept(app))


class Asked:
    """What the handler uses of a job."""

    id, stopping = "1", False

    def __init__(self, params: ExportParams) -> None:
        self.params = params

    def progress(self, done: int, total: int, step: str = "", figures: object = None) -> None: ...


def test_an_export_that_was_kept_before_an_interruption_is_not_made_again(
    app: FakeApp, asked: ExportParams, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = app.export_model(Asked(asked))  # type: ignore[arg-type]
    monkeypatch.delattr("tenfold.workflows.export_job.made_export")

    assert app.export_model(Asked(asked)) == made  # type: ignore[arg-type]
    with pytest.raises(NameError):
        app.export_model(Asked(asked.model_copy(update={"model": app.registry.register_bundled().hash})))  # type: ignore[arg-type]


@pytest.mark.quick
def test_what_a_failed_export_left_is_deleted(app: FakeApp, tmp_path: Path) -> None:
    model = app.registry.register_bundled().hash
    params = ExportParams(model=model, format="onnx-int8", data=str(tmp_path), least=None)
    app.blobs("exports").put(f"{model}/1/half.onnx", b"half")
    app.blobs("exports").put(f"{model}/2/whole.onnx", b"another export's")

    def full() -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before_pictures(app, full)
    with pytest.raises(OSError, match="No space left"):
        app.export_model(Asked(params))  # type: ignore[arg-type]
    assert kept(app) == [f"{model}/2/whole.onnx"]


class FullStore(MemoryStore):
    """A store whose disk has room for one blob."""

    def put(self, key: str, content: bytes, *, immutable: bool = False) -> None:
        if self._blobs:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), key)
        super().put(key, content)


def test_a_store_whose_disk_fills_up_is_told_in_one_sentence_and_keeps_nothing(
    app: FakeApp, asked: ExportParams
) -> None:
    assert isinstance(app, MemoryApp)
    app.stores["exports"] = FullStore()
    app.jobs.start()
    job = app.jobs.wait(submitted(app, asked), 120)

    assert (job.state, (job.problem or {}).get("reason")) == (FAILED, "disk-full")
    assert "cannot be written: its disk is full" in str((job.problem or {}).get("detail"))
    assert kept(app) == []


@pytest.mark.parametrize("app", [MemoryApp, FakeApp], indirect=True)
def test_a_full_disk_of_temporary_files_is_told_in_one_sentence(
    app: FakeApp, asked: ExportParams, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_disk(tmp_path / "disk", "1m") as disk:
        monkeypatch.setattr(tempfile, "tempdir", str(disk))
        fill(disk)
        app.jobs.start()
        job = app.jobs.wait(submitted(app, asked), 120)

    assert (job.state, (job.problem or {}).get("reason")) == (FAILED, "disk-full")
    assert kept(app) == []
