"""Collects the operating system's notifications of changes in a folder, in a thread. Scans nothing."""

import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path

log = logging.getLogger(__name__)

# Types of network file systems: the system reports only changes made on this machine.
_REMOTE = ("nfs", "cifs", "smb", "9p", "fuse", "vboxsf", "drvfs", "afs", "ncp", "prl_fs", "ceph", "gluster")
_STEP_MS = 500


class FolderNotifications:
    """Gathers what changes below a folder until it is closed.

    Attributes:
        working: whether changes are reported. False after the system refused, or the folder was removed.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.working = True
        self._changed: set[str] = set()
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._place = _identity(path)
        self._thread = threading.Thread(target=self._gather, name="tenfold-notify", daemon=True)
        self._thread.start()

    @property
    def moved(self) -> bool:
        """Whether another folder is at the path than when this began: a disk was unplugged, or put back."""
        return _identity(self.path) != self._place

    def take(self) -> list[str]:
        """The changes since the last call."""
        with self._lock:
            taken, self._changed = self._changed, set()
        return sorted(taken)

    def close(self) -> None:
        self._ending.set()
        self._thread.join()

    def _gather(self) -> None:
        from watchfiles import watch

        try:
            for changes in watch(
                self.path,
                watch_filter=None,
                debounce=_STEP_MS,
                rust_timeout=_STEP_MS,
                yield_on_timeout=True,
                stop_event=self._ending,
                raise_interrupt=False,
                ignore_permission_denied=True,
            ):
                with self._lock:
                    self._changed.update(path for _, path in changes)
        except (OSError, RuntimeError) as reason:
            # No watches left, or the folder was removed: it is scanned instead.
            log.info("No notifications for %s: %s", self.path, reason)
            self.working = False


def told_of(path: str) -> bool:
    """Whether the system notifies of changes at a path; it does not on network folders."""
    kind = ""
    longest = -1
    for mounted, its_kind in _mounts():
        if Path(path).is_relative_to(mounted) and len(mounted) > longest:
            kind, longest = its_kind, len(mounted)
    return not kind.startswith(_REMOTE)


def _mounts() -> Iterator[tuple[str, str]]:
    """Where file systems are mounted, and of what kind; empty where the system has no such list."""
    try:
        lines = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return
    for line in lines:
        _, place, kind, *_ = line.split(" ")
        yield place.replace("\\040", " "), kind


def _identity(path: str) -> tuple[int, int] | None:
    try:
        stat = os.stat(path)
    except OSError:
        return None
    return stat.st_dev, stat.st_ino
