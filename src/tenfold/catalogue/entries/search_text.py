"""The text in which words are searched: an entry's names, folders, sources and class."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from tenfold.catalogue.entries.filters import searched
from tenfold.catalogue.entries.tables import Name


def search_text(names: Iterable[Name], label: str | None, shown: str = "") -> str:
    """The search text of one entry.

    Args:
        names: all names of an entry.
        label: what it is filed under.
        shown: the name that it is shown by, where a person gave it another.
    """
    words = [shown]
    for name in names:
        folder = name.path.replace("\\", "/").split("/")[-2:-1]
        words += [name.name, *folder, name.source]
    words.append(label or "")
    return "\n".join(dict.fromkeys(searched(word) for word in words if word))


def names_of(session: Session, entries: Sequence[int]) -> dict[int, list[Name]]:
    """All names of entries, the oldest first."""
    found: dict[int, list[Name]] = {entry: [] for entry in entries}
    for name in session.scalars(select(Name).where(Name.entry_id.in_(found)).order_by(Name.id)):
        found[name.entry_id].append(name)
    return found
