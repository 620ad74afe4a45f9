"""Copies of people's pictures that a training on corrections learns from are gone when it has ended."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from tenfold.datasets.opening import open_dataset
from tenfold.errors import DatasetError, RegistryError
from tenfold.jobs import FAILED
from tenfold.jobs.tables import JobRow
from tenfold.models.improvements import EVALUATED
from tenfold.workflows.improve import improve as improving
from tenfold.workflows.improve.improve_job import IMPROVE
from tests.fakes import FakeWork
from tests.workflows.improve.test_improve import correct, photograph, plain


@pytest.mark.parametrize("end", ["evaluated", "failed", "cancelled", "given up", "unknown"])
def test_copies_of_people_s_pictures_go_however_one_ended(
    own_home: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    monkeypatch.setattr(improving, "check_extra", lambda: None)
    monkeypatch.setattr(improving, "check_alone", lambda taught: None)
    with plain(own_home) as app:
        correct(app, "cat", "red", 30)
        one, job = app.improve.begin(with_own_data=False, by=0)
        folder = app.home.improvements / str(one.id if end != "unknown" else 77)
        (folder / "cat").mkdir(parents=True)
        (folder / "cat" / "0.png").write_bytes(photograph(0, "red"))
        (folder / "cat" / "1.png").write_bytes(photograph(1, "red"))
        (folder / "pictures.csv").write_text("path,label\ncat/0.png,cat\ncat/1.png,dog\n")
        source = str(folder / "pictures.csv")
        open_dataset(source, side=32, data_dir=own_home, cache=app.home.cache, to_train=False)
        assert list(app.home.cache.glob("pictures-csv-*"))
        if end != "unknown":
            app.improve.clean()
            assert folder.is_dir(), "it has not ended"
        if end == "evaluated":  # and its process was killed before it removed them
            app.improve.improvements.set(one.id, state=EVALUATED)
        elif end == "cancelled":
            app.jobs.cancel(job.id)
        elif end in (
            "failed",
            "given up",
        ):  # by a fault of the program, or as its process was killed too often
            with app.database.writing() as session:
                session.execute(update(JobRow).values(state=FAILED, problem=RegistryError("x", "y").facts()))
        app.improve.clean()
        assert not folder.exists()
        assert list(app.home.cache.glob("pictures-csv-*")) == []
        assert app.home.improvements.is_dir()


class InterruptedWork(FakeWork):
    """A job whose process ends."""

    interrupted = True


def test_an_error_of_a_process_that_ends_is_no_end(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(improving, "check_extra", lambda: None)
    monkeypatch.setattr(improving, "check_alone", lambda taught: None)
    with plain(own_home) as app:
        correct(app, "cat", "red", 30)
        one, job = app.improve.begin(with_own_data=False, by=0)
        folder = app.home.improvements / str(one.id)
        folder.mkdir(parents=True)

        def cut_off(*given: Any) -> Any:
            raise DatasetError("The training", "was ended")

        monkeypatch.setattr(app.improve_job, "_train", cut_off)
        with pytest.raises(DatasetError):
            app.improve_job(InterruptedWork(IMPROVE.params_of(job)))
        assert (folder.is_dir(), app.improve.get(one.id).state) == (True, "running")
