"""Entries made up for tests of finding. Knows no test."""

import math
import struct
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import insert

from tenfold.catalogue.entries.filters import searched
from tenfold.catalogue.entries.tables import Entry, Name
from tenfold.database import Database

START = datetime(2026, 1, 1, tzinfo=UTC)


def made(number: int, **columns: Any) -> dict[str, Any]:
    """An entry's columns, `columns` in place of what is usual."""
    name = columns.get("name", f"photo {number}.jpg")
    return {
        "id": number,
        "owner_id": 0,
        "hash": sha256(str(number).encode()).hexdigest(),
        "bytes": 1000,
        "media_type": "image/jpeg",
        "added_at": START + timedelta(minutes=number),
        "shared": True,
        "name": name,
        "search_text": searched(name),
        "state": "done",
        "label": "cat",
        "model_label": "cat",
        "confidence": 0.9,
        "novelty": 0.1,
        "model_hash": "a" * 64,
        **columns,
    }


def put(database: Database, rows: Sequence[dict[str, Any]], source: str = "upload") -> None:
    """Keep entries, each with a name; `source` in a row is its name's."""
    with database.writing() as session:
        for row in rows:
            session.execute(insert(Entry), [{k: v for k, v in row.items() if k != "source"}])
            session.execute(insert(Name), [named(row["id"], row["name"], row.get("source", source))])


def named(entry: int, name: str, source: str, path: str = "") -> dict[str, Any]:
    """A name's columns."""
    key = sha256(f"{source}\0{path}\0{name}".encode()).hexdigest()
    return {
        "entry_id": entry,
        "key": key,
        "name": name,
        "source": source,
        "path": path,
        "added_at": START,
        "added_by": 0,
    }


def vector(degrees: float) -> bytes:
    """A vector of two numbers, as the table of vectors has them."""
    return struct.pack("<2e", math.cos(math.radians(degrees)), math.sin(math.radians(degrees)))
