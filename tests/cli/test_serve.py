"""tenfold serve, as a process of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tenfold.cli import serve
from tests.cli.conftest import Command
from tests.fakes import GREEN, picture

COLOURS = Path(__file__).with_name("colours.py")


@contextmanager
def server(*arguments: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`tenfold serve` on a free port, and its address."""
    command = [sys.executable, str(COLOURS), "serve", "--port", "0", "--no-open", *arguments]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
    )
    assert process.stdout is not None
    try:
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found, process.communicate(timeout=10)
        yield process, found.group()
    finally:
        process.kill()
        process.communicate(timeout=10)


def classify(address: str, **how: Any) -> httpx.Response:
    return httpx.post(
        f"{address}/api/v1/classify", content=picture(GREEN), timeout=20, trust_env=False, **how
    )


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_finishes_what_it_works_on_before_it_stops(how: signal.Signals) -> None:
    with server(COLOURS_SECONDS="1.5") as (process, address):
        answers: list[httpx.Response] = []
        asking = threading.Thread(target=lambda: answers.append(classify(address)))
        asking.start()
        time.sleep(1)  # on a busy machine it takes a while until the request is there
        process.send_signal(how)
        asking.join()
        _, errors = process.communicate(timeout=10)
        assert process.returncode == 0
        assert errors == "tenfold stopped\n"
    assert [answer.status_code for answer in answers] == [200]
    assert answers[0].json()["results"][0]["prediction"]["label"] == "green"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_an_endless_upload_does_not_fill_its_memory() -> None:
    def most_memory(pid: int) -> int:
        return int(re.findall(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())[0]) // 1000

    def zeros() -> Iterator[bytes]:
        for _ in range(300):
            yield b"\0" * 1_000_000

    with server(TENFOLD_MAX_PICTURE_BYTES="1000000") as (process, address):
        classify(address)
        before = most_memory(process.pid)
        for headers in ({}, {"Content-Type": "multipart/form-data; boundary=x"}):
            body = zeros() if not headers else _form(zeros())
            try:
                answer = httpx.post(
                    f"{address}/api/v1/classify", content=body, headers=headers, timeout=20, trust_env=False
                )
                assert answer.status_code == 413
            except httpx.TransportError:  # the server hung up while more was being sent
                pass
        assert most_memory(process.pid) - before < 30
        assert classify(address).status_code == 200


def _form(content: Iterator[bytes]) -> Iterator[bytes]:
    yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n'
    yield from content


def test_a_port_in_use_is_told_with_what_to_do(tenfold: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        outcome = tenfold("serve", "--port", port)
    assert outcome.status == 1
    assert outcome.err == (
        f"tenfold: Port {port} on 127.0.0.1 is in use by another program, perhaps another tenfold. "
        "Stop that one, or choose another port: tenfold serve --port 0 takes a free one.\n"
    )


def test_an_address_of_another_machine_is_told(tenfold: Command) -> None:
    outcome = tenfold("serve", "--host", "192.0.2.1", "--port", 0)
    assert outcome.status == 1
    assert outcome.err.startswith("tenfold: Port 0 on 192.0.2.1 cannot be used (")


def test_a_host_that_nobody_knows_is_told(tenfold: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*given: object, **how: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    outcome = tenfold("serve", "--host", "nowhere.example")
    assert outcome.status == 1
    assert outcome.err == (
        "tenfold: The address nowhere.example is not known here (Name or service not known). "
        "Use --host 127.0.0.1.\n"
    )


def test_a_server_open_to_others_says_so() -> None:
    with server("--host", "0.0.0.0") as (process, address):
        assert address.startswith("http://127.0.0.1:")
        assert classify(address).status_code == 200
        assert process.stderr is not None
        warning = process.stderr.readline()
    assert warning.startswith("tenfold: warning: 0.0.0.0 is open to others. There are no accounts yet")


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("127.0.0.1", "http://127.0.0.1:1"),
        ("::1", "http://[::1]:1"),
        ("::", "http://[::1]:1"),
        ("a.b", "http://a.b:1"),
    ],
)
def test_the_address_is_one_that_a_browser_takes(host: str, shown: str) -> None:
    assert serve._address(host, 1) == shown


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {"DISPLAY": "localhost:10.0", "SSH_CONNECTION": "1.2.3.4 5 6.7.8.9 22"}, False),
        ("darwin", {}, True),
        ("win32", {}, True),
    ],
)
def test_a_browser_is_opened_only_where_somebody_would_see_it(
    platform: str, environment: dict[str, str], expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert serve._has_browser() is expected
