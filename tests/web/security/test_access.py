"""Who may do what: every route asks, roles hold, and no page of another site gets in."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from tenfold.settings import Settings
from tenfold.web import pages
from tenfold.web.app import create_app
from tenfold.web.security.access import administrator, operator, private, visitor
from tests.fakes import RED, picture
from tests.web.conftest import Running, Serve
from tests.web.signed_in import Staffed

# What answers to everybody, and why. The page's own documents and assets are the same for all who built it.
OPEN = {
    "/healthz": "what watches the server",
    "/readyz": "the same",
    "/v2/health/live": "the same, for clients of the Open Inference Protocol",
    "/v2/health/ready": "the same",
    "/metrics": "asks for a token by itself where the setting says so: tests/web/api/test_metrics.py",
    "/api/v1/session": "signing in",
    "/api/v1/session/first": "with the code that was printed",
}
# What a viewer may send: nothing of it changes what others have.
OF_VIEWERS = {
    ("POST", "/api/v1/classify"),
    ("POST", "/v2/models/{model}/infer"),
    ("POST", "/v2/models/{model}/versions/{version}/infer"),
    ("POST", "/api/v1/session/password"),
    ("DELETE", "/api/v1/sessions"),
    ("DELETE", "/api/v1/sessions/{id}"),
    ("POST", "/api/v1/tokens"),
    ("DELETE", "/api/v1/tokens/{id}"),
}
SAFE = {"GET", "HEAD"}
# What is shown to everybody: without an account it shows no more than how to sign in.
PAGES = {*pages.PAGES, "/phone"}


@pytest.fixture(scope="module")
def app(staffed: Staffed, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """Without the page's own files, which are the same for everybody."""
    return create_app(staffed.running.service.app, page=tmp_path_factory.mktemp("not-built"))


def asked_by(dependant: Any) -> set[Any]:
    """Every function that a route depends on."""
    found: set[Any] = set()
    for one in dependant.dependencies if dependant else ():
        found |= {one.call} | asked_by(one)
    return found


# Who may open them is tested in tests/web/api/v1/test_live.py and test_frames.py.
WEBSOCKETS = {"/api/v1/cameras/{number}/live", "/api/v1/cameras/{number}/frames"}


def every_route(app: FastAPI) -> Iterator[tuple[str, str, set[Any]]]:
    """Method, path and dependencies of all that the app answers to, but for WebSockets."""
    for route in iter_route_contexts(app.routes):
        if str(route.path) in WEBSOCKETS:
            continue
        for method in sorted(getattr(route, "methods", None) or {"GET"}):
            yield method, str(route.path), asked_by(getattr(route, "dependant", None))


@pytest.mark.slow
def test_every_route_asks_who_is_there_but_those_listed(app: FastAPI) -> None:
    routes = list(every_route(app))
    assert len(routes) > 80
    for method, path, asked in routes:
        if path not in OPEN and path not in PAGES:
            assert visitor in asked, f"{method} {path} answers to everybody"


def test_every_change_needs_an_operator_but_those_listed(app: FastAPI) -> None:
    of_viewers = {
        (method, path)
        for method, path, asked in every_route(app)
        if method not in SAFE and path not in OPEN and not {operator, administrator} & asked
    }
    assert of_viewers == OF_VIEWERS


def test_a_stranger_gets_an_answer_from_nothing_else(app: FastAPI, staffed: Staffed) -> None:
    for method, path, _ in every_route(app):
        if path in OPEN or path in PAGES or method == "HEAD":
            continue
        where = path.replace("{", "").replace("}", "")
        for body in (b"", b'{"name": "x"}'):
            answer = staffed.stranger.request(method, where, content=body)
            assert (answer.status_code, answer.json()["code"]) == (401, "login-needed"), (method, path)
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["detail"] == (
        "This server asks who you are. Sign in, or send a token: Authorization: Bearer ..."
    )


def test_the_documentation_and_the_document_are_for_those_who_are_signed_in(staffed: Staffed) -> None:
    for path in ("/docs", "/docs/start.js", "/openapi.json"):
        assert staffed.stranger.get(path).status_code == 401
        assert staffed.vic.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/", "/catalogue", "/healthz", "/api/v1/session"])
def test_what_shows_the_login_is_open(staffed: Staffed, path: str) -> None:
    assert staffed.stranger.get(path).status_code != 401


def test_a_viewer_looks_an_operator_adds_an_administrator_does_all(staffed: Staffed) -> None:
    for who, change, manage in ((staffed.vic, 403, 403), (staffed.olga, 200, 403), (staffed.ann, 200, 200)):
        assert who.get("/api/v1/model").status_code == 200
        assert who.post("/api/v1/classify", content=picture(RED)).status_code == 200
        assert who.post("/api/v1/catalogue/known", json={"hashes": []}).status_code == change
        assert who.get("/api/v1/people").status_code == manage
    refused = staffed.olga.get("/api/v1/audit")
    assert refused.json()["code"] == "not-allowed"
    assert refused.json()["detail"] == (
        "This is for the role administrator (yours is operator). Ask an administrator."
    )


def test_what_may_not_be_done_is_refused_before_what_was_sent_is_looked_at(staffed: Staffed) -> None:
    answer = staffed.vic.post("/api/v1/people", json={"nonsense": True})
    assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")


def test_a_token_lets_a_program_in_with_its_own_role(staffed: Staffed) -> None:
    with staffed.program(staffed.token("ann", "operator")) as program:
        assert program.get("/api/v1/session").json()["person"]["role"] == "operator"
        assert program.post("/api/v1/catalogue/known", json={"hashes": []}).status_code == 200
        assert program.get("/api/v1/people").status_code == 403


@pytest.mark.parametrize("token", ["tenfold_nonsense", "x", "tenfold_" + "x" * 43, "\x7f"])
def test_a_token_that_does_not_hold_lets_nobody_in(staffed: Staffed, token: str) -> None:
    with staffed.program(token) as program:
        answer = program.get("/api/v1/model")
    assert (answer.status_code, answer.json()["code"]) == (401, "login-refused")
    assert len(token) == 1 or token not in answer.text


def test_a_wrong_token_is_not_made_good_by_a_cookie(staffed: Staffed) -> None:
    answer = staffed.vic.get("/api/v1/model", headers={"Authorization": "Bearer tenfold_nonsense"})
    assert answer.status_code == 401


def test_what_a_proxy_asks_for_is_not_taken_for_a_token(staffed: Staffed) -> None:
    headers = {"Authorization": "Basic dXNlcjpwYXNz"}
    assert staffed.vic.get("/api/v1/model", headers=headers).status_code == 200
    assert staffed.stranger.get("/api/v1/model", headers=headers).json()["code"] == "login-needed"


def test_a_token_makes_no_tokens_and_changes_no_password(staffed: Staffed) -> None:
    with staffed.program(staffed.token("ann", "administrator")) as program:
        for path, body in (
            ("/api/v1/tokens", {"name": "more", "role": "viewer"}),
            ("/api/v1/session/password", {"old": "seven green kettles", "new": "nine blue kettles"}),
        ):
            answer = program.post(path, json=body)
            assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")
            assert "is not for a token" in answer.json()["detail"]


FOREIGN: list[dict[str, str]] = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:1"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
    {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"},
    {"Origin": "https://evil.example", "Content-Type": "text/plain"},
    {"Origin": "https://evil.example", "Content-Type": "multipart/form-data; boundary=x"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_page_of_another_site_changes_nothing_where_nobody_signs_in(
    running: Running, headers: dict[str, str]
) -> None:
    with httpx.Client(base_url=running.address, trust_env=False, timeout=60) as client:
        for method, path in (
            ("POST", "/api/v1/people"),
            ("POST", "/api/v1/classify"),
            ("POST", "/v2/models/{model}/infer"),
            ("POST", "/v2/models/{model}/versions/{version}/infer"),
            ("PUT", "/api/v1/settings"),
        ):
            answer = client.request(method, path, headers=headers, content=b"{}")
            assert (answer.status_code, answer.json()["code"]) == (403, "foreign-page")
    assert answer.json()["detail"] == (
        "The request comes from a page of another site. "
        "Open this server's own page; a program sends no Origin."
    )


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_page_of_another_site_changes_nothing_with_a_cookie(
    staffed: Staffed, headers: dict[str, str]
) -> None:
    body = {"name": "Mallory", "role": "administrator", "password": "seven green kettles"}
    answer = staffed.ann.post("/api/v1/people", headers=headers, json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign-page")
    assert "Mallory" not in [one["name"] for one in staffed.ann.get("/api/v1/people").json()]


def test_another_site_does_not_read_or_embed_either_but_may_link(running: Running) -> None:
    foreign = {"Sec-Fetch-Site": "cross-site"}
    for mode in ("no-cors", "cors", "websocket"):
        answer = running.client.get("/api/v1/model", headers=foreign | {"Sec-Fetch-Mode": mode})
        assert answer.json()["code"] == "foreign-page"
    assert running.client.get("/docs", headers=foreign | {"Sec-Fetch-Mode": "navigate"}).status_code == 200
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": "own"}, {}]
)
def test_the_page_itself_and_a_program_change_what_they_may(
    running: Running, headers: dict[str, str]
) -> None:
    own = {name: running.address if value == "own" else value for name, value in headers.items()}
    with httpx.Client(base_url=running.address, trust_env=False, timeout=60) as client:
        assert client.post("/api/v1/classify", headers=own, content=picture(RED)).status_code == 200


def test_a_cookie_without_a_word_on_where_it_comes_from_only_reads(staffed: Staffed) -> None:
    with httpx.Client(
        base_url=staffed.running.address, cookies=staffed.ann.cookies, trust_env=False, timeout=60
    ) as client:
        assert client.get("/api/v1/people").status_code == 200
        answer = client.post("/api/v1/people", json={})
    assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")
    assert answer.json()["detail"] == (
        "The request does not say which page it comes from. A program sends a token instead."
    )


def test_no_answer_lets_another_site_read_it(staffed: Staffed) -> None:
    answer = staffed.ann.options("/api/v1/people", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in answer.headers
    assert answer.status_code == 405


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (Settings(), True),
        (Settings(host="localhost"), True),
        (Settings(host="0.0.0.0"), False),
        (Settings(allowed_hosts="pictures.example.org"), False),
        (Settings(trusted_proxies="127.0.0.1"), False),
    ],
)
def test_without_accounts_only_this_machine_s_own_user_is_let_in(settings: Settings, expected: bool) -> None:
    assert private(settings) is expected


FORWARDED: list[dict[str, str]] = [
    {"X-Forwarded-For": "203.0.113.7"},
    {"X-Forwarded-For": "127.0.0.1"},
    {"X-Forwarded-Host": "pictures.example.org"},
    {"X-Forwarded-Proto": "https"},
    {"X-Real-IP": "203.0.113.7"},
    {"Forwarded": "for=203.0.113.7;proto=https"},
    {"Via": "1.1 proxy"},
    {"CF-Connecting-IP": "203.0.113.7"},
    {"Host": "192.168.1.20:8000"},
    {"Host": "[2001:db8::1]"},
]


@pytest.mark.parametrize("headers", FORWARDED, ids=str)
def test_without_accounts_whoever_comes_through_a_proxy_is_not_this_machine_s_user(
    serve: Serve, headers: dict[str, str]
) -> None:
    running = serve()
    for method, path in (
        ("GET", "/api/v1/session"),
        ("GET", "/api/v1/settings"),
        ("POST", "/api/v1/classify"),
        ("POST", "/v2/models/{model}/infer"),
        ("POST", "/v2/models/{model}/versions/{version}/infer"),
        ("POST", "/api/v1/people"),
    ):
        answer = running.client.request(method, path, headers=headers, json={})
        assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed"), (method, path)
    assert answer.json()["detail"] == (
        "The request was passed on by another machine or a proxy, and nobody has an account here. "
        "Make the first administrator on this server's machine (tenfold user add NAME --role administrator); "
        "then those whom the proxy lets in can sign in."
    )
    assert running.client.get("/healthz", headers=headers).status_code == 200
    assert running.client.get("/api/v1/session").json()["person"]["role"] == "administrator"


def test_a_server_for_others_lets_nobody_in_before_there_is_an_administrator(serve: Serve) -> None:
    running = serve(allowed_hosts="pictures.example.org")
    answer = running.client.get("/api/v1/model", headers={"Host": "pictures.example.org"})
    assert (answer.status_code, answer.json()["code"]) == (401, "login-needed")
    assert answer.json()["detail"] == (
        "This server can be reached by others, and has no administrator yet. "
        "Open the link that it printed when it started."
    )


@pytest.mark.slow
def test_the_first_account_closes_a_server_that_was_open(serve: Serve) -> None:
    running = serve()
    assert running.client.get("/api/v1/session").json() == {
        "required": False,
        "person": {"id": 0, "name": "", "role": "administrator"},
        "expires_at": None,
        "first": False,
    }
    first = {"name": "Ann", "role": "administrator", "password": "seven green kettles"}
    assert running.client.post("/api/v1/people", json=first).status_code == 201
    assert running.client.get("/api/v1/model").status_code == 401
    assert running.client.get("/api/v1/session").json() == {
        "required": True,
        "person": None,
        "expires_at": None,
        "first": False,
    }
