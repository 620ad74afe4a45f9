"""A job followed to its end: what is shown, what is raised, and what Ctrl-C does."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import click
import pytest

from tenfold.cli.server.job_progress import do, follow, shown
from tenfold.database import Database
from tenfold.errors import DatasetError, JobError, TenfoldError
from tenfold.jobs import CANCELLED, DONE, RUNNING, Jobs, Stopped, Work
from tests.fakes import Anything, doing, made_up, submit
from tests.shortcuts.tables import new_database


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def database(own_home: Path) -> Iterator[Database]:
    opened = new_database(own_home / "tenfold.db")
    yield opened
    opened.close()


def linger(work: Work[Anything]) -> dict[str, Any]:
    work.progress(3, 12, "a.jpg")
    while not work.stopping:
        time.sleep(0.01)
    raise Stopped


def fail(work: Work[Anything]) -> dict[str, Any]:
    raise DatasetError("pets", "has no pictures", cure="Add some.")


HANDLERS = doing({"ten": lambda work: {"ten": 10}, "fail": fail, "linger": linger})


def interrupted(jobs: Jobs, with_signal: int = signal.SIGINT) -> None:
    """Interrupts this process when a job runs, and so was shown."""

    def interrupt() -> None:
        while not jobs.list(states=[RUNNING]):
            time.sleep(0.05)
        time.sleep(0.7)
        os.kill(os.getpid(), with_signal)

    threading.Thread(daemon=True, target=interrupt).start()


def test_a_job_is_done_here_where_nobody_else_does_it(database: Database) -> None:
    jobs = Jobs(database, HANDLERS)
    job = do(jobs, made_up("ten"), Anything({}), title="Ten", stream=StringIO())
    assert (job.state, job.result) == (DONE, {"ten": 10})


def test_a_job_that_fails_is_raised_in_its_own_words(database: Database) -> None:
    with pytest.raises(TenfoldError, match=r"pets has no pictures\. Add some\.") as raised:
        do(Jobs(database, HANDLERS), made_up("fail"), Anything({}), title="Fail", stream=StringIO())
    assert raised.value.code == "dataset-error"


@pytest.mark.slow
@pytest.mark.parametrize("with_signal", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_cancels_what_is_done_here(
    database: Database, capsys: pytest.CaptureFixture[str], with_signal: int
) -> None:
    jobs, terminal = Jobs(database, HANDLERS), Terminal()
    interrupted(jobs, with_signal)
    with pytest.raises(click.Abort):
        do(jobs, made_up("linger"), Anything({}), title="Linger", stream=terminal)
    assert jobs.list()[0].state == CANCELLED
    assert capsys.readouterr().err.startswith("Cancelled. What was done stays done;")
    assert "Linger  [======                  ] 3 of 12" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[K")


@pytest.mark.slow
def test_an_interruption_leaves_a_server_at_its_work(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    server, command = Jobs(database, HANDLERS), Jobs(database, {})
    server.start(serving=True)
    try:
        interrupted(server)
        with pytest.raises(click.Abort):
            do(command, made_up("linger"), Anything({}), title="Linger", stream=StringIO())
        job = server.list()[0]
        assert job.state == RUNNING
        assert f"tenfold jobs cancel {job.id}" in capsys.readouterr().err
    finally:
        server.close()


def test_a_job_that_somebody_cancels_is_told(database: Database) -> None:
    jobs = Jobs(database, {})
    job = submit(jobs, "linger", "Linger")
    jobs.cancel(job.id)
    with pytest.raises(JobError, match=r"'Linger' was cancelled\. What it had done stays done\."):
        follow(jobs, job, stream=StringIO())


def test_the_line_says_what_is_known(database: Database) -> None:
    jobs = Jobs(database, {})
    job = submit(jobs, "x", "Add a")
    assert shown(job, "Add a") == "Add a  waits"
    job.state, job.done, job.step = RUNNING, 1234, "asking-model"
    job.figures = {"model": "b\x1b"}
    assert shown(job, "Add a") == "Add a  1,234  asking b\ufffd"
    job.total = 2468
    assert shown(job, "Add a") == "Add a  [============            ] 1,234 of 2,468  asking b\ufffd"
