"""Entries that could not be classified wait again when a person wants them tried. Classifies nothing."""

from collections.abc import Sequence

from sqlalchemy import or_, update

from tenfold.catalogue.entries.tables import FAILED, SYSTEM, WAITING, Entry
from tenfold.database import Database


def retry(
    database: Database, numbers: Sequence[int] | None, *, person: int, administrator: bool
) -> list[int]:
    """Have failed entries wait to be classified again, with all their attempts before them.

    Args:
        numbers: the entries' ids; None: all that failed.
        person: whose entries, besides everybody's; an administrator's are all.

    Returns:
        the ids of those that wait again. Others, deleted ones and those of other people stay as they are.
    """
    which = [Entry.state == FAILED, Entry.deleted_at.is_(None)]
    if numbers is not None:
        which.append(Entry.id.in_(numbers))
    if not administrator:
        which.append(or_(Entry.owner_id == person, Entry.owner_id == SYSTEM))
    values = {"state": WAITING, "problem": None, "attempts": 0, "worker": None}
    with database.writing() as session:
        return list(session.scalars(update(Entry).where(*which).values(values).returning(Entry.id)))
