"""The audit log over HTTP: filtered, and as CSV."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.web.conftest import Serve
from tests.web.signed_in import Staffed, staff


@pytest.fixture(scope="module")
def staffed(serve: Serve) -> Iterator[Staffed]:
    with staff(serve) as made:
        audit = made.running.service.app.audit
        audit.note(made.ids["olga"], "folder.add", "=HYPERLINK(1)", {"watch": True}, address="10.0.0.1")
        audit.note(made.ids["ann"], "model.live", "shades", {"hash": "12"})
        yield made


def test_records_are_filtered_by_person_kind_and_time(staffed: Staffed) -> None:
    def asked(**query: object) -> list[tuple[str, str]]:
        answer = staffed.ann.get("/api/v1/audit", params={"limit": 1000, **query})  # type: ignore[dict-item]
        assert answer.status_code == 200, answer.text
        return [(one["who"], one["action"]) for one in answer.json()]

    assert asked(person=staffed.ids["olga"], kind="catalogue") == [("olga", "folder.add")]
    assert ("ann", "model.live") in asked(kind="models")
    assert {action.split(".")[0] for _, action in asked(kind="sign-in")} <= {"login", "logout", "session"}
    newest = staffed.running.service.app.audit.latest(limit=1)[0].at
    later = (newest + timedelta(seconds=1)).isoformat()
    assert asked(since=later) == []
    assert ("ann", "model.live") in asked(until=later)
    assert staffed.ann.get("/api/v1/audit", params={"kind": "weather"}).status_code == 422
    assert staffed.ann.get("/api/v1/audit", params={"since": "2026-01-01T00:00:00"}).status_code == 422


def test_the_log_is_exported_as_csv_without_formulas(staffed: Staffed) -> None:
    answer = staffed.ann.get("/api/v1/audit/records.csv", params={"kind": "catalogue"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "audit.csv" in answer.headers["content-disposition"]
    [row] = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert (row["who"], row["action"], row["subject"]) == ("olga", "folder.add", "'=HYPERLINK(1)")
    assert row["details"] == '{"watch": true}'
    assert staffed.olga.get("/api/v1/audit/records.csv").status_code == 403
