"""Watched folders: the service that adds their new pictures.

A file is added when it is whole (workflows/folders/stable_files.py). Added files are remembered, so that
after a restart they are not read again, and those that came meanwhile are found.
Knows no HTTP.
"""

import logging
import math
import threading
import time
from pathlib import Path

from tenfold.catalogue.entries.tables import SYSTEM, WatchedFolder
from tenfold.catalogue.ingest.watched_folders import MOST_LEFT_OUT, WatchedFolders
from tenfold.database import UNAVAILABLE
from tenfold.errors import CatalogueError, FolderError
from tenfold.jobs import Jobs
from tenfold.server_files import ServerFiles
from tenfold.workflows.folders.file_notifications import FolderNotifications, told_of
from tenfold.workflows.folders.stable_files import StableFiles
from tenfold.workflows.ingest_job import AddPictures, IngestCounts, Ownership

log = logging.getLogger(__name__)

_SECONDS_BETWEEN_TICKS = 0.5
_SECONDS_BETWEEN_LISTS = 1.0
# A folder whose changes the system reports is still scanned now and then: reports may be lost.
_SECONDS_BETWEEN_CHECKS, _SECONDS_TOLD = 5.0, 60.0
# Where notifications ended, the folder is scanned instead; seconds until they are requested again.
_SECONDS_WITHOUT_REPORTS = 300.0
# The largest share of the time that scans may take, however large the folder.
_SCANNING_SHARE = 0.05
_SECONDS_AFTER_A_PROBLEM = 30.0


class FolderWatcher:
    """The service that watches folders, and the way to add one.

    Several processes may share the folders of one database: each is watched by one of them, and taken over
    when that one has died.
    """

    name = "watched-folders"

    def __init__(self, watches: WatchedFolders, adding: AddPictures, jobs: Jobs, files: ServerFiles) -> None:
        self._watches, self._adding, self._jobs, self._files = watches, adding, jobs, files
        self._woken = threading.Event()
        self.counts = IngestCounts()

    def add(
        self, path: str, *, owner: int = SYSTEM, shared: bool = True, poll: bool = False
    ) -> WatchedFolder:
        """Start to watch a folder (an absolute path). A folder is watched once."""
        watch, _ = self._watches.add(path, owner=owner, shared=shared, poll=poll)
        self.wake()
        return watch

    def wake(self) -> None:
        self._woken.set()

    def run(self, stop: threading.Event) -> None:
        folders: dict[int, _Folder] = {}
        try:
            while not stop.is_set():
                self._list(folders)
                for folder in folders.values():
                    folder.tend(stop, self.counts)
                self._woken.wait(_SECONDS_BETWEEN_TICKS if folders else _SECONDS_BETWEEN_LISTS)
                self._woken.clear()
        finally:
            for folder in folders.values():
                folder.close()

    def _list(self, folders: dict[int, "_Folder"]) -> None:
        """Watch the folders that this process has claimed, and no others."""
        mine = {watch.id: watch for watch in self._watches.claim(self._jobs.me, self._jobs.workers())}
        for gone in [watch_id for watch_id in folders if watch_id not in mine]:
            folders.pop(gone).close()
        for watch in mine.values():
            if watch.id not in folders:
                folders[watch.id] = _Folder(watch, self._watches, self._adding, self._files)


class _Folder:
    """One watched folder."""

    def __init__(
        self, watch: WatchedFolder, watches: WatchedFolders, adding: AddPictures, files: ServerFiles
    ) -> None:
        self._watch, self._watches, self._adding = watch, watches, adding
        self._settling = StableFiles(watch.path, files)
        self._notifying: FolderNotifications | None = None
        self._polled_until = math.inf if watch.poll or not told_of(watch.path) else 0.0
        self._look_at = 0.0
        self._add_at = 0.0
        self._problem, self._links = watch.problem, watch.left_out or []

    def tend(self, stop: threading.Event, counts: IngestCounts) -> None:
        """Scan where it is time to or something changed, and add complete files."""
        moment = time.monotonic()
        self._notify(moment)
        if moment >= self._look_at:
            self._scan(moment)
        elif self._notifying is not None:
            self._settling.scan_only(self._notifying.take())
        if self._settling.pending and moment >= self._add_at:
            self._add(stop, counts)

    def close(self) -> None:
        if self._notifying is not None:
            self._notifying.close()
            self._notifying = None

    def _notify(self, moment: float) -> None:
        """Subscribe to changes where the system reports them; again where the folder went and came back."""
        if self._notifying is not None and self._notifying.moved:
            self.close()
            self._look_at = 0.0
        if self._notifying is not None and not self._notifying.working:
            # A name that is no UTF-8, no watches left: what came since is found by a scan.
            self.close()
            self._look_at = 0.0
            if Path(self._watch.path).is_dir():
                self._polled_until = moment + _SECONDS_WITHOUT_REPORTS
        if self._notifying is None and moment >= self._polled_until and Path(self._watch.path).is_dir():
            self._notifying = FolderNotifications(self._watch.path)
            self._look_at = 0.0

    def _scan(self, moment: float) -> None:
        problem = self._settling.scan()
        self._tell(problem)
        took = time.monotonic() - moment
        told = self._notifying is not None and problem is None
        self._look_at = moment + max(
            _SECONDS_TOLD if told else _SECONDS_BETWEEN_CHECKS, took / _SCANNING_SHARE
        )

    def _add(self, stop: threading.Event, counts: IngestCounts) -> None:
        whole = list(self._settling.whole())
        whose = Ownership(self._watch.owner_id, SYSTEM, self._watch.shared, source="watch")
        try:
            for _ in self._adding.add(whole, (self._watch.path,), whose, counts):
                if stop.is_set():
                    return
        except UNAVAILABLE:
            raise  # a fault of the whole service
        except Exception as reason:  # shown with the folder; the other folders continue
            if stop.is_set():
                return
            expected = isinstance(reason, CatalogueError)  # the disk is full, say
            log.warning("The watched folder %s waits", self._watch.path, exc_info=not expected)
            self._settling.again(whole)
            self._add_at = time.monotonic() + _SECONDS_AFTER_A_PROBLEM
            self._tell(reason if isinstance(reason, CatalogueError) else _fault(self._watch.path, reason))

    def _tell(self, problem: CatalogueError | None) -> None:
        facts = problem.facts() if problem else None
        if facts != self._problem:
            level = logging.WARNING if problem else logging.INFO
            log.log(level, "The watched folder %s: %s", self._watch.path, problem or "no problem any more")
        if (links := self._settling.links[:MOST_LEFT_OUT]) != self._links and links:
            log.warning(
                "The watched folder %s: links are not followed: %s", self._watch.path, ", ".join(links)
            )
        self._problem, self._links = facts, links
        self._watches.scanned(self._watch.id, facts, left_out=links)


def _fault(path: str, reason: Exception) -> FolderError:
    return FolderError(
        path,
        "waits for a fault in tenfold",
        received=type(reason).__name__,
        cure="It is tried again; the log has all of it.",
        reason="internal-fault",
    )
