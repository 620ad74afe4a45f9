"""The server against its own OpenAPI document, with made-up requests: with accounts and without.

A longer run over the same document is `python -m benchmarks.serving.api_fuzz`.
"""

import json
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.pytest.lazy import get_all_tests
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from benchmarks.serving.api_fuzz import ENDLESS, Ann
from tenfold.web import openapi
from tests.web.conftest import Running, Serve

# Where nobody signs in, the way in is another and the rest the same: some of each kind will do.
WITHOUT_ACCOUNTS = r"^/(readyz|api/v1/(classify|model|session|tokens|system|settings|jobs|catalogue/[a-z]+))$"
LONGEST_ADDRESS = 32_000
# Of some sixty cases at the limits of an operation's values one in so many is sent: all take minutes.
EACH = 3
# The headers of the next request; the session may have ended by it.
SignIn = Callable[[], dict[str, str] | None]
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
def document() -> BaseSchema:
    return schemathesis.openapi.from_dict(json.loads(openapi.document())).exclude(path=sorted(ENDLESS))


@pytest.fixture(scope="module")
def closed(serve: Serve) -> tuple[Running, Ann]:
    """A server with accounts, and its administrator."""
    running = serve()
    return running, Ann(running.service.app)


def ask(schema: BaseSchema, subtests: pytest.Subtests, address: str, sign_in: SignIn) -> int:
    """Send made-up requests to each operation; to how many there were.

    `@schema.parametrize()` would make up all of them wherever the tests are listed, in each process of a run.
    """

    numbers = count()

    def check(case: schemathesis.Case[Any]) -> None:
        if next(numbers) % EACH:
            return
        try:
            case.call_and_validate(base_url=address, headers=sign_in(), checks=CHECKS, timeout=20)
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            # A longer address than the server takes: it answers and leaves while it is still being sent.
            if len(str(case.query)) < LONGEST_ADDRESS:
                raise

    asked = 0
    for made in get_all_tests(schema=schema, test_func=check, settings=FEW, given_kwargs={}):
        assert isinstance(made, Ok), made.err()
        operation, test = made.ok()
        with subtests.test(operation.label):
            test()
        asked += 1
    return asked


@pytest.mark.long
@pytest.mark.slow
def test_every_answer_is_one_that_the_document_names(
    document: BaseSchema, running: Running, subtests: pytest.Subtests
) -> None:
    some = document.include(path_regex=WITHOUT_ACCOUNTS)
    assert ask(some, subtests, running.address, lambda: None) >= 20


@pytest.mark.long
@pytest.mark.slow
def test_every_answer_is_named_where_people_have_accounts(
    document: BaseSchema, closed: tuple[Running, Ann], subtests: pytest.Subtests
) -> None:
    running, ann = closed
    assert ask(document, subtests, running.address, ann.headers) >= 100


def test_the_checks_would_see_an_answer_that_is_not_named(running: Running, document: BaseSchema) -> None:
    case = document["/api/v1/classify"]["POST"].Case(body=b"hello", media_type="application/octet-stream")
    answer = case.call(base_url=running.address)
    answer.status_code = 418
    with pytest.raises(schemathesis.core.failures.FailureGroup, match="418"):
        case.validate_response(answer, checks=[status_code_conformance])
