"""Tokens and the audit log over HTTP."""

import pytest

from tests.web.conftest import Running
from tests.web.signed_in import OWN, Staffed


@pytest.mark.slow
def test_a_token_is_told_once_used_and_revoked(staffed: Staffed) -> None:
    made = staffed.vic.post("/api/v1/tokens", json={"name": "my script", "role": "viewer", "days": 7} | OWN)
    assert made.status_code == 201
    secret, number = made.json()["secret"], made.json()["id"]
    assert secret not in staffed.vic.get("/api/v1/tokens").text
    with staffed.program(secret) as program:
        assert program.get("/api/v1/model").status_code == 200
        listed = staffed.vic.get("/api/v1/tokens").json()
        assert [(one["name"], one["person"]) for one in listed] == [("my script", "vic")]
        assert listed[0]["used_at"] is not None
        gone = staffed.vic.request("DELETE", f"/api/v1/tokens/{number}", json=OWN)
        assert gone.json()["revoked_at"] is not None
        assert program.get("/api/v1/model").status_code == 401


def test_everybody_has_their_own_and_an_administrator_all(staffed: Staffed) -> None:
    made = staffed.olga.post("/api/v1/tokens", json={"name": "olga's", "role": "operator"} | OWN).json()
    assert made["id"] not in [one["id"] for one in staffed.vic.get("/api/v1/tokens").json()]
    assert made["id"] in [one["id"] for one in staffed.ann.get("/api/v1/tokens").json()]
    place = f"/api/v1/tokens/{made['id']}"
    assert staffed.vic.request("DELETE", place, json=OWN).status_code == 404
    assert staffed.ann.request("DELETE", place, json=OWN).status_code == 200


def test_a_token_does_no_more_than_its_person(staffed: Staffed) -> None:
    answer = staffed.vic.post("/api/v1/tokens", json={"name": "more", "role": "administrator"} | OWN)
    assert (answer.status_code, answer.json()["detail"]) == (
        409,
        "The token cannot do more than vic (administrator). Take viewer or less.",
    )
    assert (
        staffed.vic.post("/api/v1/tokens", json={"name": "x", "role": "viewer", "days": 0}).status_code == 422
    )


def test_where_nobody_has_an_account_there_are_no_tokens(running: Running) -> None:
    answer = running.client.post("/api/v1/tokens", json={"name": "x", "role": "viewer"})
    assert (answer.status_code, answer.json()["detail"]) == (
        409,
        "A token has to be somebody's, and nobody has an account here. No request needs one.",
    )


def test_the_log_says_who_did_what_from_where(staffed: Staffed) -> None:
    staffed.ann.patch(f"/api/v1/people/{staffed.ids['vic']}", json={"role": "operator"} | OWN)
    staffed.ann.patch(f"/api/v1/people/{staffed.ids['vic']}", json={"role": "viewer"} | OWN)
    records = staffed.ann.get("/api/v1/audit?limit=2").json()
    assert [(one["who"], one["action"], one["subject"], one["address"]) for one in records] == [
        ("ann", "person.role", "vic", "127.0.0.1")
    ] * 2
    assert records[0]["details"] == {"from": "operator", "to": "viewer"}
    older = staffed.ann.get("/api/v1/audit", params={"before": records[1]["id"]}).json()
    assert older[0]["id"] < records[1]["id"]
    assert {"login", "person.add"} <= {one["action"] for one in older}
    assert staffed.ann.get("/api/v1/audit?limit=0").status_code == 422
