"""Every change of the catalogue changes the mark; looking does not."""

from collections.abc import Callable

import pytest
from sqlalchemy import update

from tenfold.catalogue.edits.actions import Actions
from tenfold.catalogue.entries.changes import mark
from tenfold.catalogue.entries.tables import DONE, FAILED, WAITING, Entry, Name
from tenfold.database import Database, now


@pytest.fixture
def three(database: Database) -> list[int]:
    """The ids of three entries that wait."""
    with database.writing() as session:
        made = [
            Entry(
                hash=f"{i}" * 64,
                bytes=1,
                media_type="image/png",
                added_at=now(),
                name=f"{i}.png",
                state=WAITING,
            )
            for i in range(3)
        ]
        session.add_all(made)
        session.flush()
        return [entry.id for entry in made]


def answered(database: Database, entry: int, state: str) -> None:
    with database.writing() as session:
        session.execute(update(Entry).where(Entry.id == entry).values(state=state, label="cat"))


def test_the_mark_stays_where_nothing_changes(database: Database, three: list[int]) -> None:
    assert mark(database) == mark(database)


def test_it_is_another_after_every_kind_of_change(database: Database, three: list[int]) -> None:
    actions = Actions(database)
    before = mark(database)

    def changed(by: Callable[[], object]) -> bool:
        nonlocal before
        by()
        after = mark(database)
        different, before = after != before, after
        return different

    def name() -> None:
        with database.writing() as session:
            session.add(Name(entry_id=three[0], key="k" * 64, name="b", source="api", added_at=now()))

    def entry() -> None:
        with database.writing() as session:
            session.add(Entry(hash="f" * 64, bytes=1, media_type="image/png", added_at=now(), name="f"))

    assert changed(lambda: answered(database, three[0], DONE))
    assert changed(lambda: answered(database, three[2], FAILED))
    assert changed(name)
    assert changed(entry)
    corrected = actions.do("correct", [three[0]], by=0, label="dog")
    assert changed(lambda: None)
    assert changed(lambda: actions.undo(corrected.action.id, by=0))
    assert changed(lambda: actions.do("delete", [three[1]], by=0))
