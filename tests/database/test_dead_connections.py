"""PostgreSQL that is silent, and one that has become read-only: nothing waits for ever."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import insert, text

from tenfold.database import UNAVAILABLE, Database, now, passing, trouble
from tenfold.database import engine as database_engine
from tenfold.errors import DatabaseError
from tenfold.jobs import Jobs
from tenfold.jobs import jobs as jobs_module
from tenfold.jobs import worker as worker_module
from tenfold.jobs.tables import WorkerRow
from tests.conftest import postgres_database
from tests.environment.proxy import Proxy


@contextmanager
def behind_proxy(database: Database) -> Iterator[tuple[Database, Proxy]]:
    with Proxy(database.url.port or 5432) as proxy:
        opened = Database(database.url.set(port=proxy.port))
        yield opened, proxy
    opened.close()


@pytest.fixture
def database(postgres: str, postgres_tables: str) -> Iterator[Database]:
    with postgres_database(postgres, postgres_tables) as url:
        opened = Database(url)
        yield opened
        opened.close()


@pytest.mark.slow
def test_a_server_that_accepts_and_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(database_engine.POSTGRES_TIMEOUTS, "connect_timeout", 2)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        database = Database(f"postgresql://ann@127.0.0.1:{listening.getsockname()[1]}/x")
        started = time.monotonic()
        with pytest.raises(DatabaseError, match="does not answer"):
            database.check()
        assert time.monotonic() - started < 20


def test_a_dead_peer_is_found_out_by_the_system(database: Database) -> None:
    with database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        with socket.socket(fileno=socket.dup(driver.fileno())) as tcp:
            assert tcp.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            assert tcp.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) <= 30
            assert 0 < tcp.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) <= 60_000


@pytest.mark.slow
def test_jobs_close_although_the_database_is_silent(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "SECONDS_TO_STOP", 1.0)
    monkeypatch.setattr(jobs_module, "SECONDS_TO_STOP", 1.0)
    with behind_proxy(database) as (silent, proxy):
        jobs = Jobs(silent, {})
        jobs.start()
        proxy.fail("dropped")
        time.sleep(2 * worker_module._POLL_SECONDS)  # the worker is waiting for an answer
        started = time.monotonic()
        closing = threading.Thread(target=jobs.close, daemon=True)
        closing.start()
        closing.join(20)
        assert not closing.is_alive()
        assert time.monotonic() - started < 15


def test_a_primary_that_became_read_only_is_left_for_a_new_connection(database: Database) -> None:
    with database.engine.connect() as connection:  # as if the server had been demoted meanwhile
        connection.execute(text("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"))
        connection.commit()
    values = {"id": "a", "serving": False, "lease_until": now()}
    with pytest.raises(UNAVAILABLE) as caught, database.writing() as session:
        session.execute(insert(WorkerRow).values(values))
    assert passing(caught.value)
    error = trouble(caught.value, database)
    assert error is not None
    assert "cannot be written (cannot execute INSERT in a read-only transaction)" in str(error)
    assert "primary" in str(error)
    with database.writing() as session:
        session.execute(insert(WorkerRow).values(values))
