"""The OpenAPI document."""

import json
from pathlib import Path

import pytest

from tenfold.web import openapi
from tests.web.conftest import Running

COMMITTED = Path(__file__).parents[2] / "frontend" / "openapi.json"


def test_the_committed_document_is_the_server_s() -> None:
    assert json.loads(COMMITTED.read_text(encoding="utf-8")) == json.loads(openapi.document()), (
        "frontend/openapi.json is old: run python -m tenfold.web.openapi, then npm run types in frontend"
    )


def test_a_server_gives_the_same_document(running: Running) -> None:
    assert running.client.get("/openapi.json").json() == json.loads(openapi.document())


def test_errors_are_documented_in_their_own_shape() -> None:
    document = json.loads(openapi.document())
    assert "HTTPValidationError" not in document["components"]["schemas"]
    classify = document["paths"]["/api/v1/classify"]["post"]
    assert set(classify["requestBody"]["content"]) == {"multipart/form-data", "application/octet-stream"}
    problems = {status: answer for status, answer in classify["responses"].items() if status != "200"}
    assert set(problems) == {"400", "401", "403", "408", "413", "415", "422", "503"}
    for answer in problems.values():
        assert answer["content"] == {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        }


def test_every_operation_has_a_name_of_its_own() -> None:
    document = json.loads(openapi.document())
    names = [op["operationId"] for path in document["paths"].values() for op in path.values()]
    assert len(names) > 80
    assert len(set(names)) == len(names)


def test_every_value_of_an_answer_is_always_there() -> None:
    """So that the frontend's types need not allow for values that are missing."""
    document = json.loads(openapi.document())
    asked = [op.get("requestBody") for path in document["paths"].values() for op in path.values()]
    schemas = document["components"]["schemas"]
    sent = {name for name in schemas if f'/{name}"' in json.dumps(asked)}
    sent |= {name for name in schemas for one in sent if f'/{name}"' in json.dumps(schemas[one])}
    assert len(schemas) - len(sent) > 30
    for name, schema in schemas.items():
        if name in sent or "properties" not in schema:
            continue
        assert set(schema.get("required", ())) == set(schema["properties"]), name


def test_it_writes_where_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    openapi.main([str(tmp_path / "api.json")])
    assert json.loads((tmp_path / "api.json").read_text(encoding="utf-8"))["info"]["title"] == "tenfold"
