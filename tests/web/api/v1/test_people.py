"""Accounts over HTTP."""

from collections.abc import Iterator

import pytest

from tests.web.conftest import Serve
from tests.web.signed_in import WORDS, Staffed, staff


@pytest.fixture(scope="module")
def staffed(serve: Serve) -> Iterator[Staffed]:
    with staff(serve) as made:
        yield made


@pytest.mark.slow
def test_an_administrator_adds_changes_and_disables(staffed: Staffed) -> None:
    added = staffed.ann.post("/api/v1/people", json={"name": "Zoe", "role": "viewer", "password": WORDS})
    assert added.status_code == 201
    zoe = added.json()
    assert {"name": "Zoe", "role": "viewer", "disabled": False}.items() <= zoe.items()
    change = {"role": "operator", "disabled": True}
    changed = staffed.ann.patch(f"/api/v1/people/{zoe['id']}", json=change).json()
    assert change.items() <= changed.items()
    assert changed in staffed.ann.get("/api/v1/people").json()
    back = staffed.ann.patch(f"/api/v1/people/{zoe['id']}", json={"disabled": False}).json()
    assert (back["disabled"], back["role"]) == (False, "operator")
    assert WORDS not in added.text


def test_what_cannot_be_done_is_told(staffed: Staffed) -> None:
    def problem(answer: object) -> tuple[int, str, str]:
        body = answer.json()  # type: ignore[attr-defined]
        return answer.status_code, body["code"], body["detail"]  # type: ignore[attr-defined]

    person = {"name": "ANN", "role": "viewer", "password": WORDS}
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
    assert problem(staffed.ann.patch("/api/v1/people/99", json={"role": "viewer"})) == (
        404,
        "unknown-account",
        "The person 99 does not exist.",
    )
    last = staffed.ann.patch(f"/api/v1/people/{staffed.ids['ann']}", json={"role": "viewer"})
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
        assert staffed.ann.patch(f"/api/v1/people/{staffed.ids['vic']}", json=body).status_code == 200
    assert staffed.ann.get("/api/v1/people").json() == before


def test_an_administrator_signs_somebody_out_everywhere(staffed: Staffed) -> None:
    with staffed.sign_in("olga") as one, staffed.sign_in("olga") as other:
        assert staffed.ann.delete(f"/api/v1/people/{staffed.ids['olga']}/sessions").status_code == 204
        assert one.get("/api/v1/model").status_code == other.get("/api/v1/model").status_code == 401
    staffed.enter(staffed.olga, "olga")
    assert staffed.ann.delete("/api/v1/people/99/sessions").status_code == 404


def test_a_new_password_by_an_administrator_signs_out(staffed: Staffed) -> None:
    new = {"password": "nine blue kettles"}
    with staffed.sign_in("vic") as browser:
        assert staffed.ann.patch(f"/api/v1/people/{staffed.ids['vic']}", json=new).status_code == 200
        assert browser.get("/api/v1/model").status_code == 401
    with staffed.sign_in("vic", "nine blue kettles"):
        pass
