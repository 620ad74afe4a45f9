"""The lock on a run's folder while a process trains in it; it ends with the process, however that ends.

It is the operating system's, on a file `running` in the folder; the file itself means nothing.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedRandom
from pathlib import Path

from tenfold.errors import TrainingError
from tenfold.os_errors import refused

FILE = "running"
# `is_training` holds the lock for a moment: that is no reason to refuse.
_RETRY_SECONDS, _RETRIES = 0.02, 25

if sys.platform == "win32":  # pragma: no cover
    import msvcrt

    def _lock(file: BufferedRandom) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(file: BufferedRandom) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def training_in(folder: Path) -> Iterator[None]:
    """Hold the folder while this process trains in it.

    Raises:
        TrainingError: another process trains there now, or the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / FILE).open("a+b")
    except OSError as reason:
        raise cannot_write(folder, reason) from reason
    with file:
        try:
            _lock_with_retries(file)
        except OSError as reason:
            raise TrainingError(
                f"The run folder {folder}",
                "is being trained in by another process",
                cure="Wait for it or stop it with Ctrl-C, or name another folder with --run.",
                reason="run-in-training",
            ) from reason
        try:
            yield
        finally:
            with suppress(OSError):  # Windows keeps a file that is open; it means nothing
                (folder / FILE).unlink()


def _lock_with_retries(file: BufferedRandom) -> None:
    for _ in range(_RETRIES):
        try:
            return _lock(file)
        except OSError:
            time.sleep(_RETRY_SECONDS)
    return _lock(file)


def is_training(folder: Path) -> bool:
    """Whether a process of this machine trains in the folder now."""
    try:
        with (folder / FILE).open("r+b") as file:
            _lock(file)
    except FileNotFoundError:
        return False
    except OSError:  # it is held, or not ours to open
        return True
    return False


def cannot_write(folder: Path, reason: OSError) -> TrainingError:
    """The error for a run's folder that cannot be written."""
    cure = "Free some space or name another folder with --run."
    return refused(TrainingError, f"The run folder {folder}", reason, "cannot be written", cure=cure)
