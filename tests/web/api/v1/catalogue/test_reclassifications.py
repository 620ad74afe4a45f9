"""Reclassifying over HTTP: asked for, seen, taken over, thrown away."""

import time
from typing import Any

import pytest

from tests import tiny
from tests.fakes import BLUE, RED, FakeClassifier, picture
from tests.web.conftest import Running, Serve

AT = "/api/v1/reclassifications"


@pytest.fixture(scope="module")
def server(serve: Serve) -> Running:
    """A server whose catalogue holds two pictures, named by a model that sees colours."""
    running = serve(FakeClassifier(), threads=1)
    app = running.service.app
    for name, colour in (("red", RED), ("blue", BLUE)):
        app.ingest.add(picture(colour), name=name, source="upload")
    app.classify_pending.answer()
    app.registry.register(tiny.MODEL)
    return running


@pytest.fixture
def model(server: Running) -> str:
    return next(one.hash for one in server.service.app.registry.list() if one.origin == "file")


def ended(running: Running, job: dict[str, Any]) -> dict[str, Any]:
    until = time.monotonic() + 60
    while True:
        found: dict[str, Any] = running.client.get(f"/api/v1/jobs/{job['id']}").json()
        if found["ended_at"] is not None:
            return found
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.slow
def test_another_models_answers_are_seen_taken_over_and_undone(server: Running, model: str) -> None:
    client = server.client
    begun = client.post(AT, json={"model": model})
    assert begun.status_code == 202
    number = begun.json()["reclassification"]["id"]
    job = ended(server, begun.json()["job"])
    assert (job["state"], job["result"]["count"]) == ("done", 2)
    told = client.get(f"{AT}/{number}").json()
    assert (told["state"], told["count"], told["model_name"]) == ("ready", 2, "tiny")
    assert sum(row["count"] for row in told["moved"]) == told["changed"] == 2
    page = client.get(f"{AT}/{number}/changes?limit=1").json()
    assert page["changes"][0]["entry"]["name"] == "red"
    assert page["changes"][0]["old"] == page["changes"][0]["entry"]["label"] == "red"
    assert [
        one["entry"]["name"]
        for one in client.get(f"{AT}/{number}/changes?after={page['next']}").json()["changes"]
    ] == ["blue"]

    applied = client.post(f"{AT}/{number}/apply").json()
    assert ended(server, applied["job"])["state"] == "done"
    told = client.get(f"{AT}/{number}").json()
    assert told["state"] == "applied"
    entry = page["changes"][0]["entry"]["id"]
    named = server.service.app.ingest.entries([entry])[0]
    assert (named.label, named.model_hash) == (page["changes"][0]["label"], model)
    undone = client.post(f"/api/v1/catalogue/actions/{told['action']}/undo")
    assert undone.status_code == 200
    assert server.service.app.ingest.entries([entry])[0].label == "red"
    assert client.delete(f"{AT}/{number}").status_code == 409


def test_answers_are_thrown_away(server: Running, model: str) -> None:
    client = server.client
    begun = client.post(AT, json={"model": model}).json()
    number = begun["reclassification"]["id"]
    ended(server, begun["job"])
    assert client.delete(f"{AT}/{number}").status_code == 204
    assert client.get(f"{AT}/{number}").json()["code"] == "not-in-catalogue"
    assert number not in [one["id"] for one in client.get(AT).json()["reclassifications"]]


def test_a_model_that_nobody_registered_is_not_asked(server: Running) -> None:
    answer = server.client.post(AT, json={"model": "0" * 64})
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-model")
    assert server.client.get(f"{AT}/99999999999999999999").status_code in (404, 422)
    assert server.client.get(f"{AT}/9/changes?after=-1").status_code == 422
