"""tenfold catalogue watch: a folder whose pictures are added as they come."""

import os
import time

import click

from tenfold.cli.terminal.text import printable
from tenfold.errors import UsageError
from tenfold.runtime import App

_SECONDS_BETWEEN_LINES, _SECONDS_TO_STOP = 1.0, 15.0


@click.command()
@click.argument("folder", required=False, metavar="DIR")
@click.option("--once", is_flag=True, help="Add what is there now, when it is whole, and end.")
@click.option("--poll", is_flag=True, help="Look through it every few seconds: for mounted network folders.")
@click.option("--list", "listing", is_flag=True, help="List the folders that are watched.")
@click.option("--stop", is_flag=True, help="Stop watching DIR. What was added stays.")
def watch(folder: str | None, once: bool, poll: bool, listing: bool, stop: bool) -> int:
    """Add the pictures of a folder as they come.

    A file is added when it is whole: when it has not changed for some seconds and nobody writes to it. What
    came while nobody watched is added at the next start, and nothing is added twice.

    Where a server is at work in the same home, it takes the folder over and watches it from then on, also
    after its own restarts; this command then ends. Otherwise this command watches, until Ctrl-C.
    """
    if listing + once + stop > 1:
        raise UsageError("--list, --once and --stop", "do not go together", cure="Use one of them.")
    if folder is None and not listing:
        raise UsageError("tenfold catalogue watch", "needs a folder", cure="Name it: ... watch DIR")
    if listing or stop:
        return _listed() if folder is None or listing else _stopped(os.path.abspath(folder))
    assert folder is not None
    if not os.path.isdir(folder):
        raise UsageError(folder, "is not a folder", cure="Check the path.")

    path = os.path.abspath(folder)
    with App() as app:
        if app.files.own(path):
            raise UsageError(folder, "is where tenfold keeps its own files", cure="Choose another folder.")
        return _once(app, path) if once else _watch(app, path, poll)


def _watch(app: App, path: str, poll: bool) -> int:
    from tenfold.cli.server.notices import warn

    shown = printable(path)
    before = {one.path for one in app.watched_folders.active()}
    mine = app.jobs.start()
    watch = app.folder_watcher.add(path, poll=poll)
    stop = f"End it with: tenfold catalogue watch --stop {shown}"
    if not mine:
        click.echo(f"The server of this home watches {shown} from now on. {stop}")
        return 0
    click.echo(f"Watching {shown}   (Ctrl-C ends it)")
    warn(app)
    _run(app)
    if path in before:
        click.echo(f"The next server continues: it was watched before. {stop}", err=True)
    else:
        app.watched_folders.stop(watch.id)
        click.echo("Not watched any more. What was added stays.", err=True)
    return 0


def _run(app: App) -> None:
    """Run the service until Ctrl-C or SIGTERM, and say how many pictures it has added."""
    from tenfold.cli.server.job_progress import interruptible
    from tenfold.runtime.services import describe
    from tenfold.runtime.supervisor import Supervisor

    supervisor, printed = Supervisor([app.folder_watcher], describe), 0
    supervisor.start()
    try:
        with interruptible():
            while True:
                time.sleep(_SECONDS_BETWEEN_LINES)
                if (added := app.folder_watcher.counts.added) != printed:
                    printed = added
                    click.echo(f"{printed:,} added")
    except KeyboardInterrupt:
        pass
    finally:
        supervisor.stop(_SECONDS_TO_STOP)


def _once(app: App, path: str) -> int:
    from tenfold.cli.catalogue.add import print_result
    from tenfold.cli.server.job_progress import do
    from tenfold.cli.server.notices import warn_where_it_answered
    from tenfold.workflows.folders.scan_folder_job import SCAN_FOLDER, ScanFolderParams

    params = ScanFolderParams(path=path, owner=0, shared=True)
    job = do(
        app.jobs,
        SCAN_FOLDER,
        params,
        title=f"Look through {printable(path)}",
        key=f"{SCAN_FOLDER.kind} {path}",
    )
    warn_where_it_answered(app)
    return print_result(SCAN_FOLDER.result_of(job))


def _listed() -> int:
    with App() as app:
        watches = app.watched_folders
        found = watches.active()
    for one in found:
        looked = one.looked_at.astimezone().strftime("%Y-%m-%d %H:%M") if one.looked_at else "not yet"
        click.echo(f"{printable(one.path)}   looked through: {looked}")
        if one.problem:
            click.echo(f"  {printable(one.problem['detail'])}")
        if one.left_out:
            click.echo(f"  Links that are not followed: {printable(', '.join(one.left_out))}")
    if not found:
        click.echo("No folder is watched.")
    return 0


def _stopped(path: str) -> int:
    with App() as app:
        watches = app.watched_folders
        found = [one for one in watches.active() if one.path == path]
        for one in found:
            watches.stop(one.id)
    if not found:
        raise UsageError(path, "is not watched", cure="tenfold catalogue watch --list lists what is.")
    click.echo(f"{printable(path)} is not watched any more. What was added stays.")
    return 0
