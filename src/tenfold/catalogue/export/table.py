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
    said = None if entry.label is None else entry.label == NONE
    return {
        "id": entry.id,
        "name": entry.name,
        "class": entry.label or None,
        "none_of_these": said,
        "corrected": entry.corrected_at is not None,
        "model_class": entry.model_label if entry.state == DONE else None,
        "confidence": entry.confidence,
        "novelty": entry.novelty,
        "state": entry.state,
        "model": entry.model_hash,
        "hash": entry.hash,
        "media_type": entry.media_type,
        "bytes": entry.bytes,
        "width": entry.width,
        "height": entry.height,
        "taken_at": entry.taken_at,
        "latitude": entry.latitude,
        "longitude": entry.longitude,
        "camera": entry.camera,
        "added_at": entry.added_at,
        "sources": " ".join(name for name, bit in SOURCES.items() if entry.sources & bit),
        "path": path or None,
        "shared": entry.shared,
    }
