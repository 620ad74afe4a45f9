import os
import signal
import struct
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tenfold.catalogue.entries.tables import Entry
from tenfold.catalogue.ingest.ingest import Ingest
from tenfold.database import Database
from tenfold.images import Limits, PictureSource, workers
from tenfold.inference.classifier import Prepared
from tenfold.inference.server import ModelServer
from tenfold.jobs import Jobs, Stopped
from tenfold.jobs.leases import Leases
from tenfold.predictions import Prediction
from tenfold.processes import Workers, WorkersStopped
from tenfold.workflows import classify_job as classifying
from tenfold.workflows.classify_job import (
    MOST_ATTEMPTS,
    MOST_INTERRUPTIONS,
    ClassifyParams,
    ClassifyPending,
    ClassifyResult,
    wake,
)
from tests.fakes import BLUE, RED, FakeClassifier, FakeWork, LocalOriginals, picture


@pytest.fixture
def ingest(database: Database, tmp_path: Path) -> Ingest:
    return Ingest(database, LocalOriginals(tmp_path / "pictures"), Limits())


@pytest.fixture
def jobs(database: Database) -> Jobs:
    jobs = Jobs(database, {})
    jobs.worker(serving=True)
    return jobs


@pytest.fixture
def made(ingest: Ingest, tmp_path: Path, jobs: Jobs) -> ClassifyPending:
    return ClassifyPending(ingest, LocalOriginals(tmp_path / "pictures"), ModelServer(FakeClassifier()), jobs)


def labels(database: Database) -> dict[str, str | None]:
    with database.reading() as session:
        return {entry.name: entry.label for entry in session.scalars(select(Entry))}


def test_everything_that_waits_gets_an_answer(
    ingest: Ingest, made: ClassifyPending, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classifying, "_LINGER_SECONDS", 0.0)
    monkeypatch.setattr(classifying, "BATCH", 8)
    for number in range(20):
        ingest.add(picture((250, 10, number), size=(8, 8)), name=f"{number}.png", source="upload")
    work = FakeWork(ClassifyParams())
    assert made(work) == ClassifyResult(classified=20, failed=0)
    assert set(labels(database).values()) == {"red"}
    assert [done for done, _, _ in work.told] == [8, 16, 20]
    assert not ingest.waits()


def test_only_those_asked_for_are_answered(ingest: Ingest, made: ClassifyPending, database: Database) -> None:
    red, blue = (
        ingest.add(picture(colour), name=name, source="upload").entry.id
        for colour, name in ((RED, "red"), (BLUE, "blue"))
    )
    assert made.answer([blue]) == {blue: True}
    assert labels(database) == {"red": None, "blue": "blue"}
    assert made.answer([blue]) == {}
    assert made.answer() == {red: True}


def test_an_original_that_is_gone_fails_its_entry_alone(
    ingest: Ingest, made: ClassifyPending, database: Database, tmp_path: Path
) -> None:
    gone = ingest.add(picture(RED), name="red.png", source="upload").entry
    blue = ingest.add(picture(BLUE), name="blue.png", source="upload").entry
    LocalOriginals(tmp_path / "pictures").path(gone.hash).unlink()
    assert made.answer() == {gone.id: False, blue.id: True}
    with database.reading() as session:
        problem = session.get_one(Entry, gone.id).problem
    assert problem is not None
    assert problem["detail"].startswith("red.png cannot be read from the store (The original ")


def test_it_stops_when_asked(ingest: Ingest, made: ClassifyPending) -> None:
    ingest.add(picture(RED), name="red.png", source="upload")
    with pytest.raises(Stopped):
        made(FakeWork(ClassifyParams(), stop_after=0))
    assert ingest.waits()


def test_waking_asks_for_one_job_where_something_waits(ingest: Ingest, jobs: Jobs) -> None:
    wake(jobs, ingest)
    assert jobs.list() == []
    ingest.add(picture(RED), name="red.png", source="upload")
    wake(jobs, ingest)
    wake(jobs, ingest)
    assert [job.kind for job in jobs.list()] == ["classify"]


def test_waking_asks_for_a_job_for_each_worker_that_has_a_lot_to_do(
    ingest: Ingest, jobs: Jobs, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classifying, "BATCH", 2)
    for _ in range(3):
        Leases(database, serving=True).renew([])
    for number in range(5):
        ingest.add(picture((250, 10, number), size=(8, 8)), name=f"{number}.png", source="upload")
        wake(jobs, ingest)
        assert len(jobs.list()) == 1 + number // 2


def test_what_another_worker_claimed_is_left_to_it_until_that_is_dead(
    ingest: Ingest, made: ClassifyPending, database: Database
) -> None:
    red, blue = (
        ingest.add(picture(colour), name=name, source="upload").entry.id
        for colour, name in ((RED, "red"), (BLUE, "blue"))
    )
    other = Leases(database, serving=True)
    other.renew([])
    assert [one.entry for one in ingest.begin(1, worker=other.worker, living={other.worker})] == [red]
    assert made.answer() == {blue: True}
    assert made.answer([red]) == {}
    other.leave()
    assert made.answer([red]) == {red: True}


def test_what_a_worker_enters_is_its_own(ingest: Ingest, made: ClassifyPending, database: Database) -> None:
    other = Leases(database, serving=True)
    other.renew([])
    for worker, name, colour in ((other.worker, "red", RED), (made.worker, "blue", BLUE)):
        kept = [ingest.keep(picture(colour), name=name)]
        ingest.enter(kept, source="folder", owner=0, by=0, shared=True, worker=worker)
    made.answer()
    assert labels(database) == {"red": None, "blue": "blue"}


class Struck(FakeClassifier):
    """Raises what no picture should on blue pictures, in the network or while reading."""

    def __init__(self, *, reading: bool) -> None:
        super().__init__()
        self._reading = reading

    def prepare(self, picture: PictureSource, *, name: str | None = None) -> Prepared:
        if self._reading and name == "blue.png":
            raise struct.error("unpack requires a buffer of 4 bytes")
        return super().prepare(picture, name=name)

    def run(self, prepared: Sequence[Prepared]) -> list[Prediction]:
        if any(one.pixels[0, 0, 0, 2] > 200 for one in prepared):
            raise RuntimeError("the network broke")
        return super().run(prepared)


@pytest.mark.parametrize("reading", [True, False])
def test_a_picture_that_raises_anything_is_set_aside_and_blocks_nobody(
    ingest: Ingest,
    database: Database,
    tmp_path: Path,
    jobs: Jobs,
    reading: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    made = ClassifyPending(
        ingest, LocalOriginals(tmp_path / "pictures"), ModelServer(Struck(reading=reading)), jobs
    )
    blue = ingest.add(picture(BLUE), name="blue.png", source="upload").entry
    reds = [ingest.add(picture((250, 10, n)), name=f"{n}.png", source="upload").entry.id for n in range(5)]
    assert made.answer() == dict.fromkeys(reds, True), "those behind it have their answers at once"
    assert made.answer() == {blue.id: False}
    assert made.answer() == {}
    with database.reading() as session:
        entry = session.get_one(Entry, blue.id)
    assert entry.state == "failed"
    assert entry.problem is not None
    assert entry.problem["detail"].startswith(
        f"blue.png could not be classified in 3 attempts ({'error' if reading else 'RuntimeError'})."
    )
    assert len([one for one in caplog.records if one.exc_info]) == 3


def test_a_picture_that_was_set_aside_is_tried_again_when_it_is_added_again(
    ingest: Ingest, made: ClassifyPending, database: Database, tmp_path: Path, jobs: Jobs
) -> None:
    content = picture(BLUE)
    struck = ClassifyPending(
        ingest, LocalOriginals(tmp_path / "pictures"), ModelServer(Struck(reading=True)), jobs
    )
    blue = ingest.add(content, name="blue.png", source="upload").entry.id
    assert struck.answer() == {blue: False}
    assert not ingest.waits()
    ingest.add(content, name="blue.png", source="upload")
    assert made.answer() == {blue: True}
    assert labels(database) == {"blue.png": "blue"}


class Stopping(FakeClassifier):
    """Reads no picture: its child processes are being stopped."""

    def prepare(self, picture: PictureSource, *, name: str | None = None) -> Prepared:
        raise WorkersStopped


def test_no_attempt_is_counted_for_a_picture_that_a_stop_cut_off(
    ingest: Ingest, made: ClassifyPending, database: Database, tmp_path: Path, jobs: Jobs
) -> None:
    blue = ingest.add(picture(BLUE), name="blue.png", source="upload").entry.id
    stopping = ClassifyPending(ingest, LocalOriginals(tmp_path / "pictures"), ModelServer(Stopping()), jobs)
    for _ in range(MOST_ATTEMPTS + 1):
        with pytest.raises(Stopped):
            stopping.answer()
    assert made.answer() == {blue: True}
    assert labels(database) == {"blue.png": "blue"}


def kill(ingest: Ingest) -> list[int]:
    """As after a kill: attempts were begun, and nothing came of them. Which they were."""
    return [one.entry for one in ingest.begin(10)]


@pytest.fixture
def waiting(ingest: Ingest) -> list[int]:
    """Three pictures that are good."""
    shades = [picture((250, 10, number)) for number in range(3)]
    return [ingest.add(one, name=f"{n}.png", source="upload").entry.id for n, one in enumerate(shades)]


def test_kills_of_the_process_are_no_fault_of_the_pictures_that_it_was_at(
    ingest: Ingest, made: ClassifyPending, waiting: list[int]
) -> None:
    assert kill(ingest) == waiting
    # Then alone, and whoever was hit comes last: kills at random moments do not hit one picture each time.
    assert [kill(ingest) for _ in range(6)] == [[number] for number in waiting * 2]
    new = ingest.add(picture(BLUE), name="new.png", source="upload").entry.id
    assert made.answer() == {new: True}, "what was never tried comes first"
    assert [made.answer() for _ in range(4)] == [*({number: True} for number in waiting), {}]


def crash(asked: dict[str, Any], data: bytearray) -> tuple[dict[str, Any], bytes]:
    """A decoder that brings down its process."""
    os.kill(os.getpid(), signal.SIGKILL if data.endswith(b"memory") else signal.SIGSEGV)
    return {}, b""


@pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")
@pytest.mark.parametrize("by", [b"", b"memory"])
def test_a_picture_that_brings_down_what_decodes_it_is_set_aside_once_it_is_tried_alone(
    ingest: Ingest, made: ClassifyPending, database: Database, monkeypatch: pytest.MonkeyPatch, by: bytes
) -> None:
    bad = ingest.add(picture(BLUE) + by, name="bad.png", source="upload").entry.id
    kill(ingest)
    crashing = Workers(f"{__name__}:crash", most=1)
    monkeypatch.setattr(workers, "_workers", crashing)
    assert made.answer() == {bad: False}
    crashing.stop()
    with database.reading() as session:
        problem = session.get_one(Entry, bad).problem
    assert problem is not None
    assert problem["detail"].startswith("bad.png ")


def test_a_picture_whose_process_ends_whatever_is_done_is_set_aside_in_the_end(
    ingest: Ingest, made: ClassifyPending
) -> None:
    bad = ingest.add(picture(BLUE), name="bad.png", source="upload").entry.id
    for _ in range(MOST_INTERRUPTIONS):
        assert kill(ingest) == [bad]
    assert made.answer() == {bad: False}
