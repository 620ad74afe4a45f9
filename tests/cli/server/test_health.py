"""tenfold health, against real servers: ready ones, failing ones, and what is no tenfold."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tenfold.cli.server import health
from tests.cli.conftest import Command, Outcome
from tests.cli.server.test_serve import server
from tests.environment import web_server


@pytest.fixture
def asked(tenfold: Command, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs the command for the server at a port."""

    def run(port: object, host: str = "127.0.0.1") -> Outcome:
        monkeypatch.setenv("TENFOLD_PORT", str(port))
        monkeypatch.setenv("TENFOLD_HOST", host)
        return tenfold("health")

    return run


def port_of(address: str) -> str:
    return address.rpartition(":")[2]


@contextmanager
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as one:
        yield one


@contextmanager
def answering(status: int, body: bytes) -> Iterator[int]:
    """An HTTP server that gives this answer to everything."""

    class Handler(web_server.QuietHandler):
        def do_GET(self) -> None:
            self.answer(body, "application/json", status)

    with web_server.answering(Handler) as address:
        yield int(port_of(address))


@pytest.mark.slow
def test_a_ready_server_is_told_with_each_of_its_services(asked: Command) -> None:
    with server() as (_, address):
        outcome = asked(port_of(address))
        assert (outcome.status, outcome.err) == (0, "")
        head, _, *services = outcome.out.splitlines()
        assert head == f"The server at {address} is ready"
        names = [one["name"] for one in httpx.get(f"{address}/readyz", timeout=60).json()["services"]]
        assert {"live-model", "jobs", "cameras", "stations"} <= set(names)
        assert [line.split() for line in services] == [[name, "running"] for name in names]
        assert asked(port_of(address), "0.0.0.0").status == 0


@pytest.mark.slow
def test_a_server_that_cannot_use_its_database_is_not_ready(asked: Command, own_home: Path) -> None:
    with server() as (_, address):
        (own_home / "tenfold.db").rename(own_home / "elsewhere.db")
        outcome = asked(port_of(address))
    assert outcome.status == 1
    assert outcome.out == ""
    assert outcome.err.startswith(
        f"tenfold: The server at {address} is not ready. The database cannot be used."
    )


def test_a_failing_service_is_told_with_its_reason(asked: Command) -> None:
    detail = "This server is not ready: a service does not run (live-model: The database cannot be used)."
    with answering(503, b'{"code": "overloaded", "detail": "%s"}' % detail.encode()) as port:
        outcome = asked(port)
    assert outcome.status == 1
    assert outcome.err == f"tenfold: The server at http://127.0.0.1:{port} is not ready. {detail}\n"


def test_nothing_that_listens_is_told(asked: Command) -> None:
    with listening() as one:
        port = one.getsockname()[1]
    outcome = asked(port)
    assert outcome.status == 1
    assert outcome.err.startswith(f"tenfold: No tenfold answers at http://127.0.0.1:{port}: ")
    assert "refused" in outcome.err


def test_a_server_that_starts_and_does_not_answer_yet_is_waited_for_a_bounded_time(
    asked: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_SECONDS", 0.3)
    with listening() as one:
        outcome = asked(one.getsockname()[1])
    assert outcome.status == 1
    assert "no answer within 0.3 seconds" in outcome.err or "timed out" in outcome.err


def test_one_that_sends_a_byte_now_and_then_is_not_waited_for_longer(
    asked: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_SECONDS", 0.3)
    stop = threading.Event()

    def drip(one: socket.socket) -> None:
        connection, _ = one.accept()
        with connection:
            while not stop.wait(0.05):
                connection.sendall(b"H")

    with listening() as one:
        thread = threading.Thread(daemon=True, target=drip, args=(one,))
        thread.start()
        started = time.monotonic()
        outcome = asked(one.getsockname()[1])
        took = time.monotonic() - started
        stop.set()
        thread.join()
    assert outcome.status == 1
    assert took < 3


@pytest.mark.slow
@pytest.mark.parametrize(
    ("status", "body"),
    [(200, b"<html>hello</html>"), (200, b'{"status": "ok"}'), (200, b"7"), (404, b""), (503, b"busy")],
)
def test_another_program_is_not_taken_for_tenfold(asked: Command, status: int, body: bytes) -> None:
    with answering(status, body) as port:
        outcome = asked(port)
    assert outcome.status == 1
    assert f"another program answers there, with status {status}" in outcome.err


def test_what_speaks_no_http_is_not_taken_for_tenfold(asked: Command) -> None:
    with listening() as one:

        def answer() -> None:
            connection, _ = one.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"SSH-2.0-OpenSSH\r\n")

        thread = threading.Thread(daemon=True, target=answer)
        thread.start()
        outcome = asked(one.getsockname()[1])
        thread.join()
    assert outcome.status == 1
    assert "No tenfold answers" in outcome.err
