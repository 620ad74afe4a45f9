"""One long command in a child process, and how any child is started. Knows nothing of what it does."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO, cast

from tenfold.processes.limits import ProcessLimits, ended_by

_WORDS, _LOG_END = 300, 65_536
_UNLIMITED = ProcessLimits()
# Of long work that nobody waits for: answers, cameras and stations come first.
BEHIND = 10
# Of what has a deadline, where the system lets it.
AHEAD = -10


class Command:
    """One run of `python -m MODULE ...` in a child process; ended and its files closed with the `with` block.

    Args:
        arguments: the module and what it is given: "tenfold", "train", ...
        environment: variables it has besides this process's.
        log: a file for all that it writes, which is kept and written on. None: `output` and its errors are
            kept apart in temporary files.
        nice: how much it gives way to other processes.
        patience: seconds in which it may end by itself when it is to stop; then it is killed.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        log: Path | None = None,
        limits: ProcessLimits = _UNLIMITED,
        nice: int = 0,
        patience: float = 5.0,
    ) -> None:
        self._limits, self._patience = limits, patience
        self._out = _opened(log)
        self._errors = self._out if log else _opened(None)
        self._begin = self._errors.seek(0, os.SEEK_END)
        self._process = start(
            ["command", json.dumps(asdict(limits)), str(nice), *arguments],
            self._out,
            self._errors,
            environment or {},
        )
        self._until = time.monotonic() + limits.seconds if limits.seconds is not None else None
        self._expired = False

    def __enter__(self) -> "Command":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._out.close()
        self._errors.close()

    def wait(self, stopping: Callable[[], bool], every: float = 0.2) -> bool:
        """Wait until it ends.

        Args:
            stopping: asked every `every` seconds; once it is true, the command is stopped.

        Returns:
            whether it ended without being stopped; a limit may have ended it, which `failure` says.
        """
        while self._process.poll() is None:
            if stopping():
                self.stop()
                return False
            if self._until is not None and time.monotonic() >= self._until:
                self._expired = True
                self._kill()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(every)
        return True

    def stop(self) -> None:
        """Interrupt it as Ctrl-C does; kill it where it does not end in its patience."""
        close_input(self._process)
        try:
            self._process.wait(self._patience)
        except subprocess.TimeoutExpired:
            self._kill()
            self._process.wait()

    def _kill(self) -> None:
        if sys.platform == "win32":  # pragma: no cover
            self._process.kill()
        elif self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)  # what it started ends with it

    @property
    def failed(self) -> bool:
        """Whether it ended with anything but exit status 0."""
        return self._process.returncode != 0

    @property
    def failure(self) -> str:
        """How it ended, as a clause: what ended it, or else the last line it wrote that says something."""
        status = self._process.returncode
        ended, _ = ended_by(status, self._limits, expired=self._expired)
        return ended or self._last_words() or f"it ended with status {status}"

    @property
    def output(self) -> bytes:
        """All that it wrote to its standard output."""
        self._out.seek(0)
        return self._out.read()

    def _last_words(self) -> str:
        end = self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(self._begin, end - _LOG_END))
        lines = self._errors.read().decode("utf-8", "replace").splitlines()
        words = [line.strip() for line in lines if line.strip()]
        return words[-1].removeprefix("tenfold: ")[-_WORDS:] if words else ""


def _opened(log: Path | None) -> BinaryIO:
    return log.open("a+b") if log else cast(BinaryIO, tempfile.TemporaryFile())


def start(
    arguments: Sequence[str],
    out: BinaryIO | int,
    errors: BinaryIO | int,
    environment: Mapping[str, str],
    descriptors: Sequence[int] = (),
) -> "subprocess.Popen[bytes]":
    """Start a child; `arguments` are those of `tenfold.processes.child`. Its input is unbuffered and ours.

    Args:
        descriptors: open files that it inherits under the same numbers (not on Windows).
    """
    # -P: a folder of pictures that this process works in is no place to import from.
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "tenfold.processes.child", *arguments],
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=out,
        stderr=errors,
        bufsize=0,
        pass_fds=descriptors,
        start_new_session=True,
    )


def close_input(process: "subprocess.Popen[bytes]") -> None:
    """Have a child end."""
    assert process.stdin is not None
    with suppress(OSError):
        process.stdin.close()
