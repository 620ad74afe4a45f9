"""Runs a job from the command line: submits it and shows its progress. Does not know what the job does."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import click

from tenfold.cli.terminal.text import printable
from tenfold.errors import JobError
from tenfold.jobs import CANCELLED, ENDED, FAILED, WAITING, JobRow, Jobs, JobType
from tenfold.jobs.types import P, R
from tenfold.workflows.job_types import in_english

_BAR = 24
_SECONDS_BETWEEN = 0.2
_SECONDS_BETWEEN_LINES = 15.0


def do(
    jobs: Jobs,
    job_type: JobType[P, R],
    params: P,
    *,
    title: str,
    by: int = 0,
    key: str | None = None,
    stream: TextIO | None = None,
) -> JobRow:
    """Submit a job, run it in this process or watch the server that runs it, and return it when it is done.

    Raises as `follow`.
    """
    mine = jobs.start()
    try:
        job = jobs.submit(job_type, params, title=title, by=by, key=key)
        return follow(jobs, job, mine=mine, stream=stream)
    finally:
        jobs.close()


def follow(
    jobs: Jobs,
    job: JobRow,
    *,
    mine: bool = False,
    stream: TextIO | None = None,
) -> JobRow:
    """Show a job's progress until it is done.

    Args:
        mine: this process runs it: then Ctrl-C cancels it. Otherwise Ctrl-C only ends the progress display.
        stream: where progress is drawn; None is the standard error.

    Raises:
        TenfoldError: the job failed, in the job's own words, or somebody cancelled it; or this process does
            it, and cannot write to the database.
        click.Abort: Ctrl-C; what becomes of the job has been printed.
    """
    try:
        with interruptible(), _ProgressLine(stream or sys.stderr, job.title) as line:
            while (job := jobs.wait(job.id, _SECONDS_BETWEEN)).state not in ENDED:
                line.show(job)
    except KeyboardInterrupt:
        _leave(jobs, job, mine)
        raise click.Abort from None
    if job.state == CANCELLED:
        raise JobError(f"'{job.title}'", "was cancelled", cure="What it had done stays done.")
    if job.state == FAILED:
        raise failure(job)
    return job


def failure(job: JobRow) -> JobError:
    """The error with which a job failed, in the words that it had."""
    problem = job.problem or {}
    error = JobError(
        str(problem.get("subject") or f"'{job.title}'"),
        str(problem.get("problem") or "failed"),
        received=str(problem.get("received") or ""),
        cure=str(problem.get("cure") or ""),
    )
    error.code, error.title = problem.get("code", error.code), problem.get("title", error.title)
    return error


def _leave(jobs: Jobs, job: JobRow, mine: bool) -> None:
    if mine:
        jobs.cancel(job.id)
        jobs.wait(job.id, timeout=10)
        click.echo("Cancelled. What was done stays done; the same command goes on from there.", err=True)
    else:
        click.echo(
            f"The server goes on with it. Look with: tenfold jobs show {job.id}   "
            f"Stop it with: tenfold jobs cancel {job.id}",
            err=True,
        )


@contextmanager
def interruptible() -> Iterator[None]:
    """SIGTERM ends like Ctrl-C."""
    import signal

    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


class _ProgressLine:
    """How far a job is: a line that moves on a terminal, elsewhere one now and then."""

    def __init__(self, stream: TextIO, title: str) -> None:
        self._stream, self._title = stream, printable(title)
        self._active = stream.isatty()
        self._told_at = time.monotonic()

    def __enter__(self) -> "_ProgressLine":
        return self

    def __exit__(self, *ended: object) -> None:
        if self._active:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def show(self, job: JobRow) -> None:
        if self._active:
            self._stream.write("\r" + shown(job, self._title)[: self._room()] + "\x1b[K")
            self._stream.flush()
        elif time.monotonic() - self._told_at >= _SECONDS_BETWEEN_LINES:
            self._told_at = time.monotonic()
            self._stream.write(shown(job, self._title) + "\n")
            self._stream.flush()

    def _room(self) -> int:
        import shutil

        return max(20, shutil.get_terminal_size().columns - 1)


def shown(job: JobRow, title: str) -> str:
    """One line: the title, a bar where the end is known, and what the job is at."""
    if job.state == WAITING:
        return f"{title}  waits"
    parts = [title]
    if job.total:
        filled = min(_BAR, _BAR * job.done // job.total)
        parts.append(f"[{'=' * filled}{' ' * (_BAR - filled)}] {job.done:,} of {job.total:,}")
    elif job.done:
        parts.append(f"{job.done:,}")
    return "  ".join([*parts, printable(in_english(job.step, job.figures))]).rstrip()
