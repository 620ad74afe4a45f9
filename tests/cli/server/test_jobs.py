"""tenfold jobs, in a home with jobs that nobody does."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tenfold.errors import DatasetError
from tenfold.jobs import FAILED, Jobs
from tenfold.jobs.leases import Attempt, Leases
from tests.cli.conftest import Command
from tests.fakes import submit
from tests.shortcuts.tables import new_database


@pytest.fixture
def jobs(own_home: Path) -> Iterator[Jobs]:
    """The jobs of tenfold's home."""
    database = new_database(own_home / "tenfold.db")
    yield Jobs(database, {})
    database.close()


def claim(jobs: Jobs, kind: str, do: Callable[[Leases, Attempt], None]) -> None:
    leases = Leases(jobs.records._database, serving=False)
    one = leases.claim([kind])
    assert one is not None
    do(leases, one)


def test_a_home_without_jobs_says_so(tenfold: Command) -> None:
    assert tenfold("jobs").out == "There are no jobs.\n"
    assert json.loads(tenfold("jobs", "--json").out) == []


def test_the_newest_job_stands_first(tenfold: Command, jobs: Jobs) -> None:
    first = submit(jobs, "add", "Add \x1b[31mred")
    second = submit(jobs, "train", "Train cats")
    claim(jobs, "train", lambda leases, one: leases.progress(one, 3, 4000, ""))
    outcome = tenfold("jobs")
    assert (outcome.status, outcome.err) == (0, "")
    head, newest, oldest = outcome.out.splitlines()
    assert head.split() == ["job", "what", "state", "progress", "started"]
    assert newest.startswith(f"{second.id}  Train cats")
    assert "running  3 of 4,000" in newest
    assert oldest.startswith(f"{first.id}  Add \ufffd[31mred")
    assert [job["id"] for job in json.loads(tenfold("jobs", "--json", "--limit", 1).out)] == [second.id]


def test_one_job_is_shown_with_why_it_failed(tenfold: Command, jobs: Jobs) -> None:
    job = submit(jobs, "add", "Add a", paths=["a"])
    claim(jobs, "add", lambda leases, one: leases.end(one, FAILED, error=DatasetError("a", "has gone")))
    out = tenfold("jobs", "show", job.id).out
    assert f"id          {job.id}" in out
    assert 'params      {"paths": ["a"]}' in out
    assert "problem     a has gone." in out
    assert json.loads(tenfold("jobs", "show", job.id, "--json").out)["problem"]["code"] == "dataset-error"


def test_a_job_that_does_not_exist_is_told(tenfold: Command) -> None:
    outcome = tenfold("jobs", "show", "0")
    assert outcome.status == 1
    assert outcome.err == "tenfold: Job 0 does not exist. tenfold jobs lists those that do.\n"


def test_a_waiting_job_is_cancelled_and_an_ended_one_is_not(tenfold: Command, jobs: Jobs) -> None:
    job = submit(jobs, "add", "Add")
    assert tenfold("jobs", "cancel", job.id).out == "Cancelled\n"
    assert tenfold("jobs", "cancel", job.id).out == "Nothing to cancel: it was cancelled already\n"
