"""tenfold backup and tenfold restore: the database, pictures, models and settings, into a folder and back."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tenfold.cli.terminal.paths import FOLDER
from tenfold.cli.terminal.text import Progress, say
from tenfold.errors import UsageError, counted
from tenfold.runtime import App

if TYPE_CHECKING:
    from tenfold.backups import Snapshot

_FOLDER = click.argument("folder", type=FOLDER)


@click.command()
@_FOLDER
@click.option("--with-secrets", is_flag=True, help="Passwords, keys and tokens too; protect the folder well.")
@click.option("--keep", type=click.IntRange(min=1), help="Remove all but this many of the newest snapshots.")
@click.option("--list", "listed", is_flag=True, help="List the snapshots in the folder, and write none.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def backup(folder: Path, with_secrets: bool, keep: int | None, listed: bool, as_json: bool) -> None:
    """Back up the database, pictures, models and settings.

    They are written into a folder; a server may run meanwhile. What is there already is not copied again.
    Passwords, keys and tokens are left out where they are not asked for.
    """
    from tenfold.backups import BackupFolder
    from tenfold.workflows.back_up import back_up

    there = BackupFolder(folder)
    if listed:
        if with_secrets or keep:
            raise UsageError("--list", "writes nothing", cure="Leave the other options out.")
        made = [there.read(name) for name in there.names()]
    else:
        with App() as app, Progress(sys.stderr, "files backed up") as line:
            made = [back_up(app.database, app.home, app.blobs, folder, secrets=with_secrets, tell=line.show)]
    removed = there.forget(keep) if keep and not listed else 0
    if as_json:
        facts = [_facts(one) for one in made]
        click.echo(json.dumps(facts if listed else facts[0], indent=2))
        return
    for one in made:
        size, secrets = f"{one.size / 1e6:,.1f} MB", "with" if one.secrets else "without"
        click.echo(f"{one.name}: {counted(len(one.files), 'file')}, {size}, {secrets} secrets")
    if removed:
        click.echo(f"{counted(removed, 'older snapshot')} removed")


@click.command()
@_FOLDER
@click.option("--snapshot", default="", metavar="NAME", help="Which one; else the newest.")
@click.option("--replace", is_flag=True, help="Move what is in the home aside, into its folder backups.")
@click.option("--check", "only_check", is_flag=True, help="Read all of it, and restore nothing.")
def restore(folder: Path, snapshot: str, replace: bool, only_check: bool) -> None:
    """Restore a backup into this home and database.

    All of it is checked before anything is touched. A backup of an older tenfold is brought up to date, one
    of a newer is refused. It may come from SQLite and go to PostgreSQL, or the reverse. Stop tenfold first.
    """
    from tenfold.backups import BackupFolder
    from tenfold.database import Database
    from tenfold.workflows import back_up

    if only_check:
        found = BackupFolder(folder).read(snapshot)
        back_up.check(BackupFolder(folder), found)
        click.echo(f"{found.name}: {counted(len(found.files), 'file')}, all of them right")
        return
    app = App()  # whose database is not opened here
    chosen = app.settings
    server = Database(chosen.database_url, chosen.database_password_file) if chosen.database_url else None
    try:
        done = back_up.restore(folder, app.home, app.blobs, server, snapshot=snapshot, replace=replace)
    finally:
        if server is not None:
            server.close()
    found = done.snapshot
    say(f"{found.name}: {counted(len(found.files), 'file')} restored into {chosen.home}")
    if done.aside:
        say(f"What was there is in {done.aside}")
    if not found.secrets:
        click.echo("It holds no secrets: set people's passwords (tenfold user password NAME), those of")
        click.echo("cameras, destinations and stations, and create tokens again.")


def _facts(one: "Snapshot") -> dict[str, object]:
    files, size = len(one.files), one.size
    return {"name": one.name, "tenfold": one.tenfold, "secrets": one.secrets, "files": files, "bytes": size}
