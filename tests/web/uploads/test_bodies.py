"""How much of a body is read, and of whom."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.web.conftest import Serve
from tests.web.signed_in import Staffed, staff
from tests.web.uploads.test_pictures import answer_on, raw

JSON = "Content-Type: application/json"
HASHES = "/api/v1/catalogue/known"


@pytest.fixture(scope="module")
def people(serve: Serve) -> Iterator[Staffed]:
    with staff(serve) as made:
        yield made


def announced(people: Staffed, path: str, count: int) -> tuple[int, dict[str, Any]]:
    """The answer to a stranger's body of which only `count` bytes come, and more is announced."""
    lines = (JSON, "Content-Length: 2000000")
    with raw(people.running, *lines, path=path) as connection:
        connection.sendall(b" " * count)
        return answer_on(connection)


@pytest.mark.slow
def test_a_login_of_more_than_16_kb_is_refused_as_it_arrives(people: Staffed) -> None:
    status, problem = announced(people, "/api/v1/session", 17_000)
    assert (status, problem["code"]) == (413, "upload-too-large")
    assert problem["detail"] == "The request has a body of more than 16 kB. Send less at a time."


def test_of_a_stranger_nothing_is_read_where_much_may_be_sent(people: Staffed) -> None:
    assert announced(people, HASHES, 0)[0] == 401
    assert announced(people, "/api/v1/catalogue/actions", 0)[0] == 401


def test_long_lists_are_taken_from_whoever_is_signed_in(people: Staffed) -> None:
    hashes = [f"{number:064x}" for number in range(10_000)]
    answer = people.olga.post(HASHES, json={"hashes": hashes})
    assert answer.json() == {"known": []}
    entries = list(range(1, 20_000))
    answer = people.olga.post("/api/v1/catalogue/actions", json={"kind": "delete", "entries": entries})
    assert answer.json()["detail"].startswith("None of the 19,999 entries is in the catalogue.")
    assert people.running.service.memory.used == 0


def test_long_lists_have_an_end_and_count_with_the_uploads(people: Staffed) -> None:
    much = json.dumps({"hashes": ["0" * 64] * 40_000}).encode()
    headers = {"Content-Type": "application/json"}
    assert people.olga.post(HASHES, content=much, headers=headers).status_code == 413
    memory = people.running.service.memory
    limit, memory.limit = memory.limit, 1_000_000
    try:
        answer = people.olga.post(HASHES, content=b" " * 900_000, headers=headers)
    finally:
        memory.limit = limit
    assert answer.status_code == 503
