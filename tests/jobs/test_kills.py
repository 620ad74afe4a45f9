"""Processes that do jobs and are killed: nothing is lost, and nothing that was remembered is done again."""

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import update

from tenfold.database import Database, now
from tenfold.jobs import DONE, Jobs, Work
from tenfold.jobs.leases import LEASE_SECONDS, Leases
from tenfold.jobs.tables import WorkerRow
from tests.environment.forking import Forked
from tests.fakes import Anything, submit
from tests.jobs import killed
from tests.jobs.killed import STEPS

KILLS = 4


@contextmanager
def running(database: Database, log: Path) -> Iterator[Forked]:
    url = database.url.render_as_string(hide_password=False)
    with closing(Forked(killed.main, [url, str(log)], dict(os.environ))) as process:
        yield process


def test_what_a_worker_had_finished_when_it_died_is_not_done_again(database: Database) -> None:
    submit(Jobs(database, {}), "steps", "Steps")
    done: list[str] = []
    for name in ("dies", "follows"):
        leases = Leases(database, serving=True)
        leases.renew([])
        leases.take_from_the_dead()
        claimed = leases.claim(["steps"])
        assert claimed is not None
        work = Work(claimed, Anything({}), leases, threading.Event())
        found = [work.step(step, partial(_noted, done, f"{name} {step}")) for step in ("one", name)]
        with database.writing() as session:  # it is gone, and does not say so
            past = now() - timedelta(seconds=1)
            session.execute(update(WorkerRow).where(WorkerRow.id == leases.worker).values(lease_until=past))
    assert done == ["dies one", "dies dies", "follows follows"]
    assert found == ["dies one", "follows follows"]


def _noted(done: list[str], what: str) -> str:
    done.append(what)
    return what


@pytest.mark.slow
def test_a_job_goes_on_after_every_kill(database: Database, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.touch()
    jobs = Jobs(database, {})
    asked = submit(jobs, "steps", "Steps")
    chance = random.Random(4)
    kills = 0
    for _ in range(KILLS):
        with running(database, log) as process:
            lines = len(log.read_text().splitlines())
            while len(log.read_text().splitlines()) <= lines and process.returncode is None:
                time.sleep(0.01)
            time.sleep(chance.uniform(0, 0.2))
            kills += process.returncode is None
    assert kills >= 2, "it was done before it could be killed"
    with running(database, log) as last:
        assert last.communicate(timeout=120)[0] == "started True\n"
        assert last.returncode == 0
    job = jobs.get(asked.id)
    assert (job.state, job.result) == (DONE, {"sum": sum(range(STEPS))})
    began = Counter(line for line in log.read_text().splitlines() if line.startswith("begin"))
    assert set(began) == {f"begin {i}" for i in range(STEPS)}
    # A kill can hit no more than the one step that ran.
    assert sum(began.values()) - STEPS <= kills


@pytest.mark.slow
def test_a_killed_process_is_followed_at_once_on_the_same_machine(database: Database, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.touch()
    jobs = Jobs(database, {})
    asked = submit(jobs, "steps", "Steps")
    with running(database, log) as first, running(database, log) as second:
        while not log.read_text():
            assert first.returncode is None
            time.sleep(0.01)
        assert second.stdout.readline() == "started True\n"
        first.kill()
        first.wait(30)
        at = time.monotonic()
        assert jobs.wait(asked.id, 120).state == DONE
        assert time.monotonic() - at < LEASE_SECONDS / 2, "the lease was waited for"
        assert second.wait(120) == 0
    assert len(log.read_text().splitlines()) <= 2 * STEPS + 2
