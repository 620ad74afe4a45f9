"""Real servers in processes of their own, each a copy of one process that has imported what servers need.

The imports take most of a server's start.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TextIO

from tests import tables

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    [
        "tests.forking",
        "tests.cli.colours",
        "tenfold.web.app",
        "tenfold.web.server",
        "tenfold.cli.server.serve",
    ]
)
_SECONDS_TO_STOP = 30


def _run(
    command: Callable[[], int], arguments: Sequence[str], environ: dict[str, str], *out: Connection
) -> None:
    for number, one in enumerate(out, 1):
        os.dup2(one.fileno(), number)
        one.close()
    sys.stdout = open(1, "w", buffering=1, encoding="utf-8", closefd=False)  # noqa: SIM115 - for its life
    sys.stderr = open(2, "w", buffering=1, encoding="utf-8", closefd=False)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(environ)
    sys.argv = ["tenfold", *arguments]
    sys.exit(command())


def tenfold() -> int:
    """The command line as it is."""
    from tenfold import cli

    return cli.run(sys.argv[1:])


class Forked:
    """`tenfold` in a process of its own, with what a Popen has.

    Args:
        command: what runs it with `sys.argv`.
    """

    def __init__(self, command: Callable[[], int], arguments: Sequence[str], environ: dict[str, str]) -> None:
        (out, out_end), (errors, errors_end) = _CONTEXT.Pipe(duplex=False), _CONTEXT.Pipe(duplex=False)
        self._process = _CONTEXT.Process(target=_run, args=(command, arguments, environ, out_end, errors_end))
        self._process.start()
        self.stdout, self.stderr = (_text(one) for one in (out, errors))
        out_end.close()
        errors_end.close()
        assert self._process.pid is not None
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def communicate(self, timeout: float) -> tuple[str, str]:
        """What it has printed since; waits until it has ended. Raises TimeoutExpired."""
        self._process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(sys.argv, timeout)
        return self.stdout.read(), self.stderr.read()

    def close(self) -> None:
        """End it, if it has not ended."""
        self.kill()
        self._process.join()
        self._process.close()
        self.stdout.close()
        self.stderr.close()


def _text(end: Connection) -> TextIO:
    """A connection's end as a text file; the end is closed."""
    with end:
        return open(os.dup(end.fileno()), encoding="utf-8")


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
    server = _CONTEXT.Process(target=_run, args=(tenfold, arguments, environ, writer))
    server.start()
    writer.close()
    try:
        with open(reader.fileno(), encoding="utf-8", closefd=False) as out:
            first = out.readline()
            assert first.startswith("tenfold is at http://"), first
            yield first.split()[3]
            assert server.is_alive(), f"the server ended by itself with {server.exitcode}"
            server.terminate()
            server.join(_SECONDS_TO_STOP)
            assert server.exitcode == 0
    finally:
        # Also after a test that failed: the tests' own process would else wait for it for ever.
        server.kill()
        server.join()
        reader.close()
