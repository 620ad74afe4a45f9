"""The folders that are watched. Does not watch them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import or_, select, update

from tenfold.catalogue.entries.tables import SYSTEM, WatchedFolder
from tenfold.database import Database, now
from tenfold.errors import NotInCatalogue

# How many links that were not followed are stored for a folder.
MOST_LEFT_OUT = 20


class WatchedFolders:
    """The table of watched folders."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, path: str, *, owner: int = SYSTEM, shared: bool = True, poll: bool = False
    ) -> tuple[WatchedFolder, bool]:
        """Start to watch a folder; returns its row, and whether it is new. A folder is watched once.

        Args:
            path: absolute.
            poll: scan it periodically, because the system sends no notifications for it.
        """
        with self._database.writing() as session:
            same = select(WatchedFolder).where(
                WatchedFolder.path == path,
                WatchedFolder.owner_id == owner,
                WatchedFolder.stopped_at.is_(None),
            )
            found = session.scalar(same)
            if found is not None:
                found.shared, found.poll = shared, poll
                return found, False
            watch = WatchedFolder(path=path, owner_id=owner, shared=shared, poll=poll, added_at=now())
            session.add(watch)
            session.flush()
            return watch, True

    def active(self) -> list[WatchedFolder]:
        """The folders that are watched, in the order in which they were added."""
        return self._database.scalars(
            select(WatchedFolder).where(WatchedFolder.stopped_at.is_(None)).order_by(WatchedFolder.id)
        )

    def claim(self, worker: str, living: Collection[str]) -> list[WatchedFolder]:
        """The folders that `worker` watches; those that no living worker watches become its own."""
        free = or_(WatchedFolder.worker.is_(None), WatchedFolder.worker.not_in({*living, worker}))
        active = select(WatchedFolder).where(WatchedFolder.stopped_at.is_(None)).order_by(WatchedFolder.id)
        found = self._database.scalars(active)
        if all(one.worker == worker or one.worker in living for one in found):
            return [one for one in found if one.worker == worker]
        with self._database.writing() as session:
            session.execute(
                update(WatchedFolder).where(WatchedFolder.stopped_at.is_(None), free).values(worker=worker)
            )
            return list(session.scalars(active.where(WatchedFolder.worker == worker)))

    def stop(self, watch_id: int) -> WatchedFolder:
        """Stop watching a folder; raises NotInCatalogue."""
        with self._database.writing() as session:
            watch = session.get(WatchedFolder, watch_id)
            if watch is None or watch.stopped_at is not None:
                raise NotInCatalogue(
                    f"Watch {watch_id}",
                    "does not exist",
                    cure="tenfold catalogue watch --list lists them.",
                )
            watch.stopped_at = now()
            return watch

    def scanned(self, watch_id: int, problem: Mapping[str, Any] | None, left_out: Sequence[str] = ()) -> None:
        """Store the result of a scan.

        Args:
            problem: why it could not be, as an error's facts.
            left_out: links in it that are not followed; the first `MOST_LEFT_OUT` are kept.
        """
        found = {"problem": None, "looked_at": now(), "left_out": list(left_out[:MOST_LEFT_OUT])}
        values = {"problem": problem} if problem else found
        self._database.execute(update(WatchedFolder).where(WatchedFolder.id == watch_id).values(values))
