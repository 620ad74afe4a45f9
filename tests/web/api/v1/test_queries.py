"""How often a request asks the database: as often for a list of hundreds as for a list of one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, insert

from tenfold.accounts.roles import ADMINISTRATOR
from tenfold.accounts.tables import AuditRecord, Person, Token
from tenfold.cameras.tables import CameraRow
from tenfold.catalogue.entries.tables import Action, Entry, OrganiseRun, Reclassification, WatchedFolder
from tenfold.database import Database, now
from tenfold.models.tables import Improvement, LiveChange, RegisteredModel
from tests.catalogue.making import made
from tests.web.conftest import Running, Serve
from tests.web.signed_in import WORDS

LONG = 60.0
MANY = 200
MOST = 12
HASHES = [f"{number:064x}" for number in range(MANY)]


class Counted:
    """How many connections were taken and how many statements were sent."""

    connections = 0
    statements = 0


@contextmanager
def counting(database: Database) -> Iterator[Counted]:
    counted = Counted()

    def taken(*_: object) -> None:
        counted.connections += 1

    def sent(*_: object) -> None:
        counted.statements += 1

    event.listen(database.engine, "checkout", taken)
    event.listen(database.engine, "before_cursor_execute", sent)
    try:
        yield counted
    finally:
        event.remove(database.engine, "checkout", taken)
        event.remove(database.engine, "before_cursor_execute", sent)


@pytest.fixture(scope="module")
def full(serve: Serve) -> Running:
    """A server that has hundreds of everything."""
    running = serve()
    at, rows = now(), range(1, MANY)
    model = {"bytes": 1, "classes": ["a"], "input_size": 32, "origin": "file", "added_by": 0, "added_at": at}
    tried = {"by": 0, "options": {"with_own_data": False, "epochs": 1}, "counts": {}, "state": "failed"}
    times = {"created_at": at, "password_at": at, "disabled_at": at}
    tables: dict[type[Any], list[dict[str, Any]]] = {
        RegisteredModel: [{"hash": key, "name": key, "file": f"{key}.onnx", **model} for key in HASHES],
        LiveChange: [
            {"at": at, "model_hash": HASHES[n], "previous_hash": HASHES[n - 1], "by": 0, "reason": "chosen"}
            for n in rows
        ],
        Action: [
            {"id": n, "at": at, "by": 0, "kind": "delete", "details": {}, "count": 1, "undone_at": at}
            for n in rows
        ],
        Reclassification: [
            {"model_hash": HASHES[n], "at": at, "by": 0, "state": "applied", "action_id": n} for n in rows
        ],
        Improvement: [{"at": at, "base_hash": HASHES[n], **tried} for n in rows],
        Entry: [made(n) for n in rows],
        OrganiseRun: [{"at": at, "by": 0, "root": "/", "mode": "copy", "count": 1} for n in rows],
        WatchedFolder: [{"path": f"/nowhere/{n}", "added_at": at, "stopped_at": at} for n in rows],
        AuditRecord: [
            {"at": at, "person_id": n, "person": "p", "action": "a", "subject": "", "address": ""}
            for n in rows
        ],
        Person: [
            {"id": n, "name": f"p{n}", "key": f"p{n}", "role": "viewer", "password_hash": "", **times}
            for n in rows
        ],
        CameraRow: [
            {
                "name": f"c{n}",
                "kind": "rtsp",
                "target": "127.0.0.1:9/live",
                "smallest": 0.0,
                "before": 1.0,
                "after": 1.0,
                "keep_days": 3.0,
                "model_hash": HASHES[n],
                "added_by": 0,
                "added_at": at,
                "changed_at": at,
                "paused_at": at,
            }
            for n in rows
        ],
        Token: [
            {"person_id": n, "name": "t", "hash": HASHES[n], "role": "viewer", "created_at": at} for n in rows
        ],
    }
    app = running.service.app
    with app.database.writing() as session:
        for table, values in tables.items():
            session.execute(insert(table), values)
    app.people.add("ann", ADMINISTRATOR, WORDS, by=0, address="")
    origin = {"Origin": running.address}
    signed_in = running.client.post(
        "/api/v1/session", json={"name": "ann", "password": WORDS}, headers=origin
    )
    assert signed_in.status_code == 200
    # The services ask the database too, by the clock: what is counted is what a request asks.
    assert running.service.supervisor.stop(LONG) == []
    return running


@pytest.mark.slow
@pytest.mark.parametrize(
    "path",
    [
        "cameras",
        "models",
        "models/history?limit=1000",
        "reclassifications?limit=200",
        "improvements?limit=200",
        "catalogue/entries?limit=200",
        "catalogue/actions?limit=500",
        "catalogue/watches",
        "review?limit=50",
        "filings?limit=500",
        "audit?limit=200",
        "people",
        "tokens",
        "jobs",
        "runs",
        "data",
    ],
)
def test_a_list_is_a_few_queries(full: Running, path: str) -> None:
    with counting(full.service.app.database) as counted:
        answer = full.client.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.text
    assert counted.connections <= MOST
    assert counted.statements <= 2 * MOST


def test_an_export_is_a_few_queries(full: Running) -> None:
    with counting(full.service.app.database) as counted:
        answer = full.client.get("/api/v1/exports/entries.csv")
    assert len(answer.text.splitlines()) == MANY
    assert counted.connections <= MOST
