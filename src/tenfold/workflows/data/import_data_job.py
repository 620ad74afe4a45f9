"""Datasets that people send as a ZIP archive, piece by piece; and the job "import-data" that unpacks one.

An unfinished upload is kept for a day, so that it can be resumed. Knows no HTTP.
"""

import json
import re
import secrets
import shutil
import time
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from pydantic import Field

from tenfold.datasets import sources
from tenfold.datasets.archives import ArchiveLimits, unpack_zip
from tenfold.datasets.browsing import browse
from tenfold.errors import DatasetError
from tenfold.files import write_whole
from tenfold.jobs import WORK, JobType, Shape, Stopped, Work
from tenfold.paths import Home
from tenfold.server_files import ServerFiles
from tenfold.workflows.steps import go_on

MOST_BYTES = 4_000_000_000
_MOST_UPLOADS = 20
_KEPT_SECONDS = 24 * 3600


class ImportDataParams(Shape):
    """An uploaded archive to unpack."""

    upload: str = Field(description="The upload's id.")
    name: str = Field(description="What the dataset is called.")


class ImportDataResult(Shape):
    """The dataset that came of an upload."""

    id: str = Field(description="Its id at /api/v1/data.")
    name: str
    files: int


IMPORT_DATA = JobType(
    "import-data",
    WORK,
    ImportDataParams,
    ImportDataResult,
    lambda app: app.uploads,
    steps={"unpacking": "unpacking"},
    alone=True,
)


@dataclass(frozen=True)
class ArchiveUpload:
    """An archive that is being sent: its length, and how many bytes were received."""

    id: str
    name: str
    bytes: int
    received: int = 0


class Uploads:
    """Uploads of datasets, and the job "import-data"; limits: what an archive may hold."""

    def __init__(
        self, home: Home, data_dir: Path, files: ServerFiles, limits: ArchiveLimits | None = None
    ) -> None:
        self._home, self._data_dir, self._files, self._limits = home, data_dir, files, limits

    def begin(self, name: str, size: int) -> ArchiveUpload:
        """A new upload. Raises DatasetError where it would be too large, or there are too many."""
        if size > MOST_BYTES:
            raise DatasetError(
                f"The archive {name!r:.200}",
                "is too large",
                received=f"{size / 1e6:,.0f} MB; the limit is {MOST_BYTES / 1e6:,.0f} MB",
                cure="Put the folder on the server by other means, and add its path.",
                reason="archive-too-large",
            )
        self._forget_old()
        if len(list(self._home.data_uploads.glob("*"))) >= _MOST_UPLOADS:
            raise DatasetError(
                "A new upload",
                "cannot start",
                received="too many have not ended",
                cure="End or stop them.",
                reason="too-many-uploads",
            )
        upload = ArchiveUpload(secrets.token_hex(12), name, size)
        folder = self._home.data_uploads / upload.id
        folder.mkdir(parents=True, mode=0o700)
        write_whole(folder / "upload.json", json.dumps(asdict(upload)).encode())
        (folder / "archive.zip").touch()
        return upload

    def get(self, upload_id: str) -> ArchiveUpload:
        """An upload as it is now. Raises DatasetError where there is none."""
        folder = self._home.data_uploads / upload_id
        known = re.fullmatch(r"[0-9a-f]{24}", upload_id) is not None and (folder / "upload.json").is_file()
        if not known:
            raise DatasetError(
                f"The upload {upload_id!r:.60}",
                "is not known here",
                cure="Start it again.",
                reason="upload-unknown",
            )
        found = json.loads((folder / "upload.json").read_bytes())
        return ArchiveUpload(**{**found, "received": (folder / "archive.zip").stat().st_size})

    def archive(self, upload: ArchiveUpload) -> Path:
        """The file with what was received."""
        return self._home.data_uploads / upload.id / "archive.zip"

    def cancel(self, upload_id: str) -> None:
        """Delete what was received. Raises DatasetError where there is no such upload."""
        shutil.rmtree(self._home.data_uploads / self.get(upload_id).id, ignore_errors=True)

    def delete(self, source: str) -> None:
        """Delete the pictures of an uploaded dataset; those of others stay."""
        place = Path(source)
        if self.owns(source):
            shutil.rmtree(place, ignore_errors=True)

    def owns(self, source: str) -> bool:
        """Whether a dataset was uploaded."""
        return Path(source).parent == self._home.uploaded_data

    def __call__(self, work: Work[ImportDataParams]) -> ImportDataResult:
        """Unpack an archive, and add it to the list once its classes are checked."""
        upload = self.get(work.params.upload)
        unpacked = self._home.data_uploads / upload.id / "unpacked"
        shutil.rmtree(unpacked, ignore_errors=True)
        unpacked.mkdir()
        show = partial(go_on, work, step="unpacking")
        try:
            count = unpack_zip(
                self.archive(upload), unpacked, name=upload.name, limits=self._limits, progress=show
            )
            target = self._place(work.params.name)
            _top(unpacked).rename(target)
            self._check(target)
        except Stopped:
            if work.cancelled:
                self.cancel(upload.id)
            raise
        except DatasetError:
            self.cancel(upload.id)
            raise
        self.cancel(upload.id)
        sources.add(self._home.datasets, str(target))
        return ImportDataResult(id=sources.key(str(target)), name=target.name, files=count)

    def _check(self, target: Path) -> None:
        try:
            browse(str(target), self._data_dir, self._files)
        except DatasetError:
            shutil.rmtree(target)
            raise

    def _place(self, name: str) -> Path:
        """A folder of that name that does not exist yet."""
        plain = "".join(c if c.isalnum() or c in " -_." else "-" for c in name).strip(" .-")[:80] or "data"
        self._home.uploaded_data.mkdir(parents=True, exist_ok=True)
        place, number = self._home.uploaded_data / plain, 1
        while place.exists():
            number += 1
            place = self._home.uploaded_data / f"{plain}-{number}"
        return place

    def _forget_old(self) -> None:
        for folder in self._home.data_uploads.glob("*"):
            archive = folder / "archive.zip"
            changed = (archive if archive.exists() else folder).stat().st_mtime
            if time.time() - changed > _KEPT_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


def _top(folder: Path) -> Path:
    """The first folder that holds more than one folder: archives often begin with one of their own name."""
    inside = list(folder.iterdir())
    while len(inside) == 1 and inside[0].is_dir():
        folder = inside[0]
        inside = list(folder.iterdir())
    return folder
