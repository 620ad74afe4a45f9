"""No value of a row is in an error of the database, however it is printed: by itself, or with its causes."""

import traceback
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from tenfold.database import Database, now
from tenfold.models.tables import RegisteredModel

SECRET = "Anna-Secret"


def all_that_is_printed(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)) + str(error) + repr(error)


def insert(database: Database, **changed: Any) -> None:
    plain: dict[str, Any] = {"bytes": 1, "classes": [], "input_size": 32, "origin": "file", "added_by": 0}
    row = RegisteredModel(
        **{"hash": SECRET, "name": SECRET, "file": "f", "added_at": now(), **plain, **changed}
    )
    with database.writing() as session:
        session.add(row)


def test_a_key_that_is_there_already_is_not_told(database: Database) -> None:
    insert(database)
    with pytest.raises(IntegrityError) as caught:
        insert(database)
    told = all_that_is_printed(caught.value)
    assert SECRET not in told
    assert "models" in told  # what failed is still told: the statement, the constraint


def test_a_row_that_breaks_a_rule_is_not_told(database: Database) -> None:
    with pytest.raises(IntegrityError) as caught:
        insert(database, file=None)
    told = all_that_is_printed(caught.value)
    assert SECRET not in told
    assert "file" in told


def test_a_value_that_cannot_be_kept_is_not_told(database: Database) -> None:
    with pytest.raises(DBAPIError) as caught:
        insert(database, input_size=object() if database.sqlite else SECRET)
    assert SECRET not in all_that_is_printed(caught.value)


def test_what_the_code_got_wrong_is_told(database: Database) -> None:
    with pytest.raises(DBAPIError, match="no_such_table"), database.reading() as session:
        session.execute(text("SELECT * FROM no_such_table"))
