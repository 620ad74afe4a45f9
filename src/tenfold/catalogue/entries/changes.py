"""Whether anything in the catalogue changed, without reading it. Does not know what changed."""

from typing import Any

from sqlalchemy import func, select

from tenfold.catalogue.entries.tables import FAILED, WAITING, Action, Entry, Name
from tenfold.database import Database


def mark(database: Database) -> tuple[Any, ...]:
    """Values that differ after entries were added, corrected, deleted, restored or renamed.

    Also after the first or the last waiting entry was classified, so they keep changing while many are. Each
    is the end of an index, so the cost does not depend on the number of entries.
    """
    values = (
        select(func.max(Entry.id)),
        select(func.max(Name.id)),
        select(func.min(Entry.id)).where(Entry.state == WAITING),
        select(func.max(Entry.id)).where(Entry.state == WAITING),
        select(func.max(Entry.id)).where(Entry.state == FAILED),
        select(func.max(Entry.corrected_at)),
        select(func.max(Entry.deleted_at)),
        select(func.max(Action.id)),
    )
    each = (one.scalar_subquery().label(f"v{i}") for i, one in enumerate(values))
    return tuple(database.rows(select(*each))[0])
