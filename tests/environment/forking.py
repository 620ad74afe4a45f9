"""Real servers in processes of their own, each a copy of one process that has imported what servers need.

The imports take most of a server's start, and `tests/environment/warm.py` most of the rest.
"""

import json
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TextIO

from tests.shortcuts import tables

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    [
        "tests.environment.forking",
        "tests.cli.colours",
        "tests.fakes",
        "tenfold.web.app",
        "tenfold.web.server",
        "tenfold.cli.server.serve",
        "tenfold.cli.server.notices",
        "tenfold.runtime.watched",
        "tenfold.workflows.folders.watch_folders",
        "tenfold.workflows.improve.improve",
        "tenfold.workflows.watch_cameras.entries",
        "tenfold.workflows.watch_drift",
        "tenfold.inference.tuning",
        "tenfold.catalogue.search.search",
        "tenfold.catalogue.search.counts",
        "uvicorn.lifespan.on",
        "uvicorn.loops.auto",
        "uvicorn.protocols.websockets.wsproto_impl",
        "anyio._backends._asyncio",
        "tests.environment.warm",
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

    def wait(self, timeout: float) -> int:
        """Its exit status, once it has ended. Raises TimeoutExpired."""
        self._process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(sys.argv, timeout)
        return self.returncode

    def communicate(self, timeout: float) -> tuple[str, str]:
        """What it has printed since; waits until it has ended. Raises TimeoutExpired."""
        self.wait(timeout)
        return self.stdout.read(), self.stderr.read()

    def close(self) -> None:
        """End it, if it has not ended."""
        self.kill()
        self._process.join()
        self._process.close()
        self.stdout.close()
        self.stderr.close()


def _python() -> int:
    program = sys.argv.pop(1)
    exec(compile(program, "program", "exec"), {"__name__": "__main__"})
    return 0


def run_python(program: str, *arguments: str, timeout: float = 120) -> tuple[int, str]:
    """Run the text of a program as `python -c` does; its exit status and what it wrote to its errors."""
    with closing(Forked(_python, [program, *arguments], dict(os.environ))) as process:
        _, errors = process.communicate(timeout)
        assert process.returncode is not None
        return process.returncode, errors


def _text(end: Connection) -> TextIO:
    """A connection's end as a text file; the end is closed."""
    with end:
        return open(os.dup(end.fileno()), encoding="utf-8")


# What stands for `tenfold` in the PATH: it hands all it has been given to the process of the tests.
_CLIENT = """#!{python} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as peer:
    peer.connect({address!r})
    said = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
    socket.send_fds(peer, [len(said).to_bytes(4, "big")], [0, 1, 2])
    peer.sendall(said)
    sys.exit(int(peer.recv(10)))
"""


@contextmanager
def program(folder: Path) -> Iterator[Path]:
    """A folder with a program `tenfold` that starts without importing anything anew, for the PATH."""
    folder.mkdir()
    client = folder / "tenfold"
    client.write_text(_CLIENT.format(python=sys.executable, address=str(folder / "socket")))
    client.chmod(0o755)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "socket"))
        listening.listen()
        answering = threading.Thread(target=_answer, args=(listening,), daemon=True)
        answering.start()
        yield folder
        listening.shutdown(socket.SHUT_RDWR)  # it waits for the next one
        answering.join()


def _answer(listening: socket.socket) -> None:
    """Run what clients ask for, one after the other or at once, until nobody listens any more."""
    while True:
        try:
            peer, _ = listening.accept()
        except OSError:
            return
        threading.Thread(target=_run_for, args=(peer,), daemon=True).start()


def _run_for(peer: socket.socket) -> None:
    with peer:
        size, handles, _, _ = socket.recv_fds(peer, 4, 3)
        ends = [Connection(one, writable=number > 0) for number, one in enumerate(handles)]
        said, length = b"", int.from_bytes(size, "big")
        while len(said) < length:
            said += peer.recv(length - len(said))
        arguments, place, environ = json.loads(said)
        process = _CONTEXT.Process(target=_run_there, args=(place, arguments, environ, *ends))
        process.start()
        for end in ends:
            end.close()
        process.join()
        peer.sendall(str(process.exitcode).encode())


def _run_there(
    place: str, arguments: Sequence[str], environ: dict[str, str], given: Connection, *out: Connection
) -> None:
    os.chdir(place)
    os.dup2(given.fileno(), 0)
    given.close()
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - for its life
    _run(tenfold, arguments, environ, *out)


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
