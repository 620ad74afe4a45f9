"""tenfold catalogue list, show, similar and duplicates: what is in the catalogue, and what is like it."""

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from tenfold.cli.catalogue.filters import chosen, filter_options
from tenfold.cli.terminal.text import fields, table
from tenfold.runtime import App

if TYPE_CHECKING:
    from tenfold.catalogue.entries.tables import Entry

_ORDERS = ("newest", "oldest", "surest", "unsure", "novel", "taken", "name")
_as_json = click.option("--json", "as_json", is_flag=True, help="As JSON instead of a table.")
_limit = click.option(
    "--limit", type=click.IntRange(1), default=50, show_default=True, help="The most shown."
)


@click.command("list")
@click.option(
    "--order", type=click.Choice(_ORDERS), default="newest", show_default=True, help="What comes first."
)
@click.option("--deleted", is_flag=True, help="What was deleted, instead of what was not.")
@_limit
@_as_json
@filter_options
def list_entries(order: str, deleted: bool, limit: int, as_json: bool, **which: Any) -> None:
    """List entries, and say how many there are.

    Surest and unsure are by confidence, novel puts the least like the training data first.
    """
    from tenfold.catalogue.search.search import MOST_PER_PAGE

    with App() as app:
        filters, search, after = chosen(app, which, deleted=deleted), app.search, None
        found: list[Entry] = []
        while len(found) < limit:
            page = search.page(filters, order, min(limit - len(found), MOST_PER_PAGE), after)
            found += page.entries
            after = page.next
            if after is None:
                break
        counts = search.counts(filters)
    if as_json:
        _print_json([_plain(entry) for entry in found])
        return
    if found:
        click.echo(_rows(found))
    least = "at least " if counts.capped else ""
    # At least those that are shown exist, even if counting stopped earlier.
    total = max(counts.total, len(found))
    click.echo(f"{len(found):,} of {least}{total:,}", err=True)


@click.command()
@click.argument("entry", type=int, metavar="ID")
@_as_json
def show(entry: int, as_json: bool) -> None:
    """Show one entry with its names, the model's answer and what people did to it."""
    with App() as app:
        search = app.search
        one = search.get(entry, administrator=True)
        names = [fields(name, "name", "source", "path", "added_at") for name in search.names(entry)]
        history = [fields(one, "at", "kind", "details", "by") for one in app.actions.history(entry)]
    facts = {
        **_plain(one),
        "hash": one.hash,
        "model": one.model_hash,
        "probabilities": one.probabilities,
        "names": names,
        "history": history,
    }
    if as_json:
        _print_json(facts)
        return
    lines = [(key, str(value)) for key, value in facts.items() if isinstance(value, str | int | float)]
    lines += [("name", f"{name['name']}  {name['source']}  {name['path']}".rstrip()) for name in names]
    chances = sorted((one.probabilities or {}).items(), key=lambda item: -item[1])
    lines += [("probability", f"{label} {chance:.1%}") for label, chance in chances[:5]]
    lines += [("done", f"{action['at']}  {action['kind']}") for action in history]
    click.echo(table(lines))


@click.command()
@click.argument("entry", type=int, metavar="ID")
@click.option("--limit", type=click.IntRange(1, 200), default=24, show_default=True, help="The most shown.")
@_as_json
def similar(entry: int, limit: int, as_json: bool) -> None:
    """List the entries most similar to an entry."""
    with App() as app:
        finder = app.similar
        one = app.search.get(entry, administrator=True)
        found = finder.like(one, administrator=True, limit=limit)
        if not found.complete:
            # Only the newest were looked at: wait for the index.
            finder.settle()
            found = finder.like(one, administrator=True, limit=limit)
    if as_json:
        _print_json([{**_plain(near), "similarity": round(likeness, 4)} for near, likeness in found.entries])
        return
    if found.entries:
        click.echo(_rows([near for near, _ in found.entries], [f"{like:.3f}" for _, like in found.entries]))
    if found.others:
        click.echo(f"Named by another model, and not compared: {found.others:,}", err=True)


@click.command()
@_limit
@_as_json
def duplicates(limit: int, as_json: bool) -> None:
    """List groups of pictures that look the same: in another size, recompressed, brightened.

    The best of a group is its first: the one with the most pixels, then with the most bytes, then the oldest.
    The share says how much each looks like it.
    """
    with App() as app:
        page = app.duplicates.page(administrator=True, limit=limit)
    if as_json:
        _print_json(
            [
                [{**_plain(one.entry), "likeness": round(one.likeness, 4)} for one in group]
                for group in page.groups
            ]
        )
        return
    for group in page.groups:
        click.echo(_rows([one.entry for one in group], [f"{one.likeness:.1%}" for one in group]) + "\n")
    more = ", and there are more" if page.next else ""
    click.echo(f"Groups: {len(page.groups):,}{more}", err=True)


def _rows(entries: "Sequence[Entry]", first: Sequence[str] | None = None) -> str:
    """Entries as a table; `first` is a column before the others."""
    rows = [["ID", "CLASS", "SURE", "ADDED", "NAME"]]
    for entry in entries:
        sure = "" if entry.confidence is None else f"{entry.confidence:.1%}"
        sure = "person" if entry.corrected_at is not None else sure
        added = entry.added_at.astimezone().strftime("%Y-%m-%d %H:%M")
        rows.append([str(entry.id), _class(entry), sure, added, entry.name])
    if first is not None:
        rows = [[cell, *row] for cell, row in zip(["ALIKE", *first], rows, strict=True)]
    return table(rows)


def _class(entry: "Entry") -> str:
    if entry.label is None:
        return entry.state
    return entry.label or "none of these"


def _plain(entry: "Entry") -> dict[str, Any]:
    """An entry as plain JSON types."""
    corrected = {"corrected": entry.corrected_at is not None}
    said = fields(entry, "confidence", "novelty", "state", "added_at", "taken_at", "deleted_at")
    return fields(entry, "id", "name", "label") | corrected | said


def _print_json(value: Any) -> None:
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")
