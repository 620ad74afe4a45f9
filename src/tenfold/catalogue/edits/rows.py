"""Reads entries that are to be changed, and writes and records the changes, many at a time.

Decides nothing.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from tenfold.catalogue.edits.kinds import Changed, Values, filed_under, recorded
from tenfold.catalogue.entries.search_text import search_text
from tenfold.catalogue.entries.tables import Change, Entry, Name

_TABLE = cast(Table, Entry.__table__)
# Columns that the search text is made from.
_SEARCHED = {"name", "label"}


def locked(session: Session, numbers: Sequence[int]) -> dict[int, Values]:
    """Entries as they are now, by number; they stay so until the transaction's end."""
    rows = session.execute(
        select(_TABLE).where(_TABLE.c.id.in_(numbers)).order_by(_TABLE.c.id).with_for_update()
    )
    return {row.id: dict(row._mapping) for row in rows}


def write(session: Session, action_id: int, plans: Sequence[tuple[Values, Changed]]) -> None:
    """Change entries, and record what an action changed in them.

    Args:
        plans: each entry as it is, and the columns to change. What follows from those is added here.
    """
    if not plans:
        return
    changes = []
    for entry, made in plans:
        before, after = recorded(entry, made)
        changes.append({"action_id": action_id, "entry_id": entry["id"], "before": before, "after": after})
    session.execute(insert(Change), changes)
    alike: defaultdict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for entry, made in _with_following(session, plans):
        alike[tuple(sorted(made))].append({"of": entry["id"], **{f"to_{k}": v for k, v in made.items()}})
    for names, rows in alike.items():
        new = {name: bindparam(f"to_{name}", type_=_TABLE.c[name].type) for name in names}
        session.connection().execute(update(_TABLE).where(_TABLE.c.id == bindparam("of")).values(new), rows)


def _with_following(
    session: Session, plans: Sequence[tuple[Values, Changed]]
) -> list[tuple[Values, Changed]]:
    """The plans, with the class that each entry is filed under, and its search text."""
    found = []
    for entry, made in plans:
        label = filed_under({**entry, **made})
        found.append((entry, made if label == entry["label"] else {**made, "label": label}))
    renewed = [entry["id"] for entry, made in found if _SEARCHED & made.keys()]
    names: defaultdict[int, list[Name]] = defaultdict(list)
    for name in session.scalars(select(Name).where(Name.entry_id.in_(renewed)).order_by(Name.id)):
        names[name.entry_id].append(name)
    for entry, made in found:
        if _SEARCHED & made.keys():
            result = {**entry, **made}
            made["search_text"] = search_text(names[entry["id"]], result["label"], result["name"])
    return found
