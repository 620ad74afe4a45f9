"""The server against its own OpenAPI document, with made-up requests: with accounts and without.

A longer run over the same document is `python -m benchmarks.api_fuzz`.
"""

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

from benchmarks.api_fuzz import ENDLESS, Ann
from tenfold.web import openapi
from tests.web.conftest import Running, Serve

schema = schemathesis.openapi.from_dict(json.loads(openapi.document())).exclude(path=sorted(ENDLESS))
# Where nobody signs in, the way in is another and the rest the same: some of each kind will do.
without_accounts = schema.include(
    path_regex=r"^/(readyz|api/v1/(classify|model|session|tokens|system|settings|jobs|catalogue/[a-z]+))$"
)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
FEW = settings(
    max_examples=2,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
# schemathesis draws some of its values from the module `random`.
pytestmark = pytest.mark.filterwarnings("ignore:Do not use the `random` module")


@pytest.fixture(scope="module")
def closed(serve: Serve) -> tuple[Running, Ann]:
    """A server with accounts, and its administrator."""
    running = serve()
    return running, Ann(running.service.app)


@pytest.mark.slow
@without_accounts.parametrize()
@FEW
def test_every_answer_is_one_that_the_document_names(case: schemathesis.Case[Any], running: Running) -> None:
    case.call_and_validate(base_url=running.address, checks=CHECKS, timeout=20)


@pytest.mark.slow
@schema.parametrize()
@FEW
def test_every_answer_is_named_where_people_have_accounts(
    case: schemathesis.Case[Any], closed: tuple[Running, Ann]
) -> None:
    running, ann = closed
    case.call_and_validate(base_url=running.address, headers=ann.headers(), checks=CHECKS, timeout=20)


def test_the_checks_would_see_an_answer_that_is_not_named(running: Running) -> None:
    case = schema["/api/v1/classify"]["POST"].Case(body=b"hello", media_type="application/octet-stream")
    answer = case.call(base_url=running.address)
    answer.status_code = 418
    with pytest.raises(schemathesis.core.failures.FailureGroup, match="418"):
        case.validate_response(answer, checks=[status_code_conformance])
