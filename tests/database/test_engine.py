import inspect
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from sqlalchemy import make_url, select, text
from sqlalchemy.exc import OperationalError

from tenfold.accounts.tables import AuditRecord
from tenfold.database import Database
from tenfold.database.engine import _engine
from tenfold.database.upgrading import configured, upgrade
from tenfold.errors import DatabaseError


def record(number: int, at: datetime | None = None, action: str = "a") -> AuditRecord:
    return AuditRecord(
        at=at or datetime.now(UTC),
        person_id=number,
        person="",
        action=action,
        subject="",
        details={},
        address="",
    )


def test_the_steps_make_the_tables_that_the_code_has(database: Database) -> None:
    with database.engine.connect() as connection:
        command.check(configured(connection))


def test_a_moment_comes_back_in_utc(database: Database) -> None:
    kyiv = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    with database.writing() as session:
        session.add(record(0, kyiv))
    with database.reading() as session:
        assert session.scalars(select(AuditRecord.at)).one() == datetime(
            2026, 11, 21, 10, 0, 0, 123456, tzinfo=UTC
        )


def test_texts_come_back_from_a_server_without_an_encoding(postgres: str) -> None:
    with psycopg.connect(f"{postgres}/postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE no_encoding ENCODING SQL_ASCII LOCALE 'C' TEMPLATE template0")
    with closing(Database(f"{postgres}/no_encoding")) as opened:
        upgrade(opened)
        with opened.writing() as session:
            session.add(record(0, action="Їжак"))
        with opened.reading() as session:
            assert session.scalars(select(AuditRecord.action)).one() == "Їжак"


def test_what_ends_with_an_error_is_not_kept(database: Database) -> None:
    def fail() -> None:
        with database.writing() as session:
            session.add(record(1))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with database.reading() as session:
        assert session.scalars(select(AuditRecord)).all() == []


def test_what_was_told_to_be_kept_is_kept_when_the_power_goes(tmp_path: Path) -> None:
    made: Any = inspect.unwrap(_engine)(make_url(f"sqlite:///{tmp_path / 'tenfold.db'}"))
    with made.connect() as connection:
        assert connection.scalar(text("PRAGMA synchronous")) == 2  # FULL
    made.dispose()


def test_two_writers_wait_for_each_other(database: Database) -> None:
    def write(number: int) -> None:
        with database.writing() as session:
            session.scalars(select(AuditRecord)).all()
            session.add(record(number))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    with database.reading() as session:
        assert len(session.scalars(select(AuditRecord)).all()) == 40


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "not a url"])
def test_another_database_is_refused(url: str) -> None:
    with pytest.raises(DatabaseError, match=r"^The setting database_url .* postgresql://name"):
        Database(url)


def test_a_database_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(DatabaseError) as caught:
        Database("postgresql://ann:secret@127.0.0.1:1/x").check()
    assert "does not answer" in str(caught.value)
    assert "Start it, or correct TENFOLD_DATABASE_URL." in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_home_that_is_a_file_is_named(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("a file", encoding="utf-8")
    with pytest.raises(DatabaseError) as raised:
        Database(f"sqlite:///{home / 'tenfold.db'}")
    assert str(raised.value) == (
        f"The database {home / 'tenfold.db'} cannot be made (File exists). "
        "Set TENFOLD_HOME to a folder that this user may write in."
    )


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    file = tmp_path / "tenfold.db"
    file.write_bytes(b"This is a letter, and no database. " * 100)
    database = Database(f"sqlite:///{file}")
    with pytest.raises(DatabaseError) as raised:
        database.check()
    database.close()
    assert str(raised.value) == (
        f"The database sqlite:///{file} cannot be opened (file is not a database). "
        "See that it may be read and written, or bring it back from a backup."
    )


@pytest.mark.parametrize("how", ["deleted", "replaced", "moved"])
def test_a_file_that_is_not_the_one_that_is_open_is_told(tmp_path: Path, how: str) -> None:
    file = tmp_path / "tenfold.db"
    database = Database(f"sqlite:///{file}")
    database.check()
    with database.reading() as held:
        held.execute(text("SELECT 1"))
        if how == "deleted":
            file.unlink()
        elif how == "moved":
            file.rename(tmp_path / "away")
        else:
            (tmp_path / "other").write_bytes(file.read_bytes())
            (tmp_path / "other").replace(file)
        with pytest.raises(DatabaseError, match="is not the one that is open here any more"):
            database.check()
        # A new connection would write into another file than this one.
        with pytest.raises(OperationalError, match="deleted, moved or replaced"):
            database.engine.connect()
    assert file.exists() == (how == "replaced")
    database.close()


def test_tables_are_up_to_date_once_they_were_upgraded_and_not_before(database_url: str) -> None:
    with closing(Database(database_url)) as opened:
        assert not opened.up_to_date()
        upgrade(opened)
        assert opened.up_to_date()
        with opened.writing() as session:
            session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        assert not opened.up_to_date()


def test_the_password_of_a_database_comes_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("a/b@c:d\nanother line\n")
    opened = Database("postgresql://ann@127.0.0.1:1/tenfold", str(file))
    assert opened.url.password == "a/b@c:d"
    assert "a/b" not in opened.shown
    opened.close()


def test_a_password_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError) as refused:
        Database("postgresql://ann@127.0.0.1:1/tenfold", str(tmp_path / "none"))
    assert str(refused.value) == (
        f"The password file {tmp_path / 'none'} cannot be read (No such file or directory). "
        "Correct TENFOLD_DATABASE_PASSWORD_FILE, or give this user the right to read it."
    )
