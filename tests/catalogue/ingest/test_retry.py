from sqlalchemy import select

from tenfold.catalogue.entries.tables import Entry
from tenfold.catalogue.ingest.retry import retry
from tenfold.database import Database
from tests.catalogue.making import START, made, put

FAILED = {"state": "failed", "problem": {"detail": "it was tried three times"}, "attempts": 3, "label": None}


def states(database: Database) -> dict[int, tuple[str, int]]:
    with database.reading() as session:
        rows = session.execute(select(Entry.id, Entry.state, Entry.attempts).order_by(Entry.id))
        return {row.id: (row.state, row.attempts) for row in rows}


def test_what_failed_waits_again_with_all_its_attempts_and_the_rest_stays(database: Database) -> None:
    put(database, [made(1, **FAILED), made(2), made(3, **FAILED), made(4, **FAILED, deleted_at=START)])
    assert retry(database, [1, 2, 4, 99], person=0, administrator=True) == [1]
    assert states(database) == {1: ("waiting", 0), 2: ("done", 0), 3: ("failed", 3), 4: ("failed", 3)}
    with database.reading() as session:
        assert session.scalar(select(Entry.problem).where(Entry.id == 1)) is None
    assert retry(database, None, person=0, administrator=True) == [3]


def test_a_person_retries_their_own_and_everybody_s_and_an_administrator_all(database: Database) -> None:
    put(database, [made(1, **FAILED), made(2, **FAILED, owner_id=7), made(3, **FAILED, owner_id=8)])
    assert sorted(retry(database, None, person=7, administrator=False)) == [1, 2]
    assert retry(database, None, person=7, administrator=True) == [3]
