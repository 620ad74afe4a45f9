"""Two servers on one PostgreSQL database share 2,000 pictures; one is killed, nothing is lost or doubled."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tenfold.catalogue.tables import Entry, Name
from tenfold.database import Database
from tenfold.jobs import DONE, RUNNING, JobRow, Jobs
from tenfold.work.adding import ADD, AddParams
from tests.conftest import postgres_database
from tests.fakes import picture

FOLDERS, EACH = 20, 100
LONG = 240.0
SERVER = """
import sys
from dataclasses import replace
from pathlib import Path
from tenfold import settings
from tests.fakes import FakeApp
chosen = replace(settings.load(), home=Path(sys.argv[1]), database_url=sys.argv[2], threads=1)
with FakeApp(chosen) as app:
    app.jobs.start(serving=True)
    print("started", flush=True)
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
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    return process


def count(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Entry)) or 0


def workers(database: Database) -> set[str | None]:
    with database.reading() as session:
        return set(session.scalars(select(JobRow.worker).where(JobRow.state == RUNNING)))


@pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")
def test_two_servers_share_the_pictures_and_one_is_killed(database: Database, tmp_path: Path) -> None:
    jobs = Jobs(database, {})
    asked = []
    for folder in range(FOLDERS):
        place = tmp_path / f"{folder:02}"
        place.mkdir()
        for number in range(EACH):
            colour = (200 + folder, 2 * number % 256, number)
            (place / f"{number}.png").write_bytes(picture(colour, size=(8, 8)))
        params = AddParams(paths=[str(place)], owner=0, shared=True)
        asked.append(jobs.submit(ADD, params, title=f"Add {folder}", by=0).id)
    first, second = serving(tmp_path / "home", database), serving(tmp_path / "home", database)
    shared: set[str | None] = set()
    try:
        ends = time.monotonic() + LONG
        while count(database) < FOLDERS * EACH // 4:
            assert time.monotonic() < ends, "it did not begin"
            shared |= workers(database)
            time.sleep(0.02)
        first.kill()
        first.communicate()
        ended = [jobs.wait(job, LONG) for job in asked]
    finally:
        for process in (first, second):
            process.kill()
            process.communicate()
    assert len(shared) == 2, "both worked"
    assert [job.state for job in ended] == [DONE] * FOLDERS
    assert [ADD.result_of(job).files for job in ended] == [EACH] * FOLDERS
    assert any(job.attempt > 1 for job in ended), "what the killed one had begun was begun again"
    with database.reading() as session:
        states = session.execute(select(Entry.state, func.count()).group_by(Entry.state)).all()
        names = session.scalar(select(func.count()).select_from(Name))
    assert [tuple(row) for row in states] == [("done", FOLDERS * EACH)]
    assert names == FOLDERS * EACH
