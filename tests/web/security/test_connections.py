"""Connections that are kept without use, tried with a real server."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import pytest

from tests.fakes import RED, FakeClassifier, picture
from tests.web.conftest import Running, Serve
from tests.web.uploads.test_pictures import URL, answer_on, raw

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


def connect(running: Running, source: str = "127.0.0.1") -> socket.socket:
    return socket.create_connection(("127.0.0.1", running.port), timeout=20, source_address=(source, 0))


def closed(connection: socket.socket, seconds: float = 0.0) -> bool:
    """Whether the server has closed it within so many seconds."""
    connection.settimeout(seconds or 0.01)
    try:
        while connection.recv(1000):
            pass
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False
    return True


@pytest.mark.slow
def test_a_head_that_does_not_end_is_not_waited_for(serve: Serve) -> None:
    hasty = serve(head_seconds=1)
    with connect(hasty) as silent, connect(hasty) as trickling, connect(hasty) as second:
        second.sendall(HEALTH)
        assert second.recv(1000).startswith(b"HTTP/1.1 200")
        second.sendall(b"GET /healthz HTTP/1.1\r\n")
        begun = time.monotonic()
        while not closed(trickling, 0.2) and time.monotonic() - begun < 5:
            trickling.send(b"G")
        assert time.monotonic() - begun < 3
        assert closed(silent, 5)
        assert closed(second, 5)


@pytest.mark.slow
def test_a_connection_without_a_request_is_closed_after_idle_seconds(serve: Serve) -> None:
    hasty = serve(idle_seconds=1)
    with connect(hasty) as kept:
        kept.sendall(HEALTH)
        assert kept.recv(1000).startswith(b"HTTP/1.1 200")
        assert not closed(kept, 0.5)
        assert closed(kept, 5)


@contextmanager
def busy(running: Running, seconds: float) -> Iterator[None]:
    """The server reads nothing for so long, from the moment on at which this begins: it is in a callback."""
    bell, rope = socket.socketpair()
    rung = threading.Event()

    def work() -> None:
        running.loop.remove_reader(bell)
        rung.set()
        time.sleep(seconds)

    with bell, rope:
        running.loop.call_soon_threadsafe(running.loop.add_reader, bell, work)
        rope.send(b"x")
        assert rung.wait(10)
        yield


def answered(client: socket.socket) -> bool:
    """Whether the server is well, by its answer to HEALTH: its head and its body may come apart."""
    received = b""
    while not received.endswith(b"}") and (more := client.recv(1000)):
        received += more
    return received.startswith(b"HTTP/1.1 200")


@pytest.mark.slow
@pytest.mark.parametrize("before", [b"", HEALTH], ids=["new", "kept"])
def test_a_request_that_a_busy_server_reads_late_is_answered(serve: Serve, before: bytes) -> None:
    hasty = serve(head_seconds=1, idle_seconds=1)
    with connect(hasty) as client:
        if before:
            client.sendall(before)
            assert answered(client)
        time.sleep(0.2)
        with busy(hasty, 1.5):
            client.sendall(HEALTH)
            assert answered(client)


@pytest.mark.slow
def test_a_request_that_takes_longer_to_answer_than_its_head_may_take_is_answered(serve: Serve) -> None:
    slow = serve(FakeClassifier(seconds=2), head_seconds=1)
    assert slow.client.post(URL, content=picture(RED)).status_code == 200


def test_where_there_are_too_many_the_busiest_address_gives_way(serve: Serve) -> None:
    narrow = serve(max_connections=20)
    with ExitStack() as stack:
        uploading = stack.enter_context(raw(narrow, "Content-Length: 10"))
        other = stack.enter_context(connect(narrow, "127.0.0.2"))
        many = [stack.enter_context(connect(narrow, "127.0.0.3")) for _ in range(40)]
        time.sleep(0.3)
        assert sum(closed(one) for one in many) == 22
        assert closed(many[0])
        assert not closed(many[-1])
        assert not closed(other)
        uploading.sendall(b"0123456789")
        assert answer_on(uploading)[0] == 415


@pytest.mark.slow
def test_an_answer_that_nobody_takes_is_not_kept(serve: Serve) -> None:
    hasty = serve(stall_seconds=1)
    length = len(hasty.client.get("/openapi.json").content)  # the page's API as a document
    assert length > 50_000
    with socket.socket() as lazy:
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        lazy.settimeout(60)
        lazy.connect(("127.0.0.1", hasty.port))
        lazy.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 100)
        assert lazy.recv(1, socket.MSG_PEEK)  # it begins to answer
        own, ends = lazy.getsockname(), time.monotonic() + 60
        while any(one.client == own for one in hasty.connections):
            assert time.monotonic() < ends, "it is kept"
            time.sleep(0.05)
        lazy.setsockopt(
            socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20
        )  # what the system still has arrives at once
        received = 0
        with suppress(ConnectionResetError):
            while part := lazy.recv(1 << 16):
                received += len(part)
    assert received < 100 * length
