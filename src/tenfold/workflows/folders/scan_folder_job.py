"""The job "look": a folder is scanned once, and its pictures are added when they are whole."""

import time

from pydantic import Field

from tenfold.jobs import WORK, JobType, Shape, Work
from tenfold.server_files import ServerFiles
from tenfold.workflows.folders.stable_files import StableFiles
from tenfold.workflows.ingest_job import AddPictures, AddResult, IngestCounts, Ownership

_SECONDS_BETWEEN_TICKS = 0.5


class ScanFolderParams(Shape):
    """A folder to scan once."""

    path: str = Field(description="Its absolute path.")
    owner: int = Field(description="Whose the pictures are; 0: everybody's.")
    shared: bool = Field(description="Whether others see them.")


class ScanFolder:
    """Does the job "look"."""

    def __init__(self, adding: AddPictures, files: ServerFiles) -> None:
        self._adding, self._files = adding, files

    def __call__(self, work: Work[ScanFolderParams]) -> AddResult:
        path = work.params.path
        whose = Ownership(work.params.owner, work.by, work.params.shared, source="watch")
        settling = StableFiles(path, self._files)
        problem = settling.scan()
        if problem:
            raise problem
        counts = IngestCounts()
        while settling.pending:
            for _ in self._adding.add(list(settling.whole()), (path,), whose, counts):
                work.progress(counts.files, 0)
                work.go_on()
            work.go_on()
            time.sleep(_SECONDS_BETWEEN_TICKS)
        return counts.result()


SCAN_FOLDER = JobType(
    "look", WORK, ScanFolderParams, AddResult, lambda app: ScanFolder(app.add_pictures, app.files)
)
