"""Real servers in processes of their own, each a copy of one process that has imported what servers need.

The imports take most of a server's start.
"""

import multiprocessing
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

from tests import tables

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    ["tests.forking", "tenfold.web.app", "tenfold.web.server", "tenfold.cli.server.serve"]
)
_SECONDS_TO_STOP = 30


def _serve(arguments: list[str], environ: dict[str, str], out: Connection) -> None:
    os.dup2(out.fileno(), 1)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - for the process's life
    os.environ.clear()
    os.environ.update(environ)
    from tenfold import cli

    sys.exit(cli.run(arguments))


@contextmanager
def serving(home: Path, *options: str, **settings: str) -> Iterator[str]:
    """A real `tenfold serve` with the bundled model and a home of its own; gives its address.

    `settings` are variables without TENFOLD_: `root_path="/pictures"`.
    """
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TENFOLD_")}
    environ["TENFOLD_HOME"] = str(home)
    environ |= {f"TENFOLD_{name.upper()}": value for name, value in settings.items()}
    home.mkdir(exist_ok=True)
    if not (home / "tenfold.db").exists() and "database_url" not in settings:
        tables.copy_tables(home / "tenfold.db")
    reader, writer = _CONTEXT.Pipe(duplex=False)
    arguments = ["serve", "--port", "0", "--no-open", *options]
    server = _CONTEXT.Process(target=_serve, args=(arguments, environ, writer))
    server.start()
    writer.close()
    with open(reader.fileno(), encoding="utf-8", closefd=False) as out:
        first = out.readline()
        assert first.startswith("tenfold is at http://"), first
        yield first.split()[3]
        assert server.is_alive(), f"the server ended by itself with {server.exitcode}"
        server.terminate()
        server.join(_SECONDS_TO_STOP)
        assert server.exitcode == 0
    reader.close()
