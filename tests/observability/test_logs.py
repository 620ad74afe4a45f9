"""The log as text and as JSON, and the ids of requests in it."""

import json
import logging
import re
from io import StringIO

import pytest

from tenfold.observability import logs


def test_json_has_an_object_in_each_line_with_the_id_of_the_request() -> None:
    stream = StringIO()
    logs.install("json", "info", stream)
    log = logging.getLogger("tenfold.test")
    log.info("Служба %s", "jobs\nnext", extra={"status": 200})
    token = logs.request_id.set("abc")
    try:
        raise ZeroDivisionError
    except ZeroDivisionError:
        log.exception("It failed")
    logs.request_id.reset(token)
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert (first["level"], first["logger"], first["message"]) == (
        "info",
        "tenfold.test",
        "Служба jobs\nnext",
    )
    assert first["status"] == 200
    assert "request_id" not in first
    assert second["request_id"] == "abc"
    assert "ZeroDivisionError" in second["error"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", second["time"])


def test_text_is_one_line_and_libraries_stay_silent() -> None:
    stream = StringIO()
    logs.install("text", "info", stream)
    logging.getLogger("tenfold.test").info("A line")
    logging.getLogger("sqlalchemy.engine").info("every statement")
    assert re.fullmatch(r"\S+ \S+ INFO tenfold\.test: A line\n", stream.getvalue())


@pytest.mark.parametrize("sent", ["", "two\nlines", "a" * 129, "кіт", 'quo"te'])
def test_an_id_that_cannot_stand_in_a_log_is_replaced(sent: str) -> None:
    assert re.fullmatch("[0-9a-f]{16}", logs.usable_id(sent))


def test_an_id_of_the_client_is_kept() -> None:
    sent = "0f8fad5b-d9cb-469f-a165-70867728950e"
    assert logs.usable_id(sent) == sent
