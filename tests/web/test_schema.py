"""The server against its own OpenAPI document, with made-up requests."""

import json
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tenfold.web import openapi
from tests.web.conftest import Running

schema = schemathesis.openapi.from_dict(json.loads(openapi.document()))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@schema.parametrize()
@settings(
    max_examples=15,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_every_answer_is_one_that_the_document_names(case: schemathesis.Case[Any], running: Running) -> None:
    case.call_and_validate(base_url=running.address, checks=CHECKS, timeout=20)


def test_the_checks_would_see_an_answer_that_is_not_named(running: Running) -> None:
    case = schema["/api/v1/classify"]["POST"].Case(body=b"hello", media_type="application/octet-stream")
    answer = case.call(base_url=running.address)
    answer.status_code = 418
    with pytest.raises(schemathesis.core.failures.FailureGroup, match="418"):
        case.validate_response(answer, checks=[status_code_conformance])
