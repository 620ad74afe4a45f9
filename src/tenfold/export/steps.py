"""The steps of an export, run in child processes and followed from here. Knows no format from within."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

import numpy as np

from tenfold.errors import ExportError
from tenfold.export.formats import FORMATS, ExportFormat, missing
from tenfold.export.measure import Measured
from tenfold.processes import MessageProcess, ProcessEnded, ProcessLimits

Step = Literal["convert", "threshold", "measure", "answer"]
# Called with the step, and how far it is.
OnStep = Callable[[Step, int, int], None]
_TARGET = "tenfold.export.child:run"


class ExportStopped(Exception):
    """The export was to stop."""


@dataclass(frozen=True)
class ExportListener:
    """Receives an export's progress, and may stop it.

    Attributes:
        on_step: told what is done, and how far it is.
        stopping: asked whether it is to stop.
    """

    on_step: OnStep = lambda step, done, total: None
    stopping: Callable[[], bool] = lambda: False


def usable(to: str) -> ExportFormat:
    """The format of this name. Raises MissingExtra."""
    chosen = FORMATS[to]
    absent = missing(chosen)
    if absent is not None:
        raise absent
    return chosen


class ExportSteps:
    """The steps of one export, each in a process of its own.

    Args:
        chosen: the format.
        target: the exported file.
        folder: for what the processes tell each other.
        watcher: is told how far they are.
        model: the original.
    """

    def __init__(
        self,
        chosen: ExportFormat,
        target: Path,
        folder: Path,
        watcher: ExportListener,
        model: Path | None = None,
    ) -> None:
        self._asked = {"format": chosen.name, "model": str(model), "target": str(target)}
        self._folder, self._title, self._watcher = folder, chosen.title, watcher

    def measure(self, files: Sequence[Path]) -> tuple[Measured, tuple[float, float]]:
        """What the original and the export say of the files, and the thresholds of both."""
        found = self.run("measure", files)
        columns = {one.name: np.array(found[one.name]) for one in fields(Measured)}
        return Measured(**columns), (float(found["threshold"][0]), float(found["threshold"][1]))

    def run(self, do: Step, files: Sequence[Path], **more: Any) -> Any:
        """Run one step; what it found, as JSON has it. Raises ExportError, ExportStopped."""
        inputs, result = self._folder / f"{do}.json", self._folder / f"{do}-result.json"
        inputs.write_text(json.dumps({"files": [str(file) for file in files], **more}))
        self._watcher.on_step(do, 0, len(files))
        try:
            with MessageProcess(_TARGET, limits=ProcessLimits(), nice=5) as child:
                child.send({"do": do, **self._asked, "inputs": str(inputs), "result": str(result)})
                for done, total in _followed(child, self._watcher):
                    self._watcher.on_step(do, done, total)
        except ProcessEnded as reason:
            raise ExportError(
                f"The export to {self._title}",
                "failed",
                received=str(reason),
                cure="Update what it needs, or export to another format.",
                reason="export-unsupported",
            ) from reason
        return json.loads(result.read_text())


def _followed(child: MessageProcess, watcher: ExportListener) -> Iterator[tuple[int, int]]:
    """How far a child is, until it is done. Raises ExportError, ExportStopped, ProcessEnded."""
    while True:
        if watcher.stopping():
            raise ExportStopped
        message = child.receive(0.2)
        if message is None:
            continue
        if "refused" in message:
            facts = message["refused"]
            named = ("subject", "problem", "received", "cure", "reason", "params")
            raise ExportError(**{name: facts[name] for name in named})
        if "done" in message:
            return
        yield message["step"][0], message["step"][1]
