"""tenfold serve, as a process of its own."""

import os
import re
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import make_url

from tenfold.cli.server import serve
from tenfold.inference import Classifier
from tenfold.runtime import App
from tenfold.storage import MemoryStore
from tenfold.workflows.export_job import ModelExports
from tenfold.workflows.tune import Tune
from tests.cli import colours
from tests.cli.conftest import Command
from tests.conftest import postgres_database
from tests.environment.forking import Forked
from tests.environment.proxy import Proxy
from tests.fakes import GREEN, FakeClassifier, picture
from tests.shortcuts import tables


@contextmanager
def server(
    *arguments: str, command: Callable[[], int] = colours.main, **environment: str
) -> Iterator[tuple[Forked, str]]:
    """`tenfold serve` on a free port, and its address; `command` is the command line."""
    options = ["serve", "--port", "0", "--no-open", *arguments]
    file = Path(os.environ["TENFOLD_HOME"]) / "tenfold.db"
    if not file.exists() and "TENFOLD_DATABASE_URL" not in environment:
        tables.copy_tables(file)
    with closing(Forked(command, options, {**os.environ, **environment})) as process:
        line = process.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found, line + "".join(process.communicate(timeout=10))
        yield process, found.group()


def classify(address: str, **how: Any) -> httpx.Response:
    return httpx.post(
        f"{address}/api/v1/classify", content=picture(GREEN), timeout=20, trust_env=False, **how
    )


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_finishes_what_it_works_on_before_it_stops(how: signal.Signals) -> None:
    with server(COLOURS_SECONDS="1.5") as (process, address):
        answers: list[httpx.Response] = []
        asking = threading.Thread(daemon=True, target=lambda: answers.append(classify(address)))
        asking.start()
        time.sleep(1)  # on a busy machine it takes a while until the request is there
        process.send_signal(how)
        asking.join()
        _, errors = process.communicate(timeout=10)
        assert process.returncode == 0
        assert errors == "tenfold stopped\n"
    assert [answer.status_code for answer in answers] == [200]
    assert answers[0].json()["results"][0]["prediction"]["label"] == "green"


@pytest.mark.slow
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


@pytest.mark.long
@pytest.mark.slow
def test_it_stops_although_the_database_has_fallen_silent(postgres: str, postgres_tables: str) -> None:
    with postgres_database(postgres, postgres_tables) as url, Proxy(make_url(url).port or 5432) as proxy:
        silent = make_url(url).set(port=proxy.port).render_as_string(hide_password=False)
        with server(TENFOLD_DATABASE_URL=silent) as (process, address):
            assert classify(address).status_code == 200
            proxy.fail("dropped")
            time.sleep(3)  # services wait for answers now
            process.send_signal(signal.SIGTERM)
            started = time.monotonic()
            process.communicate(timeout=60)
            assert time.monotonic() - started < 20
            assert process.returncode == 0


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


def add_administrator() -> None:
    with App() as app:
        app.people.add("Ann", "administrator", "seven green kettles")


@pytest.mark.slow
@pytest.mark.parametrize(
    "environment",
    [
        {"TENFOLD_HOST": "0.0.0.0"},
        {"TENFOLD_ALLOWED_HOSTS": "10.0.0.1"},
        {"TENFOLD_TRUSTED_PROXIES": "10.0.0.1"},
    ],
)
def test_a_server_for_others_prints_a_link_once_that_makes_the_first_administrator(
    environment: dict[str, Any],
) -> None:
    with server(**environment) as (process, address):
        assert classify(address).status_code == 401
        assert process.stdout is not None
        printed = process.stdout.readline()
        link = re.fullmatch(
            rf"Nobody has an account yet. Make the first administrator's: {address}/#first=(\S{{22}})\n",
            printed,
        )
        assert link, printed
        account = {"name": "Ann", "password": "seven green kettles"}
        made = httpx.post(
            f"{address}/api/v1/session/first", json=account | {"code": link[1]}, timeout=20, trust_env=False
        )
        assert made.status_code == 200, made.text
        assert made.json()["person"]["role"] == "administrator"
    with server(**environment) as (process, address):
        process.terminate()
        rest, _ = process.communicate(timeout=20)
        assert "first" not in rest


def test_it_stops_when_told_to_from_the_first_moment_on(
    tenfold: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first process of a container is not sent a signal that it has no handler for."""
    handlers = []

    def listen(host: str, port: int) -> socket.socket:
        handlers.append(signal.getsignal(signal.SIGTERM))
        raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(serve, "_listen", listen)
    try:
        assert tenfold("serve").status == 130
    finally:
        signal.signal(signal.SIGTERM, before)
    assert handlers == [signal.default_int_handler]


@pytest.mark.skipif(os.name != "posix", reason="users have numbers on POSIX")
def test_a_home_that_this_user_cannot_write_in_is_told_with_the_user_s_number(
    tenfold: Command, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = own_home / "file"
    home.touch()
    monkeypatch.setenv("TENFOLD_HOME", str(home))
    outcome = tenfold("serve", "--port", 0)
    assert outcome.status == 1
    assert outcome.err == (
        f"tenfold: The folder {home} cannot be written by user {os.getuid()} of group {os.getgid()} "
        "(File exists). Give it to that user, start tenfold as its owner, or name another in TENFOLD_HOME.\n"
    )


@pytest.mark.slow
def test_with_an_administrator_it_starts_asks_who_is_there_and_warns_of_plain_http() -> None:
    add_administrator()
    with server("--host", "0.0.0.0") as (process, address):
        assert address.startswith("http://127.0.0.1:")
        assert classify(address).status_code == 401
        assert process.stderr is not None
        warning = process.stderr.readline()
    assert warning == (
        "tenfold: warning: what others send to 0.0.0.0 can be read on its way, passwords too. "
        "Put a proxy that speaks https before it.\n"
    )


@pytest.mark.slow
def test_only_a_trusted_proxy_is_believed_where_a_request_came_from() -> None:
    add_administrator()
    said = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"}
    login = {"name": "Ann", "password": "seven green kettles"}

    def sign_in(address: str) -> tuple[str, str]:
        with httpx.Client(base_url=address, headers=said, trust_env=False, timeout=20) as client:
            cookie = client.post("/api/v1/session", json=login).headers["set-cookie"].split(";")[0]
            places = client.get("/api/v1/sessions", headers={"Cookie": cookie}).json()
        return cookie.partition("=")[0], places[0]["address"]

    with server(TENFOLD_TRUSTED_PROXIES="10.0.0.0/8") as (_, address):
        assert sign_in(address) == ("tenfold", "127.0.0.1")
    with server(TENFOLD_TRUSTED_PROXIES="127.0.0.1") as (_, address):
        assert sign_in(address) == ("__Host-tenfold", "192.0.2.7")


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("0.0.0.0", "127.0.0.1"),
        ("::1", "[::1]"),
        ("::", "[::1]"),
        ("a.b", "a.b"),
    ],
)
def test_the_address_is_one_that_a_browser_takes(host: str, shown: str) -> None:
    assert serve.reachable(host) == shown


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


@pytest.mark.slow
def test_it_says_how_the_model_runs_fastest_here(tmp_path: Path) -> None:
    # It would take ten seconds to measure; what was measured before is not measured again.
    before = Tune(
        tmp_path / "tuning.json",
        ModelExports(MemoryStore()),
        MemoryStore(),
        Classifier,
        cores=1,
        seconds=0.03,
    )
    speed = before(FakeClassifier()).speed
    with server("--tune", TENFOLD_THREADS="1", TENFOLD_HOME=str(tmp_path)) as (process, address):
        assert classify(address).status_code == 200
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=20)
    assert "works on 1 picture at a time" in errors
    assert f"at most {speed.way.batch} in a run of the network: {speed.rate:,.0f} pictures/s" in errors
