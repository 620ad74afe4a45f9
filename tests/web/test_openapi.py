"""The OpenAPI document."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tenfold.web import openapi
from tests.paths import ROOT
from tests.web.conftest import Running

COMMITTED = ROOT / "frontend" / "openapi.json"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(openapi.document())
    return found


def test_the_committed_document_is_the_server_s(document: dict[str, Any]) -> None:
    assert json.loads(COMMITTED.read_text(encoding="utf-8")) == document, (
        "frontend/openapi.json is old: run python -m tenfold.web.openapi, then npm run types in frontend"
    )


@pytest.mark.slow
def test_a_server_gives_the_same_document(running: Running, document: dict[str, Any]) -> None:
    assert running.client.get("/openapi.json").json() == document


def test_errors_are_documented_in_their_own_shape(document: dict[str, Any]) -> None:
    assert "HTTPValidationError" not in document["components"]["schemas"]
    for path, method, operation in operations(document):
        problems = {status: answer for status, answer in operation["responses"].items() if status[0] in "45"}
        assert problems.keys() >= {"401", "403", "422"}, (method, path)
        for status, answer in problems.items():
            # A server that is not ready says so in the shape of its readiness.
            if (path, status) == ("/readyz", "503"):
                continue
            # The clients of /v2 read errors from plain JSON.
            media = "application/json" if path.startswith("/v2") else "application/problem+json"
            shared = answer.get("$ref", "").removeprefix("#/components/responses/")
            described = document["components"]["responses"][shared] if shared else answer
            assert described["content"] == {media: {"schema": {"$ref": "#/components/schemas/Problem"}}}, (
                method,
                path,
                status,
            )


def test_classifying_documents_its_bodies_and_problems(document: dict[str, Any]) -> None:
    classify = document["paths"]["/api/v1/classify"]["post"]
    assert set(classify["requestBody"]["content"]) == {"multipart/form-data", "application/octet-stream"}
    assert set(classify["responses"]) == {
        "200",
        "400",
        "401",
        "403",
        "408",
        "413",
        "415",
        "422",
        "503",
        "507",
    }


def test_every_operation_has_a_name_of_its_own(document: dict[str, Any]) -> None:
    named = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(set(named)) == len(named)
    # FastAPI makes names of the address where a route has none.
    assert [name for name in named if "api" in name.split("_")] == []


def test_every_operation_is_described(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        assert operation.get("description"), (method, path)


@pytest.mark.slow
def test_every_value_of_an_answer_is_always_there(document: dict[str, Any]) -> None:
    """So that the frontend's types need not allow for values that are missing."""
    schemas = document["components"]["schemas"]
    waiting = [operation["responses"] for _, _, operation in operations(document)]
    answers: set[str] = set()
    while waiting:
        for name in re.findall(r'"#/components/schemas/([\w-]+)"', json.dumps(waiting.pop())):
            if name not in answers:
                answers.add(name)
                waiting.append(schemas[name])
    assert {"ClassifyAnswer", "EntryAnswer", "JobAnswer", "Problem"} <= answers
    for name in sorted(answers):
        assert set(schemas[name].get("required", ())) == set(schemas[name].get("properties", ())), name


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Address, method and description of everything that can be asked."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


@pytest.mark.slow
def test_it_writes_where_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    openapi.main([str(tmp_path / "api.json")])
    assert json.loads((tmp_path / "api.json").read_text(encoding="utf-8"))["info"]["title"] == "tenfold"
