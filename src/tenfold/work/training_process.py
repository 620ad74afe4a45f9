"""`tenfold train` in a process of its own: started, watched, stopped, gone on with. Does not train here.

A process that serves loads no torch. Its run outlives it: where the parent was killed, the next one waits for
what still trains, or goes on from the last finished epoch.
"""

import importlib.util
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from tenfold.errors import MissingExtra, TrainingError
from tenfold.training import runs
from tenfold.training.presence import is_training

# Called with the finished epochs, and the epochs in all.
Epochs = Callable[[int, int], None]
MODEL = "model.onnx"
LOG = "training.log"
_LOOK_SECONDS = 0.5
# How long a run that is asked to stop may take to do so.
_PATIENCE_SECONDS = 30.0
_TOLD = 300


def check_extra() -> None:
    """Raise MissingExtra, with the one command that installs it, where training is not installed."""
    missing = [name for name in ("torch", "safetensors", "onnx") if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingExtra(
            "Training",
            "needs the train extra, which is not installed",
            received=f"there is no {', '.join(missing)}",
            cure='Install it with: pip install "tenfold[train]"',
        )


class TrainingProcess:
    """One run of `tenfold train` in a folder.

    Args:
        folder: the run's folder.
        home: TENFOLD_HOME of the process.
        data_dir: where CIFAR-10 is.
    """

    def __init__(self, folder: Path, *, home: Path, data_dir: Path) -> None:
        self.folder, self._home, self._data_dir = folder, home, data_dir

    @property
    def model(self) -> Path:
        """The model file; it is there, and whole, once the run has ended well."""
        return self.folder / MODEL

    def run(
        self, arguments: Sequence[str], *, epochs: int, told: Epochs, stopping: Callable[[], bool]
    ) -> bool:
        """Train until there is a model file; begins, goes on or only waits, as the folder asks for it.

        Args:
            arguments: of `tenfold train`, for a run that begins: --data, --network, --epochs, ...
            epochs: how many it was asked for, for `told`.
            told: called now and then.
            stopping: whether to stop; the run can be gone on with.

        Returns:
            whether there is a model; False: it was stopped.

        Raises:
            MissingExtra: training is not installed.
            TrainingError: it ended with an error.
        """
        check_extra()
        # Of a parent that was killed: its child still trains, and nobody else may do so in the folder.
        while is_training(self.folder):
            if stopping():
                return False  # it is not ours to end; it is waited for again next time
            self._tell(epochs, told)
            time.sleep(_LOOK_SECONDS)
        if self.model.is_file():
            return True
        begun = (self.folder / "state.safetensors").is_file()
        given = ["--resume"] if begun else list(arguments)
        return self._watch(given, epochs, told, stopping)

    def _watch(self, given: Sequence[str], epochs: int, told: Epochs, stopping: Callable[[], bool]) -> bool:
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "tenfold", "train", *given, "--run", str(self.folder), "--no-report"]
        command += ["--data-dir", str(self._data_dir)]
        environ = {**os.environ, "TENFOLD_HOME": str(self._home), "PYTHONUNBUFFERED": "1"}
        log = self.folder / LOG
        with log.open("ab") as out:
            begin = out.tell()
            # A session of its own: Ctrl-C at the server's terminal is the server's to answer.
            process = subprocess.Popen(
                command, env=environ, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
            )
        try:
            while process.poll() is None:
                if stopping():
                    _stop(process)
                    return self.model.is_file()
                self._tell(epochs, told)
                with suppress(subprocess.TimeoutExpired):
                    process.wait(_LOOK_SECONDS)
        finally:
            if process.poll() is None:
                _stop(process)
        self._tell(epochs, told)
        if process.returncode or not self.model.is_file():
            raise TrainingError(
                f"The training run {self.folder.name}",
                "ended without a model",
                received=_last_words(log, begin) or f"exit status {process.returncode}",
                cure=f"Its whole output is in {LOG} in the run's folder.",
            )
        return True

    def _tell(self, epochs: int, told: Epochs) -> None:
        told(min(len(runs.lines(self.folder)), epochs), epochs)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """Have it stop as Ctrl-C does, which keeps the last finished epoch; at once where it does not."""
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGINT)
    try:
        process.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _last_words(log: Path, begin: int) -> str:
    """The last line that says something, without the name before it."""
    with log.open("rb") as file:
        file.seek(begin)
        lines = file.read().decode("utf-8", "replace").splitlines()
    words = [line.strip() for line in lines if line.strip()]
    return words[-1].removeprefix("tenfold: ")[-_TOLD:] if words else ""
