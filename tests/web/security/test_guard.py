"""Hosts and headers."""

from collections.abc import Iterator

import pytest

from tenfold.web.security.guard import HEADERS
from tenfold.web.security.hosts import allowed_hosts, is_loopback
from tests.web.conftest import Running, Serve


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:8000",
        "LOCALHOST",
        "127.0.0.1",
        "127.0.0.1:80",
        "[::1]:8000",
        "[0:0:0:0:0:0:0:1]",
        "[::FFFF:127.0.0.1]:8000",
        "localhost:",
        "192.168.1.20:8000",
    ],
)
def test_names_of_this_machine_and_plain_addresses_are_answered(running: Running, host: str) -> None:
    assert running.client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example:8000",
        "127.0.0.1.evil.example",
        "evil:8000",
        "evil.example.",
        # What only begins like an address of this machine.
        "[::1].evil.example",
        "[::1].evil.example:8000",
        "[::1]evil.example",
        "[::1]@evil.example",
        "[::1]:80@evil.example",
        "127.0.0.1:80@evil.example",
        "127.0.0.1@evil.example",
        "localhost@evil.example",
        "localhost:80.evil.example",
        "127.0.0.1:evil.example",
        "127.0.0.1:80:evil.example",
        "127.0.0.1:99999",
        "127.0.0.1/evil.example",
        "127.0.0.1, evil.example",
        "[fe80::1%25evil.example]",
        "[fe80::1%evil.example]:8000",
        "[::1",
        "::1",
        "[127.0.0.1]",
        "[localhost]",
        # Spellings of addresses that no browser sends; some resolvers look them up as names.
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "127.1",
        "0177.0.0.1",
        "127.0.0.1.",
        "localhost..",
        "",
    ],
)
def test_another_site_s_name_is_refused(running: Running, host: str) -> None:
    answer = running.client.get("/api/v1/model", headers={"Host": host})
    assert (answer.status_code, answer.json()["code"]) == (421, "wrong-host")
    assert answer.json()["detail"] == (
        f"'{host}' is not a name of this server. "
        "Call it by its IP address, or as localhost on the same machine."
    )
    assert answer.headers["x-frame-options"] == "DENY"


def test_the_name_that_the_server_was_given_is_answered(serve: Serve) -> None:
    named = serve(host="pictures.example")
    assert named.client.get("/healthz", headers={"Host": "pictures.example:8000"}).status_code == 200
    assert named.client.get("/healthz", headers={"Host": "other.example"}).status_code == 421


def test_further_names_are_answered_where_the_settings_say_so(serve: Serve) -> None:
    named = serve(allowed_hosts="Pictures.example.org, other.example")
    for host in ("pictures.example.org", "OTHER.example:443", "localhost"):
        assert named.client.get("/healthz", headers={"Host": host}).status_code == 200
    assert named.client.get("/healthz", headers={"Host": "example.org"}).status_code == 421


def test_a_body_that_is_read_whole_is_cut_off_before_it_fills_the_memory(running: Running) -> None:
    def words() -> Iterator[bytes]:
        for _ in range(40):
            yield b" " * 1_000

    answer = running.client.post(
        "/api/v1/people", content=words(), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 413
    assert "more than 16 kB" in answer.json()["detail"]
    assert running.client.get("/healthz").status_code == 200


def test_a_server_open_to_others_answers_to_its_machine_s_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "Plant-3")
    assert {"plant-3", "plant-3.local", "localhost"} <= allowed_hosts("0.0.0.0")
    assert "plant-3" not in allowed_hosts("127.0.0.1")


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.2", False),
        ("pictures.example", False),
    ],
)
def test_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.mark.parametrize("path", ["/", "/api/v1/model", "/docs", "/nothing", "/healthz"])
def test_every_answer_carries_the_security_headers(running: Running, path: str) -> None:
    headers = running.client.get(path).headers
    assert not set(HEADERS) - {name.title().replace("Csp", "CSP") for name in headers}
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["permissions-policy"].startswith("camera=(self)")


def test_no_page_may_run_or_style_what_stands_in_it(running: Running) -> None:
    for path in ("/", "/api/v1/model", "/docs", "/docs/start.js", "/docsx"):
        policy = running.client.get(path).headers["content-security-policy"]
        assert "unsafe" not in policy
        for rule in ("default-src 'none'", "script-src 'self'", "object-src 'none'", "base-uri 'none'"):
            assert rule in policy.split("; ")
