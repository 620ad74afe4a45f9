"""Two servers on one PostgreSQL database share 2,000 pictures; one is killed, nothing is lost or doubled."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import ColumnElement, func, select

from tenfold import settings
from tenfold.catalogue.entries.tables import Embedding, Entry, Name
from tenfold.catalogue.ingest.ingest import Ingest, StoredPicture
from tenfold.database import Database
from tenfold.images import Limits
from tenfold.jobs import DONE, RUNNING, JobRow, Jobs
from tenfold.workflows.classify_job import BATCH
from tenfold.workflows.ingest_job import ADD, AddParams
from tests.conftest import postgres_database
from tests.fakes import FakeApp, FakeWork, LocalOriginals, picture
from tests.paths import ROOT

FOLDERS, EACH = 20, 100
LONG = 240.0
# A server without HTTP. Its classifier takes its time, and writes down for how many pictures it was asked. It
# answers nothing before the other server was asked too: on a busy machine one may be done before the other
# has had its turn.
SERVER = """
import os
import sys
import threading
import time
from pathlib import Path
from tenfold import settings
from tenfold.runtime.services import describe, services
from tenfold.runtime.supervisor import Supervisor
from tests.fakes import FakeApp, FakeClassifier

home = Path(sys.argv[1])

class Counting(FakeClassifier):
    def run(self, prepared):
        with Path(f"{home}-{os.getpid()}.log").open("a") as log:
            log.write(f"{len(prepared)}\\n")
        while len(list(home.parent.glob(f"{home.name}-*.log"))) < 2:
            time.sleep(0.01)
        return super().run(prepared)

chosen = settings.load().model_copy(update={"home": home, "database_url": sys.argv[2], "threads": 1})
with FakeApp(chosen, Counting(seconds=0.02)) as app:
    supervisor = Supervisor(services(app), describe)
    print("started", flush=True)
    sys.stdin.readline()
    supervisor.start()
    sys.stdin.read()
"""


@pytest.fixture
def database(postgres: str, postgres_tables: str) -> Iterator[Database]:
    with postgres_database(postgres, postgres_tables) as url:
        opened = Database(url)
        yield opened
        opened.close()


def serving(home: Path, database: Database) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", SERVER, str(home), database.url.render_as_string(hide_password=False)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)


@contextmanager
def two_servers(home: Path, database: Database) -> "Iterator[list[subprocess.Popen[str]]]":
    """Begin at the same time."""
    both = [serving(home, database) for _ in range(2)]
    try:
        for process in both:
            assert process.stdout is not None
            assert process.stdout.readline() == "started\n"
        for process in both:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        yield both
    finally:
        for process in both:
            process.kill()
            process.communicate()


def asked(home: Path, process: "subprocess.Popen[str]") -> int:
    """For how many pictures a server's classifier was asked."""
    log = Path(f"{home}-{process.pid}.log")
    return sum(map(int, log.read_text().split())) if log.exists() else 0


def count(database: Database, *which: ColumnElement[bool]) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Entry).where(*which)) or 0


def state(database: Database, home: Path, both: "list[subprocess.Popen[str]]") -> str:
    """What the servers have done so far, in words."""
    waiting = count(database, Entry.state == "waiting")
    did = "; ".join(f"{one.pid} ended with {one.poll()}, asked for {asked(home, one)}" for one in both)
    jobs = [(job.kind, job.key, job.state, job.worker, job.problem) for job in Jobs(database, {}).list()]
    return f"{waiting} of {count(database)} wait; {did}; workers {Jobs(database, {}).workers()}; jobs {jobs}"


def workers(database: Database) -> set[str | None]:
    with database.reading() as session:
        return set(session.scalars(select(JobRow.worker).where(JobRow.state == RUNNING)))


def test_two_processes_that_add_one_folder_make_one_answered_entry_of_each_picture(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(70):
        (photos / f"{number}.png").write_bytes(picture((number, 250, 10), size=(8, 8)))
    chosen = settings.load().model_copy(update={"home": tmp_path / "home", "threads": 1})
    params = AddParams(paths=[str(photos)], owner=0, shared=True)
    with FakeApp(chosen) as one, FakeApp(chosen) as other, ThreadPoolExecutor(2) as threads:
        for app in (one, other):
            app.jobs.worker(serving=True).poll(threading.Event())
        results = list(threads.map(lambda app: app.add_pictures(FakeWork(params)), (one, other)))
        while one.classify_pending.answer() or other.classify_pending.answer():
            pass
        with one.database.reading() as session:
            for table in (Entry, Name, Embedding):
                assert session.scalar(select(func.count()).select_from(table)) == 70, table
            assert set(session.scalars(select(Entry.state))) == {"done"}
    assert sum(result.added for result in results) == 70


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")
def test_two_servers_share_folders_to_add_and_one_is_killed(database: Database, tmp_path: Path) -> None:
    jobs = Jobs(database, {})
    adding = []
    for folder in range(FOLDERS):
        place = tmp_path / f"{folder:02}"
        place.mkdir()
        for number in range(EACH):
            colour = (200 + folder, 2 * number % 256, number)
            (place / f"{number}.png").write_bytes(picture(colour, size=(8, 8)))
        params = AddParams(paths=[str(place)], owner=0, shared=True)
        adding.append(jobs.submit(ADD, params, title=f"Add {folder}", by=0).id)
    shared: set[str | None] = set()
    home = tmp_path / "home"
    with two_servers(home, database) as both:
        ends = time.monotonic() + LONG
        while count(database) < FOLDERS * EACH // 4:
            assert time.monotonic() < ends, state(database, home, both)
            shared |= workers(database)
            time.sleep(0.02)
        both[0].kill()
        both[0].communicate()
        ended = [jobs.wait(job, LONG) for job in adding]
    assert len(shared) == 2, "both worked"
    assert [job.state for job in ended] == [DONE] * FOLDERS
    assert [ADD.result_of(job).files for job in ended] == [EACH] * FOLDERS
    assert any(job.attempt > 1 for job in ended), "what the killed one had begun was begun again"
    with database.reading() as session:
        states = session.execute(select(Entry.state, func.count()).group_by(Entry.state)).all()
        names = session.scalar(select(func.count()).select_from(Name))
    assert [tuple(row) for row in states] == [("done", FOLDERS * EACH)]
    assert names == FOLDERS * EACH


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")
def test_two_servers_share_pictures_that_wait_and_one_is_killed(database: Database, tmp_path: Path) -> None:
    home, pictures = tmp_path / "home", FOLDERS * EACH
    ingest = Ingest(database, LocalOriginals(home / "pictures"), Limits())

    def keep(number: int) -> StoredPicture:
        colour = (200 + number // 100, 50, number % 100)
        return ingest.keep(picture(colour, size=(8, 8)), name=f"{number}.png")

    with ThreadPoolExecutor(8) as keepers:
        kept = list(keepers.map(keep, range(pictures)))
    waiting = Entry.state == "waiting"
    with two_servers(home, database) as both:
        ends = time.monotonic() + LONG
        while len(Jobs(database, {}).workers()) < 2:
            assert time.monotonic() < ends, state(database, home, both)
            time.sleep(0.05)
        ingest.enter(kept, source="upload", owner=0, by=0, shared=True)
        while count(database, waiting) > 3 * pictures // 4 or not all(asked(home, one) for one in both):
            assert time.monotonic() < ends, state(database, home, both)
            time.sleep(0.02)
        both[0].kill()
        both[0].communicate()
        ends = time.monotonic() + LONG
        while count(database, waiting):
            assert time.monotonic() < ends, state(database, home, both)
            time.sleep(0.05)
    with database.reading() as session:
        states = session.execute(select(Entry.state, func.count()).group_by(Entry.state)).all()
        placed = session.scalar(select(func.count()).select_from(Embedding))
    assert [tuple(row) for row in states] == [("done", pictures)]
    assert placed == pictures
    # Nothing was answered twice but the batch that the killed one was at.
    assert pictures <= sum(asked(home, one) for one in both) <= pictures + BATCH
