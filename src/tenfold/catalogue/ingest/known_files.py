"""Which files of folders were added already, so that what did not change is not read again.

Knows a file by its path, length and time of change. Does not open one.
"""

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from tenfold.catalogue.entries.names import kept_path
from tenfold.catalogue.entries.tables import Entry, KnownFile
from tenfold.database import Database

Past = Literal["changed", "added", "deleted", "refused"]


@dataclass(frozen=True)
class FileState:
    """A file as it is at one moment: its absolute path, its length, when it was changed."""

    path: str
    bytes: int
    modified_ns: int

    @classmethod
    def of(cls, path: str | os.PathLike[str]) -> "FileState":
        """The state of a file now; raises OSError."""
        stat = os.stat(path)
        return cls(os.path.abspath(os.fspath(path)), stat.st_size, stat.st_mtime_ns)


@dataclass(frozen=True)
class FileOutcome:
    """The outcome for a file: the number of its entry, or the problem with it, as an error's facts."""

    file: FileState
    entry: int | None = None
    problem: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class KnownFiles:
    """The last outcome for a file: new or changed, added, added and deleted again, or refused."""

    past: Past
    problem: Mapping[str, Any] | None = None


def known(database: Database, owner: int, files: Iterable[FileState]) -> dict[str, KnownFiles]:
    """What is known of files, by path."""
    wanted = {_key(owner, file.path): file for file in files}
    rows = database.rows(
        select(KnownFile, Entry.id, Entry.deleted_at)
        .outerjoin(Entry, Entry.id == KnownFile.entry_id)
        .where(KnownFile.key.in_(wanted))
    )
    found = {file.path: KnownFiles("changed") for file in wanted.values()}
    for row, entry, deleted_at in rows:
        file = wanted[row.key]
        if (row.bytes, row.modified_ns) != (file.bytes, file.modified_ns):
            continue
        gone = entry is None or deleted_at is not None  # deleted, or deleted for good
        past: Past = "refused" if row.problem is not None else "deleted" if gone else "added"
        found[file.path] = KnownFiles(past, row.problem)
    return found


def note(database: Database, session: Session, owner: int, outcomes: Iterable[FileOutcome]) -> None:
    """Store the outcomes for files, in the transaction that adds their entries."""
    # By key: one statement must not name a row twice.
    rows = {
        _key(owner, one.file.path): {
            "path": kept_path(one.file.path),
            "bytes": one.file.bytes,
            "modified_ns": one.file.modified_ns,
            "entry_id": one.entry,
            "problem": one.problem
            and {
                name: kept_path(fact) if isinstance(fact, str) else fact for name, fact in one.problem.items()
            },
        }
        for one in outcomes
    }
    if not rows:
        return
    statement = database.insert(KnownFile)
    now = {name: statement.excluded[name] for name in ("bytes", "modified_ns", "entry_id", "problem")}
    session.execute(
        statement.on_conflict_do_update(index_elements=["key"], set_=now),
        [{"key": key, **row} for key, row in rows.items()],
        execution_options={"render_nulls": True},
    )


def _key(owner: int, path: str) -> str:
    return hashlib.sha256(b"%d\0" % owner + os.fsencode(path)).hexdigest()
