"""The service behind a table of cameras or stations, without either."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy.exc import TimeoutError as PoolTimeout

from tenfold.errors import DatabaseError
from tenfold.runtime.services import describe
from tenfold.runtime.supervisor import Supervisor
from tenfold.runtime.watched import Watched
from tests.waiting import until


@dataclass
class Row:
    id: int
    changed_at: int = 0
    current_status: dict[str, Any] | None = None


class Rows:
    """A table that may be away, or broken."""

    def __init__(self) -> None:
        self.rows = [Row(1)]
        self.error: Exception | None = None
        self.asked = self.released = 0

    def claim(self, worker: str, living: object) -> list[Row]:
        self.asked += 1
        if self.error:
            raise self.error
        return self.rows

    def tell(self, worker: str, statuses: object) -> None:
        pass

    def release(self, worker: str) -> None:
        self.released += 1


class Jobs:
    me = "worker"

    def workers(self) -> list[str]:
        return []


@dataclass
class Work:
    row: Row
    name: str = "work"
    begun: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    def run(self, stop: threading.Event) -> None:
        self.begun += 1
        stop.wait()
        self.ended.set()

    def wake(self) -> None:
        pass

    def tend(self) -> None:
        pass

    def status(self) -> dict[str, Any]:
        return {}


@contextmanager
def running(rows: Rows, kind: type[Work]) -> Iterator[tuple[Watched[Work], Supervisor, list[Work]]]:
    """A supervised service over the rows, and what it has made for them; it is stopped in time."""
    made = list[Work]()

    def make(row: Row) -> Work:
        made.append(kind(row))
        return made[-1]

    watched: Watched[Work] = Watched("stations", rows, Jobs(), make, describe)  # type: ignore[arg-type]
    supervisor = Supervisor([watched], describe)
    supervisor.start()
    try:
        yield watched, supervisor, made
    finally:
        assert supervisor.stop(10) == []


@pytest.mark.slow
@pytest.mark.parametrize("away", [True, False])
def test_what_runs_goes_on_while_the_database_is_away_and_ends_with_a_fault_of_ours(away: bool) -> None:
    rows = Rows()
    with running(rows, Work) as (watched, supervisor, made):
        until(lambda: watched.running(1))
        rows.error = PoolTimeout("all connections are in use") if away else KeyError("a fault")
        asked = rows.asked
        until(lambda: rows.asked >= asked + 2)
        assert made[0].ended.is_set() != away
        rows.error = None
        until(lambda: watched.running(1))
        until(lambda: supervisor.health()[0].state == "running")
        assert len(made) == (1 if away else 2)
    assert all(one.ended.is_set() for one in made)
    assert rows.released >= 1


def test_the_status_of_a_row_is_that_of_what_runs_here_with_its_fault_or_what_another_process_tells() -> None:
    rows, broken = Rows(), threading.Event()

    class Breaking(Work):
        def run(self, stop: threading.Event) -> None:
            if broken.is_set():
                raise PoolTimeout("all connections are in use")
            until(lambda: broken.is_set() or stop.is_set())
            if broken.is_set():
                raise DatabaseError("The database", "does not answer")

        def status(self) -> dict[str, Any]:
            return {"state": "ready"}

    with running(rows, Breaking) as (watched, _, _):
        until(lambda: watched.running(1))
        assert watched.status(rows.rows[0]) == {"state": "ready"}  # type: ignore[arg-type]
        broken.set()
        until(lambda: "fault" in (watched.status(rows.rows[0]) or {}))  # type: ignore[arg-type]
        fault = (watched.status(rows.rows[0]) or {})["fault"]  # type: ignore[arg-type]
        assert fault["code"] == "database-error"
        elsewhere = Row(2, current_status={"state": "held"})
        assert watched.status(elsewhere) == {"state": "held"}  # type: ignore[arg-type]
        assert watched.status(Row(3)) is None  # type: ignore[arg-type]
