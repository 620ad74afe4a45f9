"""Which new files of a folder are complete. Reads none of them; knows no catalogue.

A file is complete when it has not changed for a while and no process has it open for writing.
"""

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tenfold.errors import FolderError
from tenfold.folder_walk import passed_over
from tenfold.images import safe_name
from tenfold.server_files import ServerFiles
from tenfold.workflows.folders.file_walk import Walk

# Seconds since its last change after which a file is complete when it is first seen.
_OLD_SECONDS = 60.0
# A growing file may pause; one that was never seen to change needs less patience.
_PATIENCE = 3.0
# Seconds to wait for a process that holds a file open without writing to it.
_MOST_SECONDS = 600.0

_State = tuple[int, int, int]


@dataclass
class _Pending:
    """A file's last state, since when it is unchanged, and whether it was seen to change."""

    state: _State
    since: float
    grew: bool


class StableFiles:
    """Finds the files of one folder that no longer change.

    Args:
        path: the folder; those in it are looked at too, links to folders are not followed.
        files: says what is tenfold's own, which is passed over.
        settle_seconds: how long a file has to stay as it is.

    Attributes:
        links: links that the last `look` did not follow.
    """

    def __init__(
        self,
        path: str,
        files: ServerFiles,
        *,
        settle_seconds: float = 2.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.path, self._clock = path, clock
        self._files, self._settle = files, settle_seconds
        self._known: dict[str, _State] = {}
        self.links: list[str] = []
        self._pending: dict[str, _Pending] = {}

    @property
    def pending(self) -> int:
        """How many files are not complete yet."""
        return len(self._pending)

    def scan(self) -> FolderError | None:
        """Scan the whole folder; returns why that failed."""
        if not os.path.isdir(self.path):
            cure = "It is watched again as soon as it is there."
            return FolderError(safe_name(self.path), "is not there", cure=cure, reason="missing")
        walk = Walk((self.path,), self._files)
        self._see(walk)
        self.links = walk.links
        return walk.problems[0] if walk.problems else None

    def scan_only(self, paths: Iterable[str]) -> None:
        """Scan what was reported as changed: files, and folders with all in them."""
        inside = [path for path in paths if not self._passed_over(path)]
        self._see(Walk(tuple(inside), self._files))

    def whole(self) -> Iterator[str]:
        """The files that are complete by now, each once; again after it changes."""
        moment = self._clock()
        self._see(list(self._pending))
        for path, pending in list(self._pending.items()):
            quiet = moment - pending.since
            patience = self._settle * (_PATIENCE if pending.grew else 1)
            if quiet < patience or pending.state[0] == 0:
                continue
            if quiet < _MOST_SECONDS and self._written_to(path):
                continue
            del self._pending[path]
            self._known[path] = pending.state
            yield path

    def again(self, paths: Iterable[str]) -> None:
        """Return these once more: they could not be used now."""
        for path in paths:
            if state := self._known.pop(path, None):
                self._pending[path] = _Pending(state, self._clock(), grew=False)

    def _see(self, paths: Iterable[str]) -> None:
        moment = self._clock()
        for path in paths:
            state = _state(path)
            before = self._pending.get(path)
            if state is None:
                self._pending.pop(path, None)
            elif before is not None and before.state != state:
                self._pending[path] = _Pending(state, moment, grew=True)
            elif before is None and self._known.get(path) != state:
                old = time.time() - state[1] / 1e9 > _OLD_SECONDS
                self._pending[path] = _Pending(state, moment - self._settle if old else moment, grew=False)

    def _passed_over(self, path: str) -> bool:
        """Whether a part of the path below the folder is never a picture, or a link to a folder."""
        try:
            below = Path(path).relative_to(self.path)
        except ValueError:
            return True
        places = [Path(self.path, *below.parts[: i + 1]) for i in range(len(below.parts))]
        return any(
            passed_over(place.name, folder=os.path.isdir(place))
            or (os.path.islink(place) and os.path.isdir(place))
            or self._files.own(place)
            for place in places
        )

    def _written_to(self, path: str) -> bool:
        """Whether a process has the file open for writing. False where the system does not say."""
        if sys.platform != "linux":
            return False
        import errno
        import fcntl
        import signal

        try:
            file = self._files.descriptor(path, within=(self.path,), flags=os.O_NONBLOCK)
        except OSError:
            return False
        try:
            # A process that opens the file while we hold the lease makes the system signal us: harmlessly.
            fcntl.fcntl(file, fcntl.F_SETSIG, signal.SIGURG)
            # A lease for reading is refused while the file is open for writing.
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        except OSError as reason:
            return reason.errno == errno.EAGAIN
        finally:
            os.close(file)
        return False


def _state(path: str) -> _State | None:
    """Length, time of change, and time of change of its rights; None where it is no file (any more)."""
    try:
        stat = os.stat(path)
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns
