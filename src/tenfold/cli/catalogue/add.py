"""tenfold catalogue add and check: folders into the catalogue, and whether every original is as it was."""

import sys
from typing import TYPE_CHECKING

import click

from tenfold.cli.terminal.text import Progress, padded, printable, say, width
from tenfold.errors import UsageError, counted
from tenfold.runtime import App

if TYPE_CHECKING:
    from tenfold.workflows.ingest_job import AddResult

_NONE_OF_THESE = "none of these"


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--owner", metavar="NAME", help="Whose they are. Default: everybody's.")
@click.option("--private", is_flag=True, help="Only the owner sees them; needs --owner.")
def add(paths: tuple[str, ...], owner: str | None, private: bool) -> int:
    """Add pictures and folders, and classify them.

    PATH is a picture or a folder (with all folders in it). The originals stay where they are; the catalogue
    keeps its own copy. A file that was added before and has not changed is not read again, so an interrupted
    run continues where it stopped. A file that cannot be used is named; the exit status is then 1.
    """
    import os

    from tenfold.cli.server.job_progress import do
    from tenfold.cli.server.notices import warn_where_it_answered
    from tenfold.workflows.ingest_job import ADD, AddParams

    if private and owner is None:
        raise UsageError(
            "--private",
            "needs to know whose the pictures are",
            cure="Add --owner and the name of an account.",
        )
    missing = next((path for path in paths if not os.path.exists(path)), None)
    if missing is not None:
        raise UsageError(missing or "An empty path", "does not exist", cure="Check the path.")
    roots = [os.path.abspath(path) for path in paths]
    with App() as app:
        person = 0 if owner is None else app.people.named(owner).id
        params = AddParams(paths=roots, owner=person, shared=not private)
        shown = printable(roots[0]) + (f" and {len(roots) - 1} more" if len(roots) > 1 else "")
        # The same folders once more, while they are being added, are the same job.
        key = f"{ADD.kind} {params.model_dump_json()}"
        job = do(app.jobs, ADD, params, title=f"Add {shown}", by=person, key=key)
        warn_where_it_answered(app)
    return print_result(ADD.result_of(job))


@click.command()
def check() -> int:
    """Read every original, and name those that are missing or altered.

    The exit status is 1 where there is one.
    """
    from tenfold.catalogue.entries.integrity import check as check_originals

    with App() as app, Progress(sys.stderr, "pictures") as progress:
        found = check_originals(app.database, app.originals, progress.show)
    for fault in found.faults:
        names = ", ".join(fault.names[:3]) + (" and others" if len(fault.names) > 3 else "")
        say(f"{fault.problem}: {names} ({fault.hash[:12]})")
    faults = len(found.faults)
    click.echo(f"{found.originals:,} originals: {f'{faults:,} missing or altered' if faults else 'all well'}")
    if found.unused:
        click.echo(
            f"Files that belong to no entry, because adding was cut off: {found.unused:,}. They do no harm."
        )
    if found.waiting:
        click.echo(f"Entries that wait for their class: {found.waiting:,}. tenfold serve classifies them.")
    return 1 if faults else 0


def print_result(result: "AddResult") -> int:
    """The result in words; the exit status."""
    labels = sorted(result.labels.items(), key=_most_first)
    rows = [(label or _NONE_OF_THESE, count) for label, count in labels]
    column = max((width(printable(label)) for label, _ in rows), default=0)
    for label, count in rows:
        click.echo(f"  {padded(printable(label), column)}  {count:>7,}")
    damaged = f" ({result.failed:,} of them damaged)" if result.failed else ""
    parts = [f"{result.added:,} added{damaged}"]
    parts += [f"{result.known:,} in the catalogue already"] if result.known else []
    parts += [f"{result.unchanged:,} unchanged since they were added"] if result.unchanged else []
    refused = result.unusable - result.failed
    parts += [f"{refused:,} that cannot be used"] if refused else []
    files = counted(result.files, "file")
    click.echo(f"{files}: {', '.join(parts)}")
    for problem in result.problems:
        click.echo(f"tenfold: {printable(problem.detail)}", err=True)
    more = result.unusable - len(result.problems)
    if more:
        click.echo(f"tenfold: and {more:,} more that cannot be used", err=True)
    return 1 if result.unusable else 0


def _most_first(item: tuple[str, int]) -> tuple[bool, int, str]:
    label, count = item
    return label == "", -count, label
