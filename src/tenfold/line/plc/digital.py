"""Outputs to other programs: runs a command or writes a file for each verdict. Does not know who reads it.

A command is run without a shell, one after the other in a thread of its own, with the verdict in its
environment: TENFOLD_PART and so on, as in `TOLD`. A file is replaced as a whole by one line of JSON.
Silence means reject here too: an action that fails or is slow has not signalled a pass.
"""

import json
import os
import queue
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tenfold.errors import LineError
from tenfold.files import write_whole
from tenfold.line.plc.signals import OutputHealth, Outputs, PartResult
from tenfold.reasons import Reason

# What is told of a verdict.
TOLD: Mapping[str, str] = {
    "part": "the plant's number of the part",
    "verdict": "pass, reject or divert",
    "reason": "a reason of the table above",
    "recipe": "number of the recipe in use",
    "decided": "when, by the computer's clock in UTC",
}
_MOST_WAITING = 64
_END_SECONDS = 2.0


@dataclass(frozen=True)
class CommandOptions:
    """A command for each of some verdicts; after so many seconds it is killed, and has failed."""

    command: Sequence[str]
    verdicts: Sequence[str] = ("pass",)
    seconds: float = 2.0


class DigitalOutput:
    """Runs an action for each verdict, in a thread of its own.

    Args:
        act: the action; raises OSError or ValueError where it fails.
        name: of the command or file, for people.
    """

    def __init__(
        self, kind: Literal["command", "file"], name: str, act: Callable[[PartResult], None]
    ) -> None:
        self._kind, self._name, self._act = kind, name, act
        self._waiting: queue.Queue[PartResult | None] = queue.Queue(_MOST_WAITING)
        self._failed = ""
        self._thread = threading.Thread(target=self._run, name="tenfold-output", daemon=True)
        self._thread.start()

    def fire(self, result: PartResult) -> None:
        """See `SignalOutput`. One that cannot keep up stops, and reports it."""
        try:
            self._waiting.put_nowait(result)
        except queue.Full:
            self._failed = f"{_MOST_WAITING} verdicts wait"

    def state(self, outputs: Outputs) -> None:
        """See `SignalOutput`; a digital output tells verdicts only."""

    def health(self) -> OutputHealth:
        if not self._failed:
            return OutputHealth()
        reason: Reason = "output-command-failed" if self._kind == "command" else "output-file-failed"
        subject = f"The {self._kind} {self._name}"
        return OutputHealth(
            LineError(subject, "failed", received=self._failed, reason=reason, params={"name": self._name})
        )

    def close(self) -> None:
        """See `SignalOutput`. Verdicts that wait are dropped."""
        while not self._waiting.empty():
            self._waiting.get_nowait()
        self._waiting.put_nowait(None)
        self._thread.join(_END_SECONDS)

    def _run(self) -> None:
        while (result := self._waiting.get()) is not None:
            try:
                self._act(result)
                self._failed = ""
            except (OSError, ValueError) as error:
                self._failed = str(error)


def variable(name: str) -> str:
    """What one of `TOLD` is called in a command's environment."""
    return f"TENFOLD_{name.upper()}"


def _told(result: PartResult) -> dict[str, str | int]:
    decided = result.decided.isoformat(timespec="milliseconds")
    values = (result.number, str(result.verdict), result.reason, result.recipe, decided)
    return dict(zip(TOLD, values, strict=True))


def command_output(options: CommandOptions) -> DigitalOutput:
    """Runs a command for each verdict."""

    def act(result: PartResult) -> None:
        if result.verdict not in options.verdicts:
            return
        said = {variable(name): str(value) for name, value in _told(result).items()}
        try:
            done = subprocess.run(
                list(options.command),
                env=os.environ | said,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=options.seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise ValueError(f"it took longer than {options.seconds:g} s") from None
        if done.returncode:
            raise ValueError(f"it ended with status {done.returncode}")

    return DigitalOutput("command", options.command[0], act)


def file_output(path: Path) -> DigitalOutput:
    """Writes each verdict into a file."""

    def act(result: PartResult) -> None:
        write_whole(path, (json.dumps(_told(result)) + "\n").encode(), lasting=False)

    return DigitalOutput("file", path.name, act)
