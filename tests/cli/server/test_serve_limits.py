"""What hostile clients cost a real `tenfold serve`: its memory, and the answers of others."""

import re
import signal
import socket
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from itertools import chain
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests import tiny
from tests.cli.server.test_serve import classify, server
from tests.environment.forking import Forked, tenfold
from tests.fakes import RED, picture

CLIENTS = 128
PICTURE = 4_000_000
LIMIT = 20 * PICTURE
# What 128 connections and the threads that decode may cost besides.
BESIDES = 60_000_000
BOUNDARY = "cut-here"
PART = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n'.encode()
)  # Clients at the same time: that classify, that only connect, and that send a picture byte by byte.
BUSY, IDLE, SLOW = 256, 1_000, 64
# What all of them together may cost beside the network: about 8 MB was measured.
CROWD = 50_000_000
# What the network takes besides: 74 MB was measured for `photo` with all, 27 for `cifar10`.
NETWORK = 60_000_000

needs_proc = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")


def most_memory(pid: int) -> int:
    """The most bytes that a process has had in memory."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) * 1024


def family_memory(pid: int) -> int:
    """The bytes in memory of a process and all that it started."""
    own = re.findall(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    started = (one.read_text().split() for one in Path(f"/proc/{pid}/task").glob("*/children"))
    return int(own[0]) * 1024 + sum(family_memory(int(child)) for child in chain(*started))


def status_of(url: str) -> int:
    """The status with which a picture is answered, on a connection of its own."""
    content = picture(RED)
    with connect(url, f"Content-Length: {len(content)}", "Connection: close") as connection:
        connection.sendall(content)
        return int(connection.recv(10_000).split()[1])


def connect(
    address: str, *lines: str, source: str = "127.0.0.1", path: str = "/api/v1/classify"
) -> socket.socket:
    """A connection from an address of this machine that has sent the head of a request with a body."""
    place = urlsplit(address)
    assert place.hostname is not None
    assert place.port is not None
    connection = socket.create_connection(
        (place.hostname, place.port), timeout=30, source_address=(source, 0)
    )
    head = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", *lines, "", ""]
    connection.sendall("\r\n".join(head).encode())
    return connection


def form(length: int = 1_000_000_000) -> tuple[str, str]:
    return f"Content-Type: multipart/form-data; boundary={BOUNDARY}", f"Content-Length: {length}"


def padded(content: bytes) -> bytes:
    return content + b"\0" * (PICTURE - len(content))


@contextmanager
def measured(pid: int) -> Iterator[list[int]]:
    """By how many bytes the process's memory grew at the most."""
    before, grown = most_memory(pid), list[int]()
    yield grown
    grown.append(most_memory(pid) - before)


@pytest.mark.long
@pytest.mark.slow
@needs_proc
@pytest.mark.parametrize("content", [padded(picture(RED)), padded(picture(RED)[:60])], ids=["good", "bad"])
def test_pictures_of_forms_that_do_not_end_are_not_kept(content: bytes) -> None:
    with server(TENFOLD_MAX_PICTURE_BYTES=str(PICTURE), TENFOLD_MAX_FILES_PER_REQUEST="300") as (
        process,
        url,
    ):
        classify(url)
        with measured(process.pid) as grown, ExitStack() as stack:
            for _ in range(CLIENTS):
                connection = stack.enter_context(connect(url, *form()))
                try:
                    connection.sendall(PART + content + f"\r\n--{BOUNDARY}\r\n".encode())
                except OSError:
                    continue  # refused, and closed
            time.sleep(1)
        assert grown[0] < LIMIT + BESIDES


@pytest.mark.slow
@needs_proc
def test_pictures_that_do_not_end_fill_no_more_than_the_limit() -> None:
    with server(TENFOLD_MAX_PICTURE_BYTES=str(PICTURE)) as (process, url):
        classify(url)
        with measured(process.pid) as grown, ExitStack() as stack:
            for _ in range(CLIENTS):
                connection = stack.enter_context(connect(url, f"Content-Length: {PICTURE}"))
                try:
                    connection.sendall(b"x" * (PICTURE - 1))
                except OSError:
                    continue
            time.sleep(1)
        assert grown[0] < LIMIT + BESIDES


def crowd(process: Forked, url: str, each: int) -> list[int]:
    """By how many bytes busy, idle and slow clients let the server and what it started grow, in two rounds.

    Args:
        each: pictures of each busy client.
    """
    assert classify(url).status_code == 200
    before, peaks = family_memory(process.pid), list[int]()
    place = urlsplit(url)
    with ExitStack() as stack:
        for _ in range(IDLE):
            stack.enter_context(socket.create_connection((place.hostname, place.port), timeout=30))
        slow = [
            stack.enter_context(connect(url, "Content-Length: 1000000", source="127.0.0.2"))
            for _ in range(SLOW)
        ]
        pool = stack.enter_context(ThreadPoolExecutor(BUSY))
        for _ in range(2):
            asked = [pool.submit(status_of, url) for _ in range(each * BUSY)]
            peak = 0
            while not all(one.done() for one in asked):
                for one in slow:
                    with suppress(OSError):  # given up after stall_seconds
                        one.sendall(b"x")
                peak = max(peak, family_memory(process.pid))
                time.sleep(0.2)
            statuses = Counter(one.result() for one in asked)
            assert statuses[200] > 0
            assert statuses.keys() <= {200, 503}
            peaks.append(peak - before)
    return peaks


@pytest.mark.slow
@needs_proc
def test_many_clients_beside_idle_and_slow_ones_take_bounded_memory() -> None:
    with server(TENFOLD_MAX_CONNECTIONS="3000") as (process, url):
        assert max(peaks := crowd(process, url, 2)) < CROWD, peaks


@pytest.mark.long
@pytest.mark.slow
@needs_proc
@pytest.mark.parametrize("model", ["photo", "cifar10"])
def test_the_bundled_networks_take_bounded_memory_for_them_too(model: str) -> None:
    with server("--model", model, command=tenfold, TENFOLD_MAX_CONNECTIONS="3000") as (
        process,
        url,
    ):
        assert max(peaks := crowd(process, url, 1)) < CROWD + NETWORK, peaks


@pytest.mark.skipif(sys.platform != "linux", reason="counts as Linux does: one more than the backlog")
def test_no_more_connections_wait_than_the_setting_says() -> None:
    with server(TENFOLD_LISTEN_BACKLOG="4") as (process, url), ExitStack() as stack:
        place = urlsplit(url)
        process.send_signal(signal.SIGSTOP)  # it takes none
        connected = 0
        for _ in range(10):
            one = stack.enter_context(socket.socket())
            one.settimeout(0.3)
            with suppress(TimeoutError):
                one.connect((place.hostname, place.port))
                connected += 1
        process.send_signal(signal.SIGCONT)
        assert connected == 5


@pytest.mark.slow
def test_a_client_that_is_refused_is_told_when_to_come_back_before_it_sends_its_body() -> None:
    with (
        server(TENFOLD_MAX_REQUESTS="1", TENFOLD_CLIENT_PERCENT="100", COLOURS_SECONDS="5") as (_, url),
        ThreadPoolExecutor(1) as pool,
    ):
        first = pool.submit(status_of, url)
        time.sleep(1)  # until it is worked on
        with connect(url, "Content-Length: 1000000") as refused:
            head = refused.recv(10_000).lower()
        assert not first.done()
        assert head.startswith(b"http/1.1 503")
        assert b"\r\nretry-after: " in head
        assert first.result() == 200


@pytest.mark.slow
def test_stopping_waits_for_a_body_no_longer_than_stop_seconds() -> None:
    with (
        server(TENFOLD_STOP_SECONDS="1") as (process, url),
        connect(url, "Content-Length: 1000"),
        socket.create_connection((urlsplit(url).hostname or "", urlsplit(url).port or 0)),
    ):
        time.sleep(1)  # until the server waits for it
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=20)
        assert 0.9 < time.monotonic() - begun < 8
        assert said.count("Cancel 1 running task(s)") == 1
        assert "Traceback" not in said


@pytest.mark.slow
@needs_proc
def test_many_damaged_pictures_of_one_request_are_not_kept_by_their_errors() -> None:
    with server(TENFOLD_MAX_PICTURE_BYTES=str(PICTURE)) as (process, url):
        classify(url)
        broken = padded(picture(RED)[:60])
        with measured(process.pid) as grown:
            files = [("files", (f"{number}.png", broken)) for number in range(90)]
            answer = httpx.post(f"{url}/api/v1/classify", files=files, timeout=60, trust_env=False)
        assert [one["problem"]["status"] for one in answer.json()["results"]] == [422] * 90
        assert grown[0] < 10 * PICTURE + BESIDES


@pytest.mark.slow
@needs_proc
def test_model_files_on_their_way_take_no_memory() -> None:
    length = 40_000_000
    with server() as (process, url):
        classify(url)
        with measured(process.pid) as grown, ExitStack() as stack:
            for _ in range(8):
                connection = stack.enter_context(
                    connect(url, f"Content-Length: {length}", path="/api/v1/models")
                )
                connection.sendall(b"x" * (length - 1))
            time.sleep(1)
        assert grown[0] < BESIDES


@needs_proc
@pytest.mark.slow
def test_a_model_file_is_in_memory_once_while_it_is_added(tmp_path: Path) -> None:
    length = 60_000_000
    path = tiny.variant(tmp_path / "large.onnx", padding=length)
    with server() as (process, url):
        classify(url)
        small = tiny.variant(tmp_path / "small.onnx", name="small").read_bytes()
        for content in (small, path.read_bytes()):
            with measured(process.pid) as grown:
                answer = httpx.post(f"{url}/api/v1/models", content=content, timeout=60, trust_env=False)
            assert answer.status_code == 201, answer.text
        assert grown[0] < 1.2 * length


@pytest.mark.slow
def test_clients_that_send_nearly_nothing_keep_nobody_from_classifying() -> None:
    with server(TENFOLD_STALL_SECONDS="3") as (_, url), ExitStack() as stack:
        slow = [stack.enter_context(connect(url, "Content-Length: 1000")) for _ in range(CLIENTS)]
        for one in slow:
            one.sendall(b"x")
        assert classify(url).status_code == 200
        answers = [one.recv(100) for one in slow]
        assert all(answer.startswith(b"HTTP/1.1 408") for answer in answers)


@pytest.mark.slow
def test_forms_that_stop_after_a_picture_keep_nobody_from_classifying() -> None:
    with server() as (_, url), ExitStack() as stack:
        for _ in range(CLIENTS):
            one = stack.enter_context(connect(url, *form(5000)))
            one.sendall(PART + picture(RED) + f"\r\n--{BOUNDARY}\r\n".encode())
        time.sleep(0.5)
        assert classify(url).status_code == 200


@pytest.mark.slow
def test_silent_connections_are_closed_while_others_are_answered() -> None:
    with server(TENFOLD_HEAD_SECONDS="3") as (_, url), ExitStack() as stack:
        place = urlsplit(url)
        silent = []
        for number in range(600):
            one = stack.enter_context(socket.create_connection((place.hostname, place.port), timeout=20))
            if number % 2:
                one.sendall(b"GET / HTTP/1.1\r\nHost: ")
            silent.append(one)
        begun = time.monotonic()
        assert httpx.get(f"{url}/healthz", trust_env=False, timeout=20).status_code == 200
        assert time.monotonic() - begun < 3
        for one in silent:
            with suppress(ConnectionResetError):
                assert one.recv(1) == b""


@pytest.mark.slow
def test_one_address_that_fills_the_memory_leaves_room_for_another() -> None:
    with server(TENFOLD_MAX_PICTURE_BYTES="1000000") as (_, url), ExitStack() as stack:
        for _ in range(30):
            one = stack.enter_context(connect(url, "Content-Length: 1000000", source="127.0.0.2"))
            try:
                one.sendall(b"x" * 999_999)
            except OSError:
                continue
        time.sleep(0.5)
        refused = stack.enter_context(connect(url, "Content-Length: 1000000", source="127.0.0.2"))
        head = refused.recv(1000)
        assert head.startswith(b"HTTP/1.1 503"), "before any of its body was sent"
        assert b"retry-after: 2" in head.lower()
        body = picture(RED)
        other = stack.enter_context(connect(url, f"Content-Length: {len(body)}", source="127.0.0.3"))
        other.sendall(body)
        assert other.recv(100).startswith(b"HTTP/1.1 200")
