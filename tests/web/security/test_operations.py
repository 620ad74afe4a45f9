"""Every operation of the OpenAPI document: for which role and token it is, what it tells of private entries.

A new operation fails until it has its row here.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.fakes import GREEN, looked_at, picture
from tests.web.conftest import Serve
from tests.web.signed_in import OWN, WORDS, Staffed, staff

EVERYBODY, MONITOR, VIEWER, OPERATOR, ADMINISTRATOR = "", "monitor", "viewer", "operator", "administrator"
ROLES = (EVERYBODY, MONITOR, VIEWER, OPERATOR, ADMINISTRATOR)


@dataclass(frozen=True)
class Row:
    """Whom an operation is for.

    Attributes:
        role: the least that whoever asks must have.
        body: what is sent; it changes nothing where it can be helped.
        browser: it is not for tokens, whatever their role.
        harmful: it is only asked by those who are to be refused.
    """

    role: str
    body: dict[str, Any] | None = None
    browser: bool = False
    harmful: bool = False


PERSON = {"name": "ANN", "role": "viewer", "password": WORDS, **OWN}
OPERATIONS = {
    "health": Row(EVERYBODY),
    "ready": Row(EVERYBODY),
    "metrics": Row(MONITOR),
    "drift": Row(VIEWER),
    "oip_live": Row(EVERYBODY),
    "oip_ready": Row(EVERYBODY),
    "oip_server": Row(VIEWER),
    "oip_model": Row(VIEWER),
    "oip_model_version": Row(VIEWER),
    "oip_model_ready": Row(VIEWER),
    "oip_model_version_ready": Row(VIEWER),
    "oip_infer": Row(VIEWER),
    "oip_version_infer": Row(VIEWER),
    "session": Row(EVERYBODY),
    "sign_in": Row(EVERYBODY, {}),
    "sign_out": Row(EVERYBODY, harmful=True),
    "make_first_account": Row(EVERYBODY, {}),
    # Looking, and what is one's own.
    "classify": Row(VIEWER),
    "model": Row(VIEWER),
    "models": Row(VIEWER),
    "model_self_test": Row(VIEWER),
    "model_history": Row(VIEWER),
    "model_report": Row(VIEWER),
    "model_report_page": Row(VIEWER),
    "model_file": Row(VIEWER),
    "model_exports": Row(VIEWER),
    "export_file": Row(VIEWER),
    "export_receipt": Row(VIEWER),
    "export_disagreement": Row(VIEWER),
    "networks": Row(VIEWER),
    "runs": Row(VIEWER),
    "run": Row(VIEWER),
    "run_curves": Row(VIEWER),
    "run_report": Row(VIEWER),
    "comparison_report": Row(VIEWER),
    "improvement_ready": Row(VIEWER),
    "improvements": Row(VIEWER),
    "improvement": Row(VIEWER),
    "entries": Row(VIEWER),
    "counts": Row(VIEWER),
    "timeline": Row(VIEWER),
    "entry": Row(VIEWER),
    "similar": Row(VIEWER),
    "duplicates": Row(VIEWER),
    "picture": Row(VIEWER),
    "thumbnail": Row(VIEWER),
    "export_csv": Row(VIEWER),
    "export_parquet": Row(VIEWER),
    "export_pictures": Row(VIEWER),
    "export_training": Row(VIEWER),
    "jobs": Row(VIEWER),
    "job": Row(VIEWER),
    "events": Row(VIEWER),
    "data_sources": Row(VIEWER),
    "data": Row(VIEWER),
    "data_pictures": Row(VIEWER),
    "data_picture": Row(VIEWER),
    "data_check": Row(VIEWER),
    "data_check_page": Row(VIEWER),
    "system": Row(VIEWER),
    "sessions": Row(VIEWER),
    "tokens": Row(VIEWER),
    "change_own_password": Row(VIEWER, {"old": "not the old one", "new": WORDS}, browser=True),
    "end_other_sessions": Row(VIEWER, browser=True),
    "end_session": Row(VIEWER, browser=True),
    "add_token": Row(VIEWER, {"name": "x", "role": "viewer", "days": 1, **OWN}, browser=True),
    "revoke_token": Row(VIEWER, OWN, browser=True),
    # Adding and correcting.
    "add_pictures": Row(OPERATOR),
    "known_pictures": Row(OPERATOR, {"hashes": []}),
    "retry_entry": Row(OPERATOR),
    "act": Row(OPERATOR, {"kind": "delete"}),
    "erase": Row(OPERATOR, {"entries": []}),
    "actions": Row(OPERATOR),
    "undo": Row(OPERATOR),
    "review": Row(OPERATOR),
    "cancel_job": Row(OPERATOR),
    "start_job": Row(OPERATOR, {"kind": "none", "params": {}}),
    "check_data": Row(OPERATOR),
    # Cameras.
    "cameras": Row(VIEWER),
    "camera": Row(VIEWER),
    "camera_picture": Row(VIEWER),
    "camera_events": Row(VIEWER),
    "camera_event_counts": Row(VIEWER),
    "export_camera_events_csv": Row(VIEWER),
    "export_camera_events_parquet": Row(VIEWER),
    "camera_event": Row(VIEWER),
    "camera_event_picture": Row(VIEWER),
    "camera_clips": Row(VIEWER),
    "deleted_camera_clips": Row(VIEWER),
    "camera_clip": Row(VIEWER),
    "acknowledge_camera_events": Row(OPERATOR, {"numbers": []}),
    "correct_camera_event": Row(OPERATOR, {"label": "x"}),
    "test_camera": Row(ADMINISTRATOR, {"source": "nothing:"}),
    "add_camera": Row(ADMINISTRATOR, {"name": "x", "source": "nothing:"}),
    "change_camera": Row(ADMINISTRATOR, {}),
    "pause_camera": Row(ADMINISTRATOR, {"paused": True}),
    "remove_camera": Row(ADMINISTRATOR),
    # Stations of a line, and their recipes.
    "stations": Row(VIEWER),
    "station": Row(VIEWER),
    "station_picture": Row(VIEWER),
    "station_parts": Row(VIEWER),
    "station_part": Row(VIEWER),
    "station_part_picture": Row(VIEWER),
    "station_figures": Row(VIEWER),
    "station_alarms": Row(VIEWER),
    "station_p_chart": Row(VIEWER),
    "station_challenges": Row(VIEWER),
    "station_chain": Row(VIEWER),
    "export_station_csv": Row(VIEWER),
    "export_station_parquet": Row(VIEWER),
    "export_station_pdf": Row(VIEWER),
    "trigger_station": Row(OPERATOR),
    "change_over_station": Row(OPERATOR, {}),
    "challenge_station": Row(OPERATOR, {"expected": []}),
    "approve_first_parts": Row(OPERATOR, {}),
    "refuse_first_parts": Row(OPERATOR, {}),
    "override_station_part": Row(OPERATOR, {}),
    "acknowledge_station": Row(OPERATOR, {}),
    "try_station_camera": Row(ADMINISTRATOR, {"source": "nothing:"}),
    "read_plc_registers": Row(ADMINISTRATOR, {"host": ""}),
    "add_station": Row(ADMINISTRATOR, {"name": "x", "source": "nothing:"}),
    "change_station": Row(ADMINISTRATOR, {}),
    "pause_station": Row(ADMINISTRATOR),
    "remove_station": Row(ADMINISTRATOR),
    "recipes": Row(VIEWER),
    "recipe_versions": Row(VIEWER),
    "add_recipe": Row(ADMINISTRATOR, {"name": ""}),
    "remove_recipe": Row(ADMINISTRATOR),
    "add_recipe_version": Row(ADMINISTRATOR, {}),
    "prove_recipe_version": Row(OPERATOR, {"station": 1}),
    "approve_recipe_version": Row(ADMINISTRATOR),
    # Teaching.
    "drafts": Row(OPERATOR),
    "begin_draft": Row(OPERATOR, {"name": ""}),
    "draft": Row(OPERATOR),
    "rename_draft": Row(OPERATOR, {"name": "x"}),
    "delete_draft": Row(OPERATOR),
    "add_draft_class": Row(OPERATOR, {"name": "x"}),
    "rename_draft_class": Row(OPERATOR, {"name": "x"}),
    "remove_draft_class": Row(OPERATOR),
    "undo_draft_change": Row(OPERATOR),
    "draft_pictures": Row(OPERATOR),
    "add_draft_pictures": Row(OPERATOR),
    "remove_draft_pictures": Row(OPERATOR, {"pictures": []}),
    "move_draft_pictures": Row(OPERATOR, {"pictures": [], "to": 1}),
    "draft_picture": Row(OPERATOR),
    "fit_draft": Row(OPERATOR),
    "classify_with_draft": Row(OPERATOR),
    "keep_draft": Row(OPERATOR),
    # The server, its models and its people.
    "doctor": Row(ADMINISTRATOR),
    "services": Row(ADMINISTRATOR),
    "add_model": Row(ADMINISTRATOR),
    "rollback_model": Row(ADMINISTRATOR),
    "remove_model": Row(ADMINISTRATOR),
    "make_model_live": Row(ADMINISTRATOR, {}),
    "export_model": Row(ADMINISTRATOR, {"format": "none"}),
    "delete_export": Row(ADMINISTRATOR),
    "begin_run": Row(ADMINISTRATOR, {"data": "no whole path"}),
    "estimate_improvement": Row(ADMINISTRATOR, {"epochs": 0}),
    "choose_network": Row(ADMINISTRATOR, {"data": "no whole path"}),
    "estimate_run": Row(ADMINISTRATOR, {"data": "no whole path"}),
    "rename_run": Row(ADMINISTRATOR, {}),
    "delete_run": Row(ADMINISTRATOR),
    "stop_run": Row(ADMINISTRATOR),
    "resume_run": Row(ADMINISTRATOR),
    "register_run": Row(ADMINISTRATOR),
    "compare_models": Row(ADMINISTRATOR, {"models": []}),
    "improve": Row(ADMINISTRATOR, {}),
    "make_improvement_live": Row(ADMINISTRATOR, {}),
    "reclassify": Row(ADMINISTRATOR, {"model": "none"}),
    "reclassifications": Row(ADMINISTRATOR),
    "reclassification": Row(ADMINISTRATOR),
    "discard_reclassification": Row(ADMINISTRATOR),
    "reclassification_changes": Row(ADMINISTRATOR),
    "apply_reclassification": Row(ADMINISTRATOR),
    "begin_data_upload": Row(ADMINISTRATOR, {}),
    "data_upload": Row(ADMINISTRATOR),
    "send_data": Row(ADMINISTRATOR),
    "finish_data_upload": Row(ADMINISTRATOR),
    "cancel_data_upload": Row(ADMINISTRATOR),
    "add_data_source": Row(ADMINISTRATOR, {"source": "/nowhere/at/all"}),
    "forget_data_source": Row(ADMINISTRATOR),
    "fetch_cifar10": Row(ADMINISTRATOR, harmful=True),
    "add_folder": Row(ADMINISTRATOR, {"path": "no whole path"}),
    "watches": Row(ADMINISTRATOR),
    "stop_watch": Row(ADMINISTRATOR),
    "file": Row(ADMINISTRATOR, {"root": "no whole path", "mode": "copy"}),
    "filings": Row(ADMINISTRATOR),
    "filing": Row(ADMINISTRATOR),
    "unfile": Row(ADMINISTRATOR),
    "resume_filing": Row(ADMINISTRATOR),
    "destinations": Row(ADMINISTRATOR),
    "add_destination": Row(ADMINISTRATOR, {"name": "", "kind": "page"}),
    "change_destination": Row(ADMINISTRATOR, {}),
    "remove_destination": Row(ADMINISTRATOR),
    "try_destination": Row(ADMINISTRATOR),
    "messages": Row(ADMINISTRATOR),
    "message": Row(ADMINISTRATOR),
    "retry_messages": Row(ADMINISTRATOR),
    "discard_messages": Row(ADMINISTRATOR),
    "rules": Row(ADMINISTRATOR),
    "add_rule": Row(ADMINISTRATOR, {"name": ""}),
    "try_rule": Row(ADMINISTRATOR, {}),
    "change_rule": Row(ADMINISTRATOR, {}),
    "remove_rule": Row(ADMINISTRATOR),
    "settings": Row(ADMINISTRATOR),
    "change_settings": Row(ADMINISTRATOR, {"values": {}}),
    "audit": Row(ADMINISTRATOR),
    "audit_csv": Row(ADMINISTRATOR),
    "people": Row(ADMINISTRATOR),
    "add_person": Row(ADMINISTRATOR, PERSON, browser=True),
    "change_person": Row(ADMINISTRATOR, OWN, browser=True),
    "sign_person_out": Row(ADMINISTRATOR, OWN, browser=True),
}
REFUSALS = ("login-needed", "login-refused", "not-allowed")
# What nothing is called by: a number, a hash and a name that do not exist.
NOTHING = "999"
LEADING = ("text=private-olga", "name=private", "label=grandma", "owner=shared", "deleted=true")


@dataclass(frozen=True)
class Actor:
    """Somebody who asks, in a browser or with a token."""

    name: str
    role: str
    browser: bool
    client: httpx.Client


@dataclass
class Server:
    """A server with people, and what olga keeps for herself."""

    staffed: Staffed
    actors: list[Actor]
    document: dict[str, Any]
    private: int
    shared: int
    hash: str

    def queries(self, path: str) -> list[str]:
        """Queries for a GET that may lead to what olga keeps for herself, as far as it takes them."""
        declared = {one["name"] for one in self.document["paths"][path]["get"].get("parameters", [])}
        return ["", *(f"?{query}" for query in LEADING if query.partition("=")[0] in declared)]

    def operations(self) -> Iterator[tuple[str, str, str]]:
        """Each operation's id, method and path."""
        for path, methods in self.document["paths"].items():
            for method, operation in methods.items():
                yield operation["operationId"], method.upper(), path


@pytest.fixture(scope="module")
def server(serve: Serve) -> Iterator[Server]:
    with staff(serve) as staffed, ExitStack() as stack:
        app = staffed.running.service.app
        staffed.ids["otto"] = app.people.add("otto", OPERATOR, WORDS).id
        otto = stack.enter_context(staffed.sign_in("otto"))
        actors = [Actor("nobody", EVERYBODY, True, staffed.stranger), Actor("otto", OPERATOR, True, otto)]
        for name, role in (("vic", VIEWER), ("olga", OPERATOR), ("ann", ADMINISTRATOR)):
            actors.append(Actor(name, role, True, getattr(staffed, name)))
            for scope in ROLES[1 : ROLES.index(role) + 1]:
                program = stack.enter_context(staffed.program(staffed.token(name, scope)))
                actors.append(Actor(f"{name}'s {scope} token", scope, False, program))
        # The same look, so that "more like this" and copies lead from the one to the other.
        mine, theirs = picture(GREEN), picture(GREEN, kind="BMP")
        olga = staffed.ids["olga"]
        kept = app.ingest.add(
            mine, name="private-olga.png", source="upload", owner=olga, by=olga, shared=False
        )
        private = kept.entry
        shared = app.ingest.add(
            theirs, name="open.bmp", source="upload", owner=olga, by=olga, shared=True
        ).entry
        end = time.monotonic() + 60
        while staffed.ann.get("/api/v1/catalogue/counts").json()["waiting"]:
            assert time.monotonic() < end
            time.sleep(0.05)
        app.actions.do("correct", [private.id], by=olga, label="grandma")
        app.actions.do("correct", [shared.id], by=olga, label="red")
        looked_at(app.database)
        document = staffed.ann.get("/openapi.json").json()
        yield Server(staffed, actors, document, private.id, shared.id, private.hash)


def filled(path: str, value: object = NOTHING) -> str:
    """A path with `value` for every parameter."""
    while "{" in path:
        before, _, rest = path.partition("{")
        path = f"{before}{value}{rest.partition('}')[2]}"
    return path


def refusal(who: httpx.Client, method: str, path: str, body: dict[str, Any] | None) -> str:
    """The code with which a request is refused because of who asks; empty where it is not."""
    with who.stream(method, path, json=body) as answer:  # one of the answers has no end
        assert answer.status_code < 500 or answer.status_code in (501, 503), (
            method,
            path,
            answer.status_code,
        )
        kind = answer.headers.get("content-type", "")
        if kind.startswith("text/event-stream"):
            return ""
        answer.read()
        told = kind.startswith("application/problem") or (path.startswith("/v2") and answer.is_error)
        code = str(answer.json()["code"]) if told else ""
        return code if code in REFUSALS else ""


def test_each_operation_has_a_row_and_each_row_an_operation(server: Server) -> None:
    assert {operation for operation, _, _ in server.operations()} == set(OPERATIONS)


@pytest.mark.long
@pytest.mark.slow
def test_each_operation_is_for_its_roles_and_tokens_alone(server: Server) -> None:
    wrong = []
    for operation, method, path in server.operations():
        row = OPERATIONS[operation]
        for actor in server.actors:
            allowed = ROLES.index(actor.role) >= ROLES.index(row.role) and (actor.browser or not row.browser)
            if row.harmful and allowed:
                continue
            code = refusal(actor.client, method, filled(path), row.body)
            expected = "" if allowed else "login-needed" if actor.role == EVERYBODY else "not-allowed"
            if code != expected:
                wrong.append((operation, actor.name, code or "let in", expected or "let in"))
    assert wrong == []


@pytest.mark.long
@pytest.mark.slow
def test_whoever_may_look_at_no_private_entry_learns_nothing_of_it(server: Server) -> None:
    assert len(server.queries("/api/v1/catalogue/entries")) == 1 + len(LEADING)
    told: dict[str, list[str]] = {}
    for actor in server.actors:
        if actor.role == EVERYBODY:
            continue
        for operation, method, path in server.operations():
            if method != "GET" or operation in ("events", "sign_out", "audit", "audit_csv"):
                continue
            plain = "{" not in path
            numbers = [""] if plain else [str(server.private), str(server.shared)]
            for address in (
                f"{filled(path, one)}{query}"
                for one in numbers
                for query in server.queries(path)
                if plain or not query
            ):
                text = actor.client.get(address).content.decode("latin-1")
                if any(mark in text for mark in ("private-olga", "grandma", server.hash)):
                    told.setdefault(actor.name, []).append(address)
    sees = {"olga", "olga's operator token", "olga's viewer token", "ann", "ann's administrator token"}
    assert set(told) == sees, {name: told[name] for name in set(told) - sees}


@pytest.mark.slow
def test_whoever_may_look_at_no_private_entry_changes_nothing_of_it(server: Server) -> None:
    private, app = server.private, server.staffed.running.service.app
    action = app.actions.history(private)[0].id
    before = server.staffed.ann.get(f"/api/v1/catalogue/entries/{private}").json()
    for actor in server.actors:
        if actor.role == EVERYBODY or "olga" in actor.name or actor.role == ADMINISTRATOR:
            continue
        for kind in ("correct", "rename", "delete", "share", "unshare", "restore"):
            for which in ({"entries": [private]}, {"filters": {"label": ["grandma"]}}):
                body = {"kind": kind, "label": "red", "name": "x", **which}
                answer = actor.client.post("/api/v1/catalogue/actions", json=body)
                assert answer.status_code in (400, 403, 404, 422), (actor.name, body, answer.text)
        for path in (f"actions/{action}/undo", f"entries/{private}/retry"):
            answer = actor.client.post(f"/api/v1/catalogue/{path}")
            assert answer.status_code in (403, 404), (actor.name, path)
        for path in ("", "/picture", "/picture?download=true", "/thumbnail", "/similar"):
            answer = actor.client.get(f"/api/v1/catalogue/entries/{private}{path}")
            assert answer.status_code == (403 if actor.role == MONITOR else 404)
        if actor.role == OPERATOR:
            known = actor.client.post("/api/v1/catalogue/known", json={"hashes": [server.hash]})
            assert known.json() == {"known": []}
    assert server.staffed.ann.get(f"/api/v1/catalogue/entries/{private}").json() == before
