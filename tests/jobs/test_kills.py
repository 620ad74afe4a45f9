"""Processes that do jobs and are killed: nothing is lost, and nothing that was remembered is done again."""

import random
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import update

from tenfold.database import Database, now
from tenfold.jobs import DONE, Jobs, Work
from tenfold.jobs.leases import LEASE_SECONDS, Leases
from tenfold.jobs.tables import WorkerRow
from tests.fakes import Anything, submit
from tests.jobs.killed import STEPS
from tests.paths import ROOT

KILLS = 4


def run(database: Database, log: Path) -> "subprocess.Popen[str]":
    url = database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.jobs.killed", url, str(log)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)


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
    killed = 0
    for _ in range(KILLS):
        process = run(database, log)
        lines = len(log.read_text().splitlines())
        while len(log.read_text().splitlines()) <= lines and process.poll() is None:
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.2))
        killed += process.poll() is None
        process.kill()
        process.communicate()
    assert killed >= 2, "it was done before it could be killed"
    last = run(database, log)
    assert last.communicate(timeout=120)[0] == "started True\n"
    assert last.returncode == 0
    job = jobs.get(asked.id)
    assert (job.state, job.result) == (DONE, {"sum": sum(range(STEPS))})
    began = Counter(line for line in log.read_text().splitlines() if line.startswith("begin"))
    assert set(began) == {f"begin {i}" for i in range(STEPS)}
    # A kill can hit no more than the one step that ran.
    assert sum(began.values()) - STEPS <= killed


@pytest.mark.slow
def test_a_killed_process_is_followed_at_once_on_the_same_machine(database: Database, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.touch()
    jobs = Jobs(database, {})
    asked = submit(jobs, "steps", "Steps")
    first = run(database, log)
    while not log.read_text():
        assert first.poll() is None
        time.sleep(0.01)
    second = run(database, log)
    assert second.stdout is not None
    assert second.stdout.readline() == "started True\n"
    first.kill()
    first.communicate()
    killed = time.monotonic()
    assert jobs.wait(asked.id, 120).state == DONE
    assert time.monotonic() - killed < LEASE_SECONDS / 2, "the lease was waited for"
    second.communicate(timeout=120)
    assert second.returncode == 0
    assert len(log.read_text().splitlines()) <= 2 * STEPS + 2
