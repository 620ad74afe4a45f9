"""Whether anything in the catalogue changed, told without reading it. Does not know what changed."""

from typing import Any

from sqlalchemy import func, select

from tenfold.catalogue.tables import FAILED, WAITING, Action, Entry, Name
from tenfold.database import Database

# Actions this far back are looked at for having been undone.
_ACTIONS = 500


def mark(database: Database) -> tuple[Any, ...]:
    """Values that differ whenever entries came, were answered, corrected, deleted, restored or renamed.

    Every one of them is an end of an index, so that it costs the same at ten entries and at ten million.
    """
    last = select(Action.id, Action.undone_at).order_by(Action.id.desc()).limit(_ACTIONS).subquery()
    values = (
        select(func.max(Entry.id)),
        select(func.max(Name.id)),
        select(func.min(Entry.id)).where(Entry.state == WAITING),
        select(func.max(Entry.id)).where(Entry.state == WAITING),
        select(func.max(Entry.id)).where(Entry.state == FAILED),
        select(func.max(Entry.corrected_at)),
        select(func.max(Entry.deleted_at)),
        select(func.max(Action.id)),
        select(func.max(last.c.undone_at)),
        select(func.count(last.c.undone_at)),
    )
    with database.reading() as session:
        row = session.execute(select(*(one.scalar_subquery().label(f"v{i}") for i, one in enumerate(values))))
        return tuple(row.one())
