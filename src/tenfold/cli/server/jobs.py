"""tenfold jobs: long work as it waits, runs and has ended."""

import json
from typing import TYPE_CHECKING

import click

from tenfold.cli.terminal.text import fields, padded, print_table, printable, width
from tenfold.runtime import App

if TYPE_CHECKING:
    from tenfold.jobs import JobRow


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, metavar="N", help="How many. Default: 20.")
@click.pass_context
def jobs(context: click.Context, as_json: bool, limit: int) -> None:
    """List long work, look at it, and cancel it.

    Without a command: the newest jobs, whether they wait, run or have ended.
    """
    if context.invoked_subcommand is not None:
        return
    with App() as app:
        found = app.jobs.list(limit)
    if as_json:
        click.echo(json.dumps([_facts(job) for job in found], ensure_ascii=False, indent=2))
    else:
        head = ("job", "what", "state", "progress", "started")
        print_table(head, [_row(job) for job in found], "There are no jobs.")


@jobs.command()
@click.argument("job_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(job_id: str, as_json: bool) -> None:
    """Show one job: what it was asked, how far it is, its result or why it failed."""
    with App() as app:
        job = app.jobs.get(job_id)
    if as_json:
        click.echo(json.dumps(_facts(job), ensure_ascii=False, indent=2))
        return
    rows = [(name.replace("_", " "), _text(value)) for name, value in _facts(job).items()]
    column = max(width(name) for name, _ in rows)
    for name, value in rows:
        click.echo(f"  {padded(name, column)}  {printable(value)}")


@jobs.command()
@click.argument("job_id", metavar="ID")
def cancel(job_id: str) -> None:
    """Cancel a job. What it has done stays done."""
    from tenfold.jobs import CANCELLED, ENDED

    with App() as app:
        before = app.jobs.get(job_id)
        job = app.jobs.cancel(job_id)
        if before.state not in ENDED:
            job = app.jobs.wait(job_id, timeout=3)
    if before.state in ENDED:
        click.echo(f"Nothing to cancel: it was {before.state} already")
    elif job.state == CANCELLED:
        click.echo("Cancelled")
    else:
        click.echo("It is told to stop, and will as soon as it can")


def _row(job: "JobRow") -> tuple[str, ...]:
    progress = f"{job.done:,} of {job.total:,}" if job.total else f"{job.done:,}" if job.done else "-"
    when = f"{(job.started_at or job.created_at).astimezone():%Y-%m-%d %H:%M}"
    return job.id, printable(job.title), job.state, progress, when


def _facts(job: "JobRow") -> dict[str, object]:
    from tenfold.workflows.job_types import in_english

    what = fields(job, "id", "kind", "title", "params", "by", "state", "done", "total", "step")
    message = {"message": in_english(job.step, job.figures)}
    return what | message | fields(job, "result", "problem", "created_at", "started_at", "ended_at")


def _text(value: object) -> str:
    if value is None or value == "":
        return "-"
    if isinstance(value, dict) and "detail" in value:
        return str(value["detail"])
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
