"""Processes that do jobs and are killed: nothing is lost, and nothing that was remembered is done again."""

import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from tenfold.database import Database
from tenfold.jobs import DONE, Jobs
from tests.jobs.killed import STEPS

PROGRAM = Path(__file__).with_name("killed.py")
KILLS = 4


def run(database: Database, log: Path) -> "subprocess.Popen[str]":
    url = database.url.render_as_string(hide_password=False)
    command = [sys.executable, str(PROGRAM), url, str(log)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])


def test_a_job_goes_on_after_every_kill(database: Database, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.touch()
    jobs = Jobs(database, {})
    asked = jobs.submit("steps", {}, title="Steps", by=0)
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


def test_one_process_works_at_a_time_and_a_killed_one_is_followed(database: Database, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.touch()
    jobs = Jobs(database, {})
    asked = jobs.submit("steps", {}, title="Steps", by=0)
    first = run(database, log)
    assert first.stdout is not None
    assert first.stdout.readline() == "started True\n"
    second = run(database, log)
    assert second.stdout is not None
    assert second.stdout.readline() == "started False\n"
    while not log.read_text():
        time.sleep(0.01)
    first.kill()
    first.communicate()
    assert jobs.wait(asked.id, 120).state == DONE
    second.communicate(timeout=120)
    assert second.returncode == 0
    lines = log.read_text().splitlines()
    assert len(lines) <= 2 * STEPS + 2
