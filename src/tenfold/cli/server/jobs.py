"""tenfold jobs: long work as it waits, runs and has ended."""

import json
from typing import TYPE_CHECKING

import click

from tenfold.cli.terminal.text import padded, printable, table, width
from tenfold.runtime import App

if TYPE_CHECKING:
    from datetime import datetime

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
    elif not found:
        click.echo("There are no jobs.")
    else:
        head = ("job", "what", "state", "progress", "started")
        click.echo(table([head, *(_row(job) for job in found)]))


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
    return job.id, printable(job.title), job.state, progress, _when(job.started_at or job.created_at)


def _facts(job: "JobRow") -> dict[str, object]:
    from tenfold.workflows.job_types import in_english

    return {
        "id": job.id,
        "kind": job.kind,
        "title": job.title,
        "params": job.params,
        "by": job.by,
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "step": job.step,
        "message": in_english(job.step, job.figures),
        "result": job.result,
        "problem": job.problem,
        "created_at": job.created_at.isoformat(),
        "started_at": job.started_at.isoformat() if job.started_at else None,
        "ended_at": job.ended_at.isoformat() if job.ended_at else None,
    }


def _text(value: object) -> str:
    if value is None or value == "":
        return "-"
    if isinstance(value, dict) and "detail" in value:
        return str(value["detail"])
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _when(moment: "datetime") -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")
