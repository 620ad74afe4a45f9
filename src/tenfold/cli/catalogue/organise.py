"""tenfold catalogue file and unfile: pictures filed by class on disk, and put back."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tenfold.cli.catalogue.filters import chosen, filter_options
from tenfold.cli.terminal.paths import PATH
from tenfold.cli.terminal.text import print_table, say
from tenfold.errors import UsageError, counted
from tenfold.runtime import App

if TYPE_CHECKING:
    from tenfold.catalogue.organise.organise import Organiser, OrganiseReport

_NAMED = 20
_STEPS = {
    "copy": "copied",
    "move": "moved",
    "hard": "linked (hard)",
    "symbolic": "linked (symbolic)",
    "sidecar": "sidecars",
    "folder": "folders made",
}


@click.command()
@click.argument("root", required=False, type=PATH, metavar="ROOT")
@click.option("--copy", "modes", flag_value="copy", help="Copy the pictures.")
@click.option(
    "--move", "modes", flag_value="move", help="Move them from where they were added; the changed are copied."
)
@click.option("--link", "modes", flag_value="link", help="Link them: hard where the disk can, else symbolic.")
@click.option("--dry-run", is_flag=True, help="Only show what would be done.")
@click.option("--sidecars", is_flag=True, help="Also write each class into a sidecar (cat.jpg.xmp).")
@click.option("--resume", type=click.IntRange(min=1), metavar="ID", help="Continue an interrupted filing.")
@filter_options
def file(
    root: Path | None, modes: str | None, dry_run: bool, sidecars: bool, resume: int | None, **which: Any
) -> int:
    """File pictures by class, as ROOT/class/name.

    What is none of the classes goes into none-of-these; what is not classified yet stays. Nothing is written
    over. `tenfold catalogue unfile` puts everything back. The exit status is 1 where something failed.
    """
    from tenfold.catalogue.organise.plan import Mode

    with App() as app:
        organiser = app.organiser
        if resume is not None:
            return _print_result(organiser, organiser.resume(resume))
        if root is None or modes is None:
            cure = "tenfold catalogue file ROOT --copy (or --move, or --link)"
            raise UsageError("file", "needs a folder and how to file", cure=f"Write: {cure}")
        mode: Mode = "copy" if modes == "copy" else "move" if modes == "move" else "link"
        if not dry_run:
            return _print_result(organiser, organiser.file(chosen(app, which), root, mode, sidecars=sidecars))
        from tenfold.catalogue.organise.problems import in_english

        count = 0
        for step in organiser.plan(chosen(app, which), root, mode, sidecars=sidecars):
            count += step.of_picture
            note = f"  ({in_english(step.problem) or step.state})" if step.state != "planned" else ""
            origin = f"{step.origin} -> " if step.origin else ""
            say(f"{step.how:8}  {origin}{step.target}{note}")
        click.echo(f"{counted(count, 'picture')}; nothing was done")
        return 0


@click.command()
@click.argument("number", required=False, type=click.IntRange(min=1), metavar="ID")
@click.option("--list", "listing", is_flag=True, help="List what was filed, the last first.")
def unfile(number: int | None, listing: bool) -> int:
    """Undo a filing: put every file back.

    A file that was changed since stays, and is named; the exit status is then 1, and unfile can be repeated.
    """
    with App() as app:
        organiser = app.organiser
        if listing:
            return _list(organiser)
        if number is None:
            cure = "Name it: tenfold catalogue unfile ID; --list lists them."
            raise UsageError("unfile", "needs the number of a filing", cure=cure)
        report = organiser.undo(number)
        _problems(organiser, report)
        left = report.states.get("done", 0) + report.states.get("planned", 0)
        click.echo(f"{report.states.get('undone', 0):,} steps undone" + (f", {left:,} left" if left else ""))
        return 1 if left else 0


def _list(organiser: "Organiser") -> int:
    rows = [
        (
            str(one.id),
            f"{one.at.astimezone():%Y-%m-%d %H:%M}",
            one.mode,
            f"{one.count:,}",
            one.root,
            "undone" if one.undone_at else "unfinished" if organiser.get(one.id).unfinished else "",
        )
        for one in organiser.recent()
    ]
    print_table(("ID", "WHEN", "HOW", "PICTURES", "WHERE", ""), rows, "Nothing was filed yet.")
    return 0


def _print_result(organiser: "Organiser", report: "OrganiseReport") -> int:
    _problems(organiser, report)
    parts = [f"{report.hows[how]:,} {words}" for how, words in _STEPS.items() if report.hows.get(how)]
    there, failed = report.states.get("there", 0), report.states.get("failed", 0)
    parts += [f"{there:,} there already"] if there else []
    parts += [f"{failed:,} failed"] if failed else []
    click.echo(f"{counted(report.filing.count, 'picture')}: {', '.join(parts) or 'nothing to do'}")
    click.echo(f"To put everything back: tenfold catalogue unfile {report.filing.id}")
    return 1 if failed else 0


def _problems(organiser: "Organiser", report: "OrganiseReport") -> None:
    from tenfold.catalogue.organise.problems import in_english

    for step in organiser.steps(report.filing.id, limit=_NAMED, problems=True):
        say(f"tenfold: {step.target}: {in_english(step.problem)}", err=True)
