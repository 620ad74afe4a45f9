"""The trail of a station: a row for each event of a part, append-only and chained by hashes.

One SQLite file for each station, on a disk of this machine, so that a station needs no server to keep its
rows. `append` returns when the rows are on the disk. A row's hash covers the row and the hash before it:
`verify` finds a row that was changed, left out or put in. Whoever can write the file can also write a new
chain; `head` is what to keep elsewhere against that. Several processes may write, as where a person overrides
a verdict while the station runs. Knows no models, no wire and no rules.
"""

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias

from tenfold.errors import LineError

# part: a verdict, before it is released. withheld: a pass that was not released. gate: what the sensor saw.
# override: a person's verdict. challenge: a part whose verdict was known, with `expected` and `verdict`.
Kind: TypeAlias = Literal[
    "start", "part", "withheld", "gate", "override", "challenge", "alarm", "acknowledged", "recipe"
]
_COLUMNS = "number, kind, part, at, body, hash"
_FIRST = hashlib.sha256(b"tenfold trail 1").hexdigest()
# "tenf": tells a trail from the databases of other programs.
_APPLICATION = 0x74656E66
_TABLES = f"""
PRAGMA application_id = {_APPLICATION};
CREATE TABLE IF NOT EXISTS rows (
    number INTEGER PRIMARY KEY, kind TEXT NOT NULL, part INTEGER, at TEXT NOT NULL, body TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS rows_by_part ON rows (part);
CREATE UNIQUE INDEX IF NOT EXISTS one_verdict ON rows (part) WHERE kind = 'part';
CREATE INDEX IF NOT EXISTS starts ON rows (number) WHERE kind = 'start';
CREATE INDEX IF NOT EXISTS recipes ON rows (number) WHERE kind = 'recipe';
CREATE INDEX IF NOT EXISTS challenges ON rows (number) WHERE kind = 'challenge';
CREATE TABLE IF NOT EXISTS pictures (sha256 TEXT PRIMARY KEY, data BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS orders ON rows (json_extract(body, '$.order'), part, number) WHERE kind = 'part';
CREATE TRIGGER IF NOT EXISTS rows_stay BEFORE UPDATE ON rows BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER IF NOT EXISTS rows_remain BEFORE DELETE ON rows BEGIN SELECT RAISE(ABORT, 'append-only'); END;
"""
# What is made, as the plant says it: numbers in the rows of a part, as they were when it came.
JOB = ("order", "batch", "shift")
# How many rows are read at once.
_AT_ONCE = 500
_ITS_PARTS = "FROM rows WHERE kind = 'part' AND json_extract(body, '$.order') = :order"
_OF_ORDER = (
    f"CASE WHEN part IS NULL THEN number BETWEEN (SELECT min(number) {_ITS_PARTS})"
    f" AND (SELECT max(number) {_ITS_PARTS}) ELSE part IN (SELECT part {_ITS_PARTS}) END"
)


@dataclass(frozen=True)
class Row:
    """One row.

    Attributes:
        number: from 1, without gaps.
        part: which part it is about; None where it is about none.
        at: when, ISO 8601 in UTC.
        body: what happened, plain JSON types.
        hash: SHA-256 over the row and the hash of the row before it.
    """

    number: int
    kind: Kind
    part: int | None
    at: str
    body: Mapping[str, Any]
    hash: str

    @property
    def text(self) -> str:
        """The body as JSON, as its hash covers it."""
        return _text(self.body)


@dataclass(frozen=True)
class TrailEntry:
    """A row that is to be written; `picture` is kept under its SHA-256, which stands in the row."""

    kind: Kind
    at: str
    body: Mapping[str, Any]
    part: int | None = None
    picture: bytes | None = None


class Trail:
    """The trail of one station. Safe in many threads and processes. A context manager.

    Raises:
        LineError: the file cannot be opened, or is no trail.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        try:
            self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            (application,) = self._database.execute("PRAGMA application_id").fetchone()
            if (
                application != _APPLICATION
                and self._database.execute("SELECT 1 FROM sqlite_master").fetchone()
            ):
                raise sqlite3.DatabaseError("it is the database of another program")
            # FULL: a row that was told to be kept survives a power cut too.
            self._database.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; {_TABLES}")
        except sqlite3.Error as error:
            raise _refused(path, error) from error

    def __enter__(self) -> "Trail":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def head(self) -> tuple[int, str]:
        """The last row's number and hash: kept elsewhere, they tell whether the trail was rewritten."""
        found: list[tuple[int, str]] = self._all("SELECT number, hash FROM rows ORDER BY number DESC LIMIT 1")
        return found[0] if found else (0, _FIRST)

    def append(self, entries: Sequence[TrailEntry]) -> list[Row]:
        """Write rows, all or none; they are on the disk when this returns.

        Raises:
            LineError: they could not be written, as where the disk is full; none of them is there then.
        """
        with self._lock:
            rows = []
            try:
                self._database.execute("BEGIN IMMEDIATE")
                number, last = self.head  # another process may have written
                for entry in entries:
                    number += 1
                    body = dict(entry.body)
                    if entry.picture is not None:
                        body["picture"] = hashlib.sha256(entry.picture).hexdigest()
                        kept = (body["picture"], entry.picture)
                        self._database.execute("INSERT OR IGNORE INTO pictures VALUES (?, ?)", kept)
                    text = _text(body)
                    last = _chained(last, number, entry.kind, entry.part, entry.at, text)
                    self._database.execute(
                        "INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?)",
                        (number, entry.kind, entry.part, entry.at, text, last),
                    )
                    rows.append(Row(number, entry.kind, entry.part, entry.at, body, last))
                self._database.execute("COMMIT")
            except sqlite3.Error as error:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise _refused(self.path, error) from error
            return rows

    def rows(self, *, kind: Kind | None = None, after: int = 0, order: int | None = None) -> Iterator[Row]:
        """Rows with a number above `after` up to the last one now, in order, read while others are written.

        They are read some at a time, so that a long trail needs little memory and its writer never waits.

        Args:
            order: only rows about parts of that order, and those about no part that were written meanwhile.
        """
        conditions, values = ["number > :after", "number <= :last"], {"kind": kind, "order": order}
        values["last"] = self.head[0]
        if kind:
            conditions.append("kind = :kind")
        if order is not None:
            conditions.append(_OF_ORDER)
        where = " AND ".join(conditions)
        with closing(sqlite3.connect(self.path)) as reading:
            while found := reading.execute(
                f"SELECT {_COLUMNS} FROM rows WHERE {where} ORDER BY number LIMIT {_AT_ONCE}",
                {**values, "after": after},
            ).fetchall():
                yield from map(_row, found)
                after = found[-1][0]

    def of_part(self, part: int) -> list[Row]:
        """All rows about a part, in order."""
        return self.of_parts([part])[part]

    def of_parts(self, parts: Sequence[int]) -> dict[int, list[Row]]:
        """All rows about each of some parts, in order, by one query."""
        query = f"SELECT {_COLUMNS} FROM rows WHERE part IN (SELECT value FROM json_each(?)) ORDER BY number"
        found: dict[int, list[Row]] = {part: [] for part in parts}
        for row in map(_row, self._all(query, json.dumps(list(parts)))):
            found[row.part or 0].append(row)
        return found

    def last_of(self, kind: Literal["start", "recipe", "challenge"], where: str = "true") -> Row | None:
        """The last row of a kind, for which SQL's condition `where` holds; None where there is none."""
        return next(iter(self.last([kind], limit=1, where=(where, ()))), None)

    def last_challenge(self) -> Row | None:
        """The row of the last challenge that was passed."""
        return self.last_of("challenge", "part IS NULL AND json_extract(body, '$.passed')")

    def last(
        self,
        kinds: Sequence[Kind],
        *,
        limit: int,
        before: int | None = None,
        after: int = 0,
        where: tuple[str, Sequence[Any]] = ("true", ()),
    ) -> list[Row]:
        """Rows of some kinds, the newest first.

        Args:
            before, after: only rows with a smaller number, or a larger one.
            where: a condition of SQL that holds for them, and its values.
        """
        marks = ", ".join("?" * len(kinds))
        query = (
            f"SELECT {_COLUMNS} FROM rows WHERE kind IN ({marks}) AND number < ? AND number > ?"
            f" AND {where[0]} ORDER BY number DESC LIMIT ?"
        )
        return [_row(one) for one in self._all(query, *kinds, before or 1 << 62, after, *where[1], limit)]

    def last_numbers(
        self, *, limit: int, where: tuple[str, Sequence[Any]] = ("true", ())
    ) -> list[tuple[int, int]]:
        """Of the last parts the number of each one's row and of the part, the newest first; see `last`."""
        query = (
            f"SELECT number, part FROM rows WHERE kind = 'part' AND {where[0]} ORDER BY number DESC LIMIT ?"
        )
        return self._all(query, *where[1], limit)

    def picture(self, sha256: str) -> bytes | None:
        """The picture of that hash; None where it is not kept."""
        with closing(sqlite3.connect(self.path)) as reading:
            found = reading.execute("SELECT data FROM pictures WHERE sha256 = ?", (sha256,)).fetchone()
        return bytes(found[0]) if found else None

    def last_part(self) -> int | None:
        """The highest number of a part that has a verdict."""
        found: list[tuple[int | None]] = self._all("SELECT max(part) FROM rows WHERE kind = 'part'")
        return found[0][0]

    def unsettled(self, last: int) -> list[int]:
        """Those of the last `most` parts with a pass that were neither withheld nor seen at the gate."""
        found = self._all(
            "SELECT part FROM rows AS one WHERE kind = 'part' AND json_extract(body, '$.verdict') = 'pass'"
            " AND part > (SELECT max(part) FROM rows WHERE kind = 'part') - ?"
            " AND NOT EXISTS (SELECT 1 FROM rows WHERE part = one.part AND kind IN ('withheld', 'gate'))",
            last,
        )
        return [part for (part,) in found]

    def intact(self, numbers: Sequence[int]) -> bool:
        """Whether each of these rows still has its hash, after the row before it; see `verify`."""
        with self._lock:
            for number in numbers:
                query = f"SELECT {_COLUMNS} FROM rows WHERE number IN (?, ?) ORDER BY number"
                rows = self._all(query, number - 1, number)
                if not rows or len(rows) != min(number, 2):
                    return False
                row = _row(rows[-1])
                last = _row(rows[0]).hash if len(rows) > 1 else _FIRST
                if row.hash != _chained(last, row.number, row.kind, row.part, row.at, row.text):
                    return False
        return True

    def verify(self) -> int | None:
        """The number of the first row that was changed, left out or put in; None where the chain holds."""
        last, expected = _FIRST, 1
        for row in self.rows():
            last = _chained(last, row.number, row.kind, row.part, row.at, row.text)
            if row.number != expected or row.hash != last:
                return expected
            expected += 1
        return None

    def _all(self, query: str, *values: Any) -> list[Any]:
        with self._lock:
            return self._database.execute(query, values).fetchall()

    def close(self) -> None:
        with self._lock:
            self._database.close()


def time_of(moment: datetime) -> str:
    """A moment as rows hold it: ISO 8601 in UTC, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _row(values: tuple[int, Kind, int | None, str, str, str]) -> Row:
    number, kind, part, at, body, hash_ = values
    return Row(number, kind, part, at, json.loads(body), hash_)


def _text(body: Mapping[str, Any]) -> str:
    return json.dumps(body, sort_keys=True, ensure_ascii=False, allow_nan=False)


def _chained(last: str, number: int, kind: str, part: int | None, at: str, body: str) -> str:
    return hashlib.sha256(json.dumps([last, number, kind, part, at, body]).encode()).hexdigest()


def _refused(path: Path, error: sqlite3.Error) -> LineError:
    return LineError(
        f"The trail {path.name}",
        "cannot be written",
        received=str(error),
        cure="Check that its disk is there and has space. Parts are rejected until it can be written.",
        reason="trail-unwritable",
    )
