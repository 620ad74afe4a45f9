"""tenfold catalogue correct, delete, restore, empty-bin and undo: entries changed from the command line."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from tenfold.cli.terminal.text import print_table, printable
from tenfold.errors import UsageError, counted
from tenfold.runtime import App

if TYPE_CHECKING:
    from tenfold.catalogue.edits.actions import ActionResult, Actions

_ID = click.IntRange(min=1)
_DONE = {
    "correct": "corrected",
    "uncorrect": "given back to the model",
    "rename": "renamed",
    "delete": "deleted",
    "restore": "restored",
    "share": "shared",
    "unshare": "no longer shared",
    "undo": "as before",
}


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="ID... LABEL")
@click.option("--none", is_flag=True, help="None of these, instead of LABEL.")
@click.option("--new", is_flag=True, help="LABEL is a new class.")
def correct(words: tuple[str, ...], none: bool, new: bool) -> None:
    """Correct the class of entries. The same class confirms it; a new class needs --new."""
    from tenfold.cli.catalogue.filters import check_labels

    numbers, label = (words, "") if none else (words[:-1], words[-1])
    wrong = next((word for word in numbers if not (word.isascii() and word.isdigit())), None)
    if not numbers or wrong is not None or not (label or none):
        cure = "Write the numbers, then the class: tenfold catalogue correct 17 18 cat"
        raise UsageError(
            "correct", "takes numbers of entries and a class", received=printable(" ".join(words)), cure=cure
        )
    with App() as app:
        if not new:
            check_labels(app, [label], "Give --new if it is meant.")
        _print_result(
            app.actions.do("correct", [int(word) for word in numbers], administrator=True, label=label)
        )


@click.command()
@click.argument("numbers", nargs=-1, required=True, type=_ID, metavar="ID...")
def delete(numbers: tuple[int, ...]) -> None:
    """Move entries to the bin. They can be restored until it is emptied."""
    with App() as app:
        _print_result(app.actions.do("delete", numbers, administrator=True))


@click.command()
@click.argument("numbers", nargs=-1, required=True, type=_ID, metavar="ID...")
def restore(numbers: tuple[int, ...]) -> None:
    """Restore deleted entries."""
    with App() as app:
        _print_result(app.actions.do("restore", numbers, administrator=True))


@click.command("empty-bin")
@click.option(
    "--days", type=click.IntRange(0, 36_500), default=0, metavar="N", help="What has been in it for N days."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
def empty_bin(days: int, yes: bool) -> None:
    """Delete what is in the bin for good, with its originals. It cannot be undone."""
    with App() as app:
        before = datetime.now(UTC) - timedelta(days=days)
        if not yes:
            click.confirm("Delete all that is in the bin for good?", abort=True)
        count = app.eraser.erase(before=before, administrator=True)
    click.echo(f"{counted(count, 'entry', 'entries')} deleted for good")


@click.command()
@click.argument("numbers", nargs=-1, type=_ID, metavar="[ID...]")
def retry(numbers: tuple[int, ...]) -> None:
    """Classify entries again that could not be classified; without ID all of them."""
    from tenfold.catalogue.ingest.retry import retry as wait_again
    from tenfold.cli.server.job_progress import do
    from tenfold.cli.server.notices import warn_where_it_answered
    from tenfold.workflows.classify_job import CLASSIFY, ClassifyParams

    with App() as app:
        tried = wait_again(app.database, numbers or None, person=0, administrator=True)
        if tried:
            do(app.jobs, CLASSIFY, ClassifyParams(), title="Classify again")
            warn_where_it_answered(app)
        failed = [entry for entry in app.ingest.entries(tried) if entry.state == "failed"]
    entries = counted(len(tried), "entry", "entries")
    click.echo(f"{entries} tried again" + (f"; {len(failed):,} failed again" if failed else ""))


@click.command()
@click.argument("number", required=False, type=_ID, metavar="[ID]")
@click.option("--list", "listing", is_flag=True, help="List what was done last, by everybody.")
def undo(number: int | None, listing: bool) -> None:
    """Undo an action: the one with this number, or the last from this command line."""
    with App() as app:
        actions = app.actions
        if listing:
            _list(actions)
            return
        if number is None:
            last = actions.latest()
            if last is None:
                click.echo("There is nothing to undo.")
                return
            number = last.id
        _print_result(actions.undo(number, administrator=True))


def _list(actions: "Actions") -> None:
    rows = [
        (
            str(one.id),
            f"{one.at.astimezone():%Y-%m-%d %H:%M}",
            one.kind,
            str(one.details.get("label", one.details.get("name", ""))) or "-",
            f"{one.count:,}",
            "undone" if one.undone_at else "",
        )
        for one in actions.recent(administrator=True)
    ]
    print_table(("ID", "WHEN", "WHAT", "TO", "ENTRIES", ""), rows, "Nothing was done yet.")


def _print_result(done: "ActionResult") -> None:
    action = done.action
    entries = counted(action.count, "entry", "entries")
    undone = (
        f"Action {action.details['of']} ({action.details['kind']}) undone: " if action.kind == "undo" else ""
    )
    why = "changed since" if undone else "not found, not to be changed, or so already"
    left = f"; {done.skipped:,} left as they were ({why})" if done.skipped else ""
    click.echo(f"{undone}{entries} {_DONE[action.kind]}{left}")
    if action.count:
        click.echo(f"To undo it: tenfold catalogue undo {action.id}")
