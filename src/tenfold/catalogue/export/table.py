"""Entries as a table: its columns, and an entry's row. Finds nothing, opens no picture."""

from typing import Any

from tenfold.catalogue.entries.tables import DONE, NONE, SOURCES, Entry
from tenfold.table_files import Columns

COLUMNS: Columns = {
    "id": ("int64", False),
    "name": ("string", True),
    "class": ("string", True),
    "none_of_these": ("bool", False),
    "corrected": ("bool", False),
    "model_class": ("string", True),
    "confidence": ("double", False),
    "novelty": ("double", False),
    "state": ("string", False),
    "model": ("string", False),
    "hash": ("string", False),
    "media_type": ("string", False),
    "bytes": ("int64", False),
    "width": ("int32", False),
    "height": ("int32", False),
    "taken_at": ("timestamp", False),
    "latitude": ("double", False),
    "longitude": ("double", False),
    "camera": ("string", True),
    "added_at": ("timestamp", False),
    "sources": ("string", False),
    "path": ("string", True),
    "shared": ("bool", False),
}


def row(entry: Entry, path: str) -> dict[str, Any]:
    """An entry's values by column. path: a file that it came from, "" for an upload."""
    computed = {
        "class": entry.label or None,
        "none_of_these": None if entry.label is None else entry.label == NONE,
        "corrected": entry.corrected_at is not None,
        "model_class": entry.model_label if entry.state == DONE else None,
        "model": entry.model_hash,
        "sources": " ".join(name for name, bit in SOURCES.items() if entry.sources & bit),
        "path": path or None,
    }
    return {name: computed[name] if name in computed else getattr(entry, name) for name in COLUMNS}
