"""Events before cameras, for the tests of all that keeps, tells and shows them."""

from datetime import UTC, datetime, timedelta
from typing import Any

NOON = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


def seen(start: datetime = NOON, **values: Any) -> dict[str, Any]:
    """The columns of something that was seen for four seconds.

    Args:
        values: those that are otherwise.
    """
    return {
        "started_at": start,
        "ended_at": start + timedelta(seconds=4),
        "track": 1,
        "label": "dog",
        "confidence": 0.8,
        "zones": [],
        "box": [1.0, 2.0, 30.0, 40.0],
        "width": 640,
        "height": 480,
        "path": [[0.0, 1.0, 2.0, 30.0, 40.0]],
    } | values
