"""Which classes entries are filed under. Does not know which a model knows."""

import difflib
from collections.abc import Collection, Iterable

from sqlalchemy import select

from tenfold.catalogue.entries.tables import NONE, Entry
from tenfold.database import Database
from tenfold.errors import UsageError

_NAMED = 12


def in_use(database: Database) -> set[str]:
    """The classes under which something is filed, without "none of these"."""
    return {label for label in database.scalars(select(Entry.label).distinct()) if label}


def check(labels: Iterable[str], known: Collection[str], cure: str = "") -> None:
    """Raise UsageError for a class that nothing is filed under and no model knows: it may be a typing error.

    Args:
        cure: what to do where it is meant.
    """
    for label in labels:
        if label == NONE or label in known:
            continue
        near = difflib.get_close_matches(label, known, n=1)
        names = sorted(known)
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        there = f"Did you mean {near[0]}?" if near else f"There are {', '.join(names[:_NAMED])}{more}."
        raise UsageError(
            f"The class {label!r:.120}",
            "is none that there is",
            cure=f"{there} {cure}".strip(),
            reason="unknown-class",
            params={"name": label[:120]},
        )
