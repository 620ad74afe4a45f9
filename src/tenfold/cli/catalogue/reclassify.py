"""tenfold catalogue reclassify: previews another model's answers to the catalogue, and applies them."""

import click

from tenfold.cli.terminal.text import padded, printable, say, width
from tenfold.errors import counted
from tenfold.runtime import App

_NONE_OF_THESE = "none of these"
_PAGE = 200


@click.command()
@click.argument("model")
@click.option("--apply", "take_over", is_flag=True, help="Apply the answers; `undo` reverses it.")
@click.option("--preview", is_flag=True, help="Name every picture that would change.")
def reclassify(model: str, take_over: bool, preview: bool) -> None:
    """Ask another model about every picture, and show what would change.

    MODEL is a name, a run or the start of a hash (`tenfold models` lists them). Without --apply nothing
    changes. What a person said about a picture stays, whatever a model says.
    """
    from tenfold.cli.server.job_progress import follow

    with App() as app:
        chosen = app.registry.find(model)
        mine = app.jobs.start()
        try:
            one, job = app.reclassify.begin(chosen.hash, by=0)
            follow(app.jobs, job, mine=mine)
            _print_result(app, one.id)
            if preview:
                _list(app, one.id)
            if take_over:
                one, job = app.reclassify.apply(one.id, by=0)
                follow(app.jobs, job, mine=mine)
        finally:
            app.jobs.close()
        if take_over:
            action = app.actions.get(one.action_id or 0)
            click.echo(f"Taken over for {counted(action.count, 'picture')}, as action {action.id}.")
        else:
            app.reclassify.discard(one.id)
            click.echo("Nothing was changed; --apply takes the answers over.")


def _print_result(app: App, number: int) -> None:
    one, moved = app.reclassify.found.get(number), app.reclassify.found.moved(number)
    column = max((width(_shown(row.old)) for row in moved), default=0)
    for row in moved:
        old, new = _shown(row.old), _shown(row.new)
        click.echo(f"  {padded(old, column)} -> {new}  {row.entries:,}")
    click.echo(f"{one.changed:,} of {counted(one.count, 'picture')} would be filed under another class.")


def _shown(label: str | None) -> str:
    return printable(label or _NONE_OF_THESE)


def _list(app: App, number: int) -> None:
    after: int | None = 0
    while after is not None:
        page = app.reclassify.found.changes(number, after=after, limit=_PAGE)
        for entry, said in page.rows:
            old, new = said.old_label or _NONE_OF_THESE, said.label or _NONE_OF_THESE
            say(f"{entry.name}: {old} -> {new} ({said.confidence:.1%})")
        after = page.next
