"""Accounts over HTTP."""

import pytest

from tests.web.signed_in import OWN, WORDS, Staffed


@pytest.mark.slow
def test_an_administrator_adds_changes_and_disables(staffed: Staffed) -> None:
    asked = {"name": "Zoe", "role": "viewer", "password": WORDS}
    added = staffed.ann.post("/api/v1/people", json=asked | OWN)
    assert added.status_code == 201
    zoe = added.json()
    assert {"name": "Zoe", "role": "viewer", "disabled": False}.items() <= zoe.items()
    change = {"role": "operator", "disabled": True}
    changed = staffed.ann.patch(f"/api/v1/people/{zoe['id']}", json=change | OWN).json()
    assert change.items() <= changed.items()
    assert changed in staffed.ann.get("/api/v1/people").json()
    back = staffed.ann.patch(f"/api/v1/people/{zoe['id']}", json={"disabled": False} | OWN).json()
    assert (back["disabled"], back["role"]) == (False, "operator")
    assert WORDS not in added.text


def test_what_cannot_be_done_is_told(staffed: Staffed) -> None:
    def problem(answer: object) -> tuple[int, str, str]:
        body = answer.json()  # type: ignore[attr-defined]
        return answer.status_code, body["code"], body["detail"]  # type: ignore[attr-defined]

    person = {"name": "ANN", "role": "viewer", "password": WORDS} | OWN
    assert problem(staffed.ann.post("/api/v1/people", json=person)) == (
        409,
        "account-error",
        "The name 'ANN' is taken. Choose another.",
    )
    status, code, detail = problem(
        staffed.ann.post("/api/v1/people", json=person | {"password": "password1"})
    )
    assert (status, code) == (409, "account-error")
    assert "is one of the first that anybody would try" in detail
    assert problem(staffed.ann.patch("/api/v1/people/99", json={"role": "viewer"} | OWN)) == (
        404,
        "unknown-account",
        "The person 99 does not exist.",
    )
    last = staffed.ann.patch(f"/api/v1/people/{staffed.ids['ann']}", json={"role": "viewer"} | OWN)
    assert problem(last) == (
        409,
        "account-error",
        "ann is the last administrator. Make somebody else an administrator first.",
    )
    for body in ({"role": "king"}, {"name": "x", "role": "viewer", "password": "my secret " * 200}):
        answer = staffed.ann.post("/api/v1/people", json=body)
        assert answer.status_code == 422
        assert "my secret" not in answer.text


def test_what_is_not_named_stays(staffed: Staffed) -> None:
    before = staffed.ann.get("/api/v1/people").json()
    for body in (
        {},
        {"role": None, "password": None},
        {"id": 1, "name": "Other", "created_at": "2000-01-01"},
    ):
        assert staffed.ann.patch(f"/api/v1/people/{staffed.ids['vic']}", json=body | OWN).status_code == 200
    assert staffed.ann.get("/api/v1/people").json() == before


def test_an_administrator_signs_somebody_out_everywhere(staffed: Staffed) -> None:
    with staffed.sign_in("olga") as one, staffed.sign_in("olga") as other:
        olga = f"/api/v1/people/{staffed.ids['olga']}/sessions"
        assert staffed.ann.request("DELETE", olga, json=OWN).status_code == 204
        assert one.get("/api/v1/model").status_code == other.get("/api/v1/model").status_code == 401
    staffed.enter(staffed.olga, "olga")
    assert staffed.ann.request("DELETE", "/api/v1/people/99/sessions", json=OWN).status_code == 404


def test_a_new_password_by_an_administrator_signs_out(staffed: Staffed) -> None:
    new = {"password": "nine blue kettles"} | OWN
    with staffed.sign_in("vic") as browser:
        assert staffed.ann.patch(f"/api/v1/people/{staffed.ids['vic']}", json=new).status_code == 200
        assert browser.get("/api/v1/model").status_code == 401
    with staffed.sign_in("vic", "nine blue kettles"):
        pass


def changes(staffed: Staffed) -> list[tuple[str, str, dict[str, object]]]:
    """Every change to people and tokens that an administrator can ask for."""
    vic, token = staffed.ids["vic"], staffed.running.service.app.tokens.add
    mine = token(staffed.ids["ann"], "a test", "viewer", days=1)[0].id
    return [
        ("POST", "/api/v1/people", {"name": "Eve", "role": "administrator", "password": WORDS}),
        ("PATCH", f"/api/v1/people/{vic}", {"password": "nine blue kettles"}),
        ("PATCH", f"/api/v1/people/{vic}", {"role": "administrator"}),
        ("PATCH", f"/api/v1/people/{vic}", {"disabled": True}),
        ("PATCH", f"/api/v1/people/{staffed.ids['ann']}", {"password": "nine blue kettles"}),
        ("DELETE", f"/api/v1/people/{vic}/sessions", {}),
        ("POST", "/api/v1/tokens", {"name": "more", "role": "administrator"}),
        ("DELETE", f"/api/v1/tokens/{mine}", {}),
    ]


def test_no_token_changes_people_or_tokens_whatever_it_knows(staffed: Staffed) -> None:
    with staffed.program(staffed.token("ann", "administrator")) as program:
        before = program.get("/api/v1/people").json(), program.get("/api/v1/tokens").json()
        for method, path, body in changes(staffed):
            answer = program.request(method, path, json=body | OWN)
            assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed"), (method, path)
            assert "is not for a token" in answer.json()["detail"]
        after = program.get("/api/v1/people").json(), program.get("/api/v1/tokens").json()
    assert (before[0], len(before[1]) + 1) == (after[0], len(after[1]))


@pytest.mark.parametrize(
    ("own", "status", "detail"),
    [
        ({}, 403, "This needs your own password. Send it with the request, as own_password."),
        (
            {"own_password": ""},
            403,
            "This needs your own password. Send it with the request, as own_password.",
        ),
        (
            {"own_password": "wrong words"},
            401,
            "Your own password is not right. Try again; an administrator can give you another password.",
        ),
    ],
)
def test_a_browser_that_was_left_open_changes_neither(
    staffed: Staffed, own: dict[str, str], status: int, detail: str
) -> None:
    before = staffed.ann.get("/api/v1/people").json()
    for method, path, body in changes(staffed):
        answer = staffed.ann.request(method, path, json=body | own)
        assert (answer.status_code, answer.json()["detail"]) == (status, detail), (method, path)
        staffed.enter(staffed.ann, "ann")  # so that the wrong ones do not count together
    assert staffed.ann.get("/api/v1/people").json() == before


def test_guessing_one_s_own_password_is_slowed_down_as_signing_in_is(staffed: Staffed) -> None:
    staffed.running.service.app.people.add("gus", "administrator", WORDS)
    with staffed.sign_in("gus") as gus:
        for _ in range(6):
            answer = gus.post("/api/v1/tokens", json={"name": "x", "role": "viewer", "own_password": "guess"})
        assert (answer.status_code, answer.json()["code"]) == (429, "too-many-logins")
        right = gus.post("/api/v1/tokens", json={"name": "x", "role": "viewer"} | OWN)
        assert right.status_code == 429, "the right one has to wait too"
