"""Events as a table, CSV or Parquet. Finds them part by part."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from tenfold.cameras.cameras import Cameras
from tenfold.cameras.events import CameraEvents, EventFilter
from tenfold.cameras.tables import NONE, EventRow
from tenfold.table_files import Columns

COLUMNS: Columns = {
    "id": ("int64", False),
    "camera": ("string", True),
    "state": ("string", False),
    "started_at": ("timestamp", False),
    "ended_at": ("timestamp", False),
    "class": ("string", True),
    "none_of_these": ("bool", False),
    "corrected": ("bool", False),
    "model_class": ("string", True),
    "model": ("string", True),
    "confidence": ("double", False),
    "zones": ("string", True),
    "x": ("double", False),
    "y": ("double", False),
    "width": ("double", False),
    "height": ("double", False),
    "entry": ("int64", False),
    "acknowledged_at": ("timestamp", False),
}
_AT_ONCE = 500


def event_parts(
    cameras: Cameras,
    events: CameraEvents,
    models: Callable[[Iterable[str]], Mapping[str, str]],
    which: EventFilter,
) -> Iterator[Sequence[Mapping[str, Any]]]:
    """The rows of a table of events, the newest first. models: the names of models by their hashes."""
    names = {row.id: row.name for row in cameras.all(removed=True)}
    last: int | None = None
    while part := events.find(which, limit=_AT_ONCE, before=last):
        said_by = models({event.model_hash or "" for event in part})
        yield [_row(event, names.get(event.camera_id, ""), said_by) for event in part]
        last = part[-1].id


def _row(event: EventRow, camera: str, models: Mapping[str, str]) -> dict[str, Any]:
    computed = {
        "camera": camera,
        "class": event.said or None,
        "none_of_these": event.said == NONE,
        "corrected": event.corrected_label is not None,
        "model_class": event.label or None,
        "model": models.get(event.model_hash or ""),
        "zones": ", ".join(event.zones),
        **dict(zip(("x", "y", "width", "height"), event.box, strict=True)),
        "entry": event.entry_id,
    }
    return {name: computed[name] if name in computed else getattr(event, name) for name in COLUMNS}
