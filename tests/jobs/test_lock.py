"""One process at a time, on both databases."""

from sqlalchemy import text

from tenfold.database import Database
from tenfold.jobs.lock import WorkerLock


def test_one_has_it_until_it_is_given_back(database: Database) -> None:
    first, second = WorkerLock(database), WorkerLock(database)
    assert [first.take(), first.take(), second.take()] == [True, True, False]
    assert [lock.held for lock in (first, second)] == [True, False]
    first.release()
    assert [lock.held for lock in (first, second)] == [False, False]
    assert second.take()
    second.release()


def test_whose_connection_breaks_has_it_no_longer_and_may_take_it_again(database: Database) -> None:
    lock = WorkerLock(database)
    assert lock.take()
    if database.sqlite:
        assert lock.held  # a file's lock ends with its process alone
    else:
        with database.engine.connect() as connection:
            others = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
            connection.execute(text(others))
        assert (lock.held, lock.take()) == (False, True)
    lock.release()
