from pathlib import Path

import pytest
from sqlalchemy import select

from tenfold.catalogue.intake import Intake
from tenfold.catalogue.store import Store
from tenfold.catalogue.tables import Entry
from tenfold.database import Database
from tenfold.images import Limits
from tenfold.inference.live import Live
from tenfold.jobs import Jobs, Stopped
from tenfold.work import classifying
from tenfold.work.classifying import Classifying, wake
from tests.fakes import BLUE, RED, FakeClassifier, FakeWork, picture


@pytest.fixture
def intake(database: Database, tmp_path: Path) -> Intake:
    return Intake(database, Store(tmp_path / "pictures"), Limits())


@pytest.fixture
def made(intake: Intake, tmp_path: Path) -> Classifying:
    return Classifying(intake, Store(tmp_path / "pictures"), Live(FakeClassifier()))


def labels(database: Database) -> dict[str, str | None]:
    with database.reading() as session:
        return {entry.name: entry.label for entry in session.scalars(select(Entry))}


def test_everything_that_waits_gets_an_answer(
    intake: Intake, made: Classifying, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classifying, "_LINGER_SECONDS", 0.0)
    monkeypatch.setattr(classifying, "LOT", 8)
    for number in range(20):
        intake.add(picture((250, 10, number), size=(8, 8)), name=f"{number}.png", source="upload")
    work = FakeWork({})
    assert made(work) == {"classified": 20, "failed": 0}
    assert set(labels(database).values()) == {"red"}
    assert [done for done, _, _ in work.told] == [8, 16, 20]
    assert intake.waiting(1) == []


def test_only_those_asked_for_are_answered(intake: Intake, made: Classifying, database: Database) -> None:
    red, blue = (
        intake.add(picture(colour), name=name, source="upload").entry.id
        for colour, name in ((RED, "red"), (BLUE, "blue"))
    )
    assert made.answer([blue]) == {blue: True}
    assert labels(database) == {"red": None, "blue": "blue"}
    assert made.answer([blue]) == {}
    assert made.answer() == {red: True}


def test_an_original_that_is_gone_fails_its_entry_alone(
    intake: Intake, made: Classifying, database: Database, tmp_path: Path
) -> None:
    gone = intake.add(picture(RED), name="red.png", source="upload").entry
    blue = intake.add(picture(BLUE), name="blue.png", source="upload").entry
    Store(tmp_path / "pictures").path(gone.hash).unlink()
    assert made.answer() == {gone.id: False, blue.id: True}
    with database.reading() as session:
        problem = session.get_one(Entry, gone.id).problem
    assert problem is not None
    assert problem["detail"].startswith("red.png cannot be read from the store (The original ")


def test_it_stops_when_asked(intake: Intake, made: Classifying) -> None:
    intake.add(picture(RED), name="red.png", source="upload")
    with pytest.raises(Stopped):
        made(FakeWork({}, stop_after=0))
    assert len(intake.waiting(1)) == 1


def test_waking_asks_for_one_job_where_something_waits(intake: Intake, database: Database) -> None:
    jobs = Jobs(database, {})
    wake(jobs, intake)
    assert jobs.list() == []
    intake.add(picture(RED), name="red.png", source="upload")
    wake(jobs, intake)
    wake(jobs, intake)
    assert [job.kind for job in jobs.list()] == ["classify"]
