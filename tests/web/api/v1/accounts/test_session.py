"""Signing in and out over HTTP: the cookie, the answers, and what ends."""

import re
from asyncio import run

import pytest

from tenfold.web.app import create_app
from tests.web.conftest import Serve
from tests.web.signed_in import OWN, WORDS, Staffed, staff


@pytest.mark.slow
def test_signing_in_gives_a_cookie_that_no_script_and_no_other_site_can_use(staffed: Staffed) -> None:
    with staffed.browser() as browser:
        answer = browser.post("/api/v1/session", json={"name": "VIC", "password": WORDS})
        assert answer.status_code == 200
        cookie = answer.headers["set-cookie"]
        assert re.fullmatch(r"tenfold=[\w.-]{43}; HttpOnly; Path=/; SameSite=strict", cookie)
        assert answer.json()["person"] == {"id": staffed.ids["vic"], "name": "vic", "role": "viewer"}
        assert browser.get("/api/v1/session").json() == answer.json()
        assert cookie.split("=")[1].split(";")[0] not in answer.text
        assert answer.headers["cache-control"] == "no-store"


def test_every_login_gives_another_cookie_and_ends_the_one_before(staffed: Staffed) -> None:
    with staffed.sign_in("vic") as browser:
        old = browser.cookies["tenfold"]
        staffed.enter(browser, "vic")
        assert browser.cookies["tenfold"] != old
        with staffed.browser(Cookie=f"tenfold={old}") as thief:
            assert thief.get("/api/v1/model").status_code == 401


def test_a_cookie_that_was_planted_is_not_taken_over(staffed: Staffed) -> None:
    with staffed.browser(Cookie="tenfold=planted.by-somebody") as browser:
        answer = browser.post("/api/v1/session", json={"name": "vic", "password": WORDS})
        assert "planted" not in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    ("name", "password"), [("vic", "wrong words"), ("nobody", WORDS), ("", ""), ("\0", "\0")]
)
def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(
    staffed: Staffed, name: str, password: str
) -> None:
    with staffed.browser() as browser:
        answer = browser.post("/api/v1/session", json={"name": name, "password": password})
    assert answer.status_code == 401
    assert answer.json()["code"] == "login-refused"
    assert answer.json()["detail"] == (
        "The name or the password is not right. Try again; an administrator can give you another password."
    )
    assert "set-cookie" not in answer.headers


def test_guessing_is_slowed_down_and_says_for_how_long(staffed: Staffed) -> None:
    with staffed.browser() as browser:
        for _ in range(6):
            answer = browser.post("/api/v1/session", json={"name": "somebody", "password": "guess guess"})
    assert (answer.status_code, answer.json()["code"]) == (429, "too-many-logins")
    assert 1 <= int(answer.headers["retry-after"]) <= 2


def test_signing_out_ends_the_session_and_takes_the_cookie_away(staffed: Staffed) -> None:
    with staffed.sign_in("vic") as browser:
        cookie = browser.cookies["tenfold"]
        answer = browser.delete("/api/v1/session")
        assert answer.status_code == 204
        assert 'tenfold=""' in answer.headers["set-cookie"]
        assert answer.headers["clear-site-data"] == '"cache"'
        assert browser.delete("/api/v1/session").status_code == 204
        with staffed.browser(Cookie=f"tenfold={cookie}") as thief:
            assert thief.get("/api/v1/model").status_code == 401


def test_changing_one_s_password_ends_every_other_session(staffed: Staffed) -> None:
    staffed.running.service.app.people.add("pam", "viewer", WORDS)
    with staffed.sign_in("pam") as here, staffed.sign_in("pam") as elsewhere:
        change = {"old": "wrong words", "new": "nine blue kettles"}
        assert here.post("/api/v1/session/password", json=change).status_code == 401
        change["old"] = WORDS
        assert here.post("/api/v1/session/password", json=change | {"new": "short"}).status_code == 409
        assert elsewhere.get("/api/v1/model").status_code == 200
        assert here.post("/api/v1/session/password", json=change).status_code == 200
        assert here.get("/api/v1/model").status_code == 200
        assert elsewhere.get("/api/v1/model").status_code == 401
        with staffed.sign_in("pam", "nine blue kettles"):
            pass


def test_one_sees_where_one_is_signed_in_and_ends_it(staffed: Staffed) -> None:
    staffed.running.service.app.people.add("sam", "viewer", WORDS)
    with (
        staffed.sign_in("sam") as here,
        staffed.sign_in("sam", **{"User-Agent": "Phone"}) as phone,
    ):
        places = here.get("/api/v1/sessions").json()
        assert [one["here"] for one in places] == [False, True]
        assert places[0]["agent"] == "Phone"
        assert places[0]["address"] == "127.0.0.1"
        assert here.delete(f"/api/v1/sessions/{places[0]['id']}").status_code == 204
        assert phone.get("/api/v1/model").status_code == 401
        staffed.enter(phone, "sam")
        assert here.delete("/api/v1/sessions").status_code == 204
        assert phone.get("/api/v1/model").status_code == 401
        assert here.get("/api/v1/model").status_code == 200
        others = staffed.ann.get("/api/v1/sessions").json()
        assert here.delete(f"/api/v1/sessions/{others[0]['id']}").status_code == 404
        assert staffed.ann.get("/api/v1/model").status_code == 200


def test_a_token_ends_no_session_of_its_person(staffed: Staffed) -> None:
    with staffed.sign_in("vic") as browser, staffed.program(staffed.token("vic", "viewer")) as program:
        here = next(one for one in browser.get("/api/v1/sessions").json() if one["here"])
        for path in ("/api/v1/sessions", f"/api/v1/sessions/{here['id']}"):
            answer = program.delete(path)
            assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")
        assert browser.get("/api/v1/model").status_code == 200


def test_somebody_disabled_is_out_at_once(staffed: Staffed) -> None:
    tim = staffed.running.service.app.people.add("tim", "viewer", WORDS).id
    with (
        staffed.sign_in("tim") as browser,
        staffed.program(staffed.running.service.app.tokens.add(tim, "cron", "viewer", days=1)[1]) as program,
    ):
        assert program.get("/api/v1/model").status_code == 200
        assert staffed.ann.patch(f"/api/v1/people/{tim}", json={"disabled": True} | OWN).status_code == 200
        assert browser.get("/api/v1/model").status_code == 401
        assert program.get("/api/v1/model").status_code == 401


def test_a_password_is_never_shown_in_an_answer(staffed: Staffed) -> None:
    for body in (
        {"name": "vic", "password": ["my secret words"]},
        {"password": "my secret words"},
        {"name": {"password": "my secret words"}, "password": 5},
    ):
        answer = staffed.stranger.post("/api/v1/session", json=body)
        assert answer.status_code == 422
        assert "my secret" not in answer.text
    answer = staffed.ann.post("/api/v1/session/password", json={"old": "my secret words"})
    assert answer.status_code == 422
    assert "my secret" not in answer.text


@pytest.mark.slow
def test_over_https_the_cookie_is_bound_to_this_host(serve: Serve) -> None:
    """As behind a proxy that is trusted: uvicorn then says that the request came by https."""
    with staff(serve) as staffed:
        app = create_app(staffed.running.service.app)
        sent: list[dict[str, object]] = []
        body = b'{"name": "vic", "password": "%s"}' % WORDS.encode()
        scope = {
            "type": "http",
            "scheme": "https",
            "method": "POST",
            "path": "/api/v1/session",
            "raw_path": b"/api/v1/session",
            "query_string": b"",
            "headers": [
                (b"host", b"localhost"),
                (b"content-type", b"application/json"),
                (b"content-length", b"%d" % len(body)),
            ],
            "client": ("10.0.0.9", 5),
            "server": ("localhost", 443),
        }

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        run(app(scope, receive, send))  # type: ignore[arg-type]
        assert sent[0]["status"] == 200
        headers = dict(sent[0]["headers"])  # type: ignore[call-overload]
        assert re.fullmatch(
            rb"__Host-tenfold=[\w.-]+; HttpOnly; Path=/; SameSite=strict; Secure", headers[b"set-cookie"]
        )
        assert headers[b"strict-transport-security"] == b"max-age=31536000; includeSubDomains"


def test_the_first_account_is_made_with_the_code_that_the_server_printed_and_only_once(serve: Serve) -> None:
    running = serve(host="0.0.0.0")
    browser, code = running.client, running.service.app.logins.first_code
    account = {"name": "Ann", "password": WORDS}
    asked = browser.get("/api/v1/session").json()
    assert (asked["required"], asked["person"], asked["first"]) == (True, None, True)
    for wrong in ("", code[:-1], "\N{SNOWMAN}"):
        refused = browser.post("/api/v1/session/first", json=account | {"code": wrong})
        assert (refused.status_code, refused.json()["code"]) == (401, "login-refused")
    weak = browser.post("/api/v1/session/first", json={"name": "Ann", "password": "short", "code": code})
    assert (weak.status_code, weak.json()["code"]) == (409, "account-error")
    assert not running.service.app.people.anybody()

    made = browser.post("/api/v1/session/first", json=account | {"code": code})
    assert made.status_code == 200
    assert made.json()["person"]["role"] == "administrator"
    assert browser.get("/api/v1/model").status_code == 200, "signed in"
    assert code not in str(browser.get("/api/v1/audit").json())
    again = browser.post("/api/v1/session/first", json={"name": "Eve", "password": WORDS, "code": code})
    assert again.status_code == 401
    assert browser.get("/api/v1/session").json()["first"] is False
