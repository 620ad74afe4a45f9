"""Clips of video and their rows: begun, stored, found, deleted. Rows and clips agree at every moment.

While a clip is written it is a local file that can be played already; complete, it is a blob.
A row is written before its clip, and a clip is deleted before its row: an interruption leaves at most a row
without a clip, which `reconcile` deletes. A clip without a row is never deleted: the database may
be another one. Records nothing itself.
"""

import errno
import os
import shutil
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Literal

from sqlalchemy import ColumnElement, delete, func, select, update

from tenfold.cameras.events import said_class
from tenfold.cameras.tables import WHOLE, WRITING, ClipRow, DeletedClips, EventRow
from tenfold.database import Database, now, row_of
from tenfold.errors import CameraError, UnknownCameraEvent
from tenfold.files import temporary
from tenfold.os_errors import refused
from tenfold.storage import BlobStore

# Marks the folder of clips, to tell it from a mount point whose disk is missing.
MARKER = ".tenfold-clips"
# In that folder: what is being written. A local store of clips passes over names with a dot.
UNFINISHED = ".writing"
_AT_ONCE = 200

DeletionReason = Literal["age", "size", "disk"]


@dataclass(frozen=True)
class Reconciled:
    """The differences found: rows without a clip, which were deleted, and clips without a row, which stay.

    A clip that was being written counts too.
    """

    lost: int
    unknown: int


class Clips:
    """The clips of one database.

    Args:
        blobs: where complete clips are.
        folder: on this machine, where clips are written; that of the store, if it is a local one.
    """

    def __init__(self, database: Database, blobs: BlobStore, folder: Path) -> None:
        self._database, self._blobs, self.folder = database, blobs, folder

    @property
    def local(self) -> bool:
        """Whether deleting a clip makes room on this machine's disk."""
        return self._blobs.local

    def check(self) -> None:
        """Raise CameraError where clips cannot be written: their folder is another one, or not writable."""
        marker = self.folder / MARKER
        try:
            if marker.is_file():
                return
            known = self._database.scalar(select(ClipRow.id).limit(1)) is not None
            if known:
                raise CameraError(
                    str(self.folder), "is not the folder that clips were written into", reason="missing",
                    received=f"it has no file {MARKER}", cure="Check whether its disk is mounted.",
                )  # fmt: skip
            self.folder.mkdir(parents=True, exist_ok=True)
            marker.touch()
        except OSError as error:
            raise self._unusable(error) from error

    def begin(self, camera_id: int, kind: str, start: datetime) -> ClipRow:
        """A row for a clip that will be written, and the folder for that; raises as `check`."""
        self.check()
        try:
            (self.folder / UNFINISHED).mkdir(exist_ok=True)
        except OSError as error:
            raise self._unusable(error) from error
        with self._database.writing() as session:
            row = ClipRow(
                camera_id=camera_id,
                kind=kind,
                state=WRITING,
                file=f"{camera_id}/{now().timestamp()}",
                started_at=start,
                ended_at=start,
                bytes=0,
            )
            session.add(row)
            session.flush()
            moment = start.astimezone(UTC)
            row.file = f"{camera_id}/{moment:%Y-%m-%d-%H%M%S}-{row.id}.mp4"
        return row

    def written_to(self, row: ClipRow) -> Path:
        """The file of a clip while it is written."""
        return self._written_to(row.file)

    def store(self, clip_id: int, **values: Any) -> None:
        """Store a clip to which nothing more is written; the row is deleted if nothing was written.

        Args:
            values: what else changes of the row.

        Raises:
            CameraError: it cannot be stored now, and stays as it is.
        """
        self.check()
        key = self._database.scalar(select(ClipRow.file).where(ClipRow.id == clip_id))
        if key is None:
            return
        try:
            with suppress(FileNotFoundError):  # whoever stored it was killed before the row was changed
                self._blobs.put_file(key, self._written_to(key))
            size = self._blobs.size(key)
        except OSError as error:
            raise self._unusable(error) from error
        if size is None:
            self.forget(clip_id)
        else:
            self.change(clip_id, **(values | {"state": WHOLE, "bytes": size}))

    def rewrite(self, row: ClipRow, rewrite: Callable[[Path, Path], bool]) -> int:
        """Put another file in a stored clip's place; its length. Raises OSError.

        Args:
            rewrite: is given a file with the clip and an empty one, and says whether it wrote that.
        """
        if shutil.disk_usage(self.folder).free < (self._blobs.size(row.file) or 0):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.folder))
        with self._blobs.local_copy(row.file) as clip, temporary(self.written_to(row)) as other:
            if rewrite(clip, other):
                self._blobs.put_file(row.file, other)
        return self._blobs.size(row.file) or 0

    def open(self, row: ClipRow) -> BinaryIO:
        """A clip to be read from any place, one that is written too; raises FileNotFoundError."""
        try:
            return self.written_to(row).open("rb")
        except FileNotFoundError:
            return self._blobs.open(row.file)

    def change(self, clip_id: int, **values: Any) -> None:
        self._database.execute(update(ClipRow).where(ClipRow.id == clip_id).values(values))

    def forget(self, clip_id: int) -> None:
        """Delete the row of a clip that has no content."""
        self._database.execute(delete(ClipRow).where(ClipRow.id == clip_id))

    def get(self, clip_id: int) -> ClipRow:
        """One clip; raises UnknownCameraEvent."""
        with self._database.reading() as session:
            row = row_of(session, ClipRow, clip_id)
        if row is None:
            cure = "It may have been deleted by its age, or to make room."
            raise UnknownCameraEvent(f"Clip {clip_id}", "does not exist", cure=cure)
        return row

    def find(
        self,
        *,
        camera_id: int | None = None,
        kind: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 100,
    ) -> list[ClipRow]:
        """Clips that ended at `since` or later and began before `until`, the newest first."""
        query = select(ClipRow)
        if camera_id is not None:
            query = query.where(ClipRow.camera_id == camera_id)
        if kind is not None:
            query = query.where(ClipRow.kind == kind)
        if since is not None:
            query = query.where(ClipRow.ended_at >= since)
        if until is not None:
            query = query.where(ClipRow.started_at < until)
        return self._database.scalars(query.order_by(ClipRow.started_at.desc()).limit(limit))

    def unfinished(self, camera_id: int) -> list[ClipRow]:
        """Clips that were being written when their writer ended."""
        query = select(ClipRow).where(ClipRow.camera_id == camera_id, ClipRow.state == WRITING)
        return self._database.scalars(query.order_by(ClipRow.id))

    def used(self, camera_id: int, label: str | None = None) -> int:
        """Bytes of all clips of a camera, or of those in which an event of a class is."""
        query = select(func.coalesce(func.sum(ClipRow.bytes), 0)).where(ClipRow.camera_id == camera_id)
        if label is not None:
            query = query.where(_shows(label))
        return int(self._database.scalar(query) or 0)

    def oldest(
        self,
        *,
        camera_id: int | None = None,
        label: str | None = None,
        kind: str | None = None,
        before: datetime | None = None,
    ) -> list[ClipRow]:
        """Complete clips, the oldest first; some of them. label: only those with an event of this class."""
        query = select(ClipRow).where(ClipRow.state == WHOLE)
        if camera_id is not None:
            query = query.where(ClipRow.camera_id == camera_id)
        if label is not None:
            query = query.where(_shows(label))
        if kind is not None:
            query = query.where(ClipRow.kind == kind)
        if before is not None:
            query = query.where(ClipRow.ended_at < before)
        return self._database.scalars(query.order_by(ClipRow.started_at).limit(_AT_ONCE))

    def without_events(self, camera_id: int, before: datetime) -> list[ClipRow]:
        """Complete clips of events that are all gone, and that ended before a moment; some of them."""
        used = select(EventRow.id).where(EventRow.clip_id == ClipRow.id).exists()
        query = select(ClipRow).where(
            ClipRow.camera_id == camera_id,
            ClipRow.kind == "events",
            ClipRow.state == WHOLE,
            ClipRow.ended_at < before,
            ~used,
        )
        return self._database.scalars(query.order_by(ClipRow.started_at).limit(_AT_ONCE))

    def delete(self, rows: Collection[ClipRow], reason: DeletionReason) -> int:
        """Delete clips, and keep how much was deleted; the bytes that this freed."""
        freed = 0
        for camera_id in {row.camera_id for row in rows}:
            mine = [row for row in rows if row.camera_id == camera_id]
            size = sum(row.bytes for row in mine)
            for row in mine:
                self._blobs.delete(row.file)
            with self._database.writing() as session:
                session.execute(delete(ClipRow).where(ClipRow.id.in_([row.id for row in mine])))
                session.add(
                    DeletedClips(
                        at=now(),
                        camera_id=camera_id,
                        reason=reason,
                        clips=len(mine),
                        bytes=size,
                        oldest_at=min(row.started_at for row in mine),
                        newest_at=max(row.ended_at for row in mine),
                    )
                )
            freed += size
        return freed

    def deletions(self, limit: int = 50) -> list[DeletedClips]:
        """What was deleted, the newest first."""
        return self._database.scalars(select(DeletedClips).order_by(DeletedClips.id.desc()).limit(limit))

    def reconcile(self) -> Reconciled:
        """Delete the rows of complete clips that are gone; where it raises, as `check`, none."""
        self.check()
        # Before the rows: one that is begun meanwhile has its row by then.
        half = set((self.folder / UNFINISHED).glob("*.mp4"))
        rows = self._database.scalars(select(ClipRow))
        known = {row.file for row in rows}
        half -= {self.written_to(row) for row in rows}
        there = {key for key in self._blobs.all_keys() if key.endswith(".mp4")}
        lost = [row.id for row in rows if row.state == WHOLE and row.file not in there]
        for start in range(0, len(lost), _AT_ONCE):
            self._database.execute(delete(ClipRow).where(ClipRow.id.in_(lost[start : start + _AT_ONCE])))
        return Reconciled(len(lost), len(there - known) + len(half))

    def _written_to(self, key: str) -> Path:
        return self.folder / UNFINISHED / key.replace("/", "-")

    def _unusable(self, error: OSError) -> CameraError:
        return refused(CameraError, str(self.folder), error)


def _shows(label: str) -> ColumnElement[bool]:
    """Of clips: an event of this class is in it."""
    return select(EventRow.id).where(EventRow.clip_id == ClipRow.id, said_class() == label).exists()
