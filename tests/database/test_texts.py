"""Where PostgreSQL refuses its extension, texts are still found."""

import logging
import uuid

import psycopg
import pytest

from tenfold.catalogue.entries.filters import Filters
from tenfold.catalogue.search.search import Search
from tenfold.database import Database
from tenfold.database.upgrading import upgrade
from tests.catalogue.making import made, put


@pytest.mark.slow
def test_without_the_extension_texts_are_found_and_the_log_says_why_it_is_slower(
    postgres: str, caplog: pytest.LogCaptureFixture
) -> None:
    name = f"t{uuid.uuid4().hex[:12]}"
    with psycopg.connect(f"{postgres}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        connection.execute(f"CREATE ROLE {name} LOGIN".encode())
        with psycopg.connect(f"{postgres}/{name}", autocommit=True) as inside:
            inside.execute(f"GRANT ALL ON SCHEMA public TO {name}".encode())
        database = Database(f"{postgres.replace('//tenfold@', f'//{name}@')}/{name}")
        try:
            with caplog.at_level(logging.WARNING, "tenfold"):
                upgrade(database)
            assert "PostgreSQL refuses the extension pg_trgm (permission denied" in caplog.text
            assert "texts are searched without an index" in caplog.text
            put(database, [made(1, name="Київ 100%.jpg"), made(2, name="Kyiv 100.jpg")])
            assert [entry.id for entry in Search(database).page(Filters(text="київ 0%")).entries] == [1]
        finally:
            database.close()
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
            connection.execute(f"DROP ROLE {name}".encode())


def test_with_the_extension_there_is_an_index(database: Database) -> None:
    if database.sqlite:
        pytest.skip("SQLite has its own full text search")
    with database.engine.connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT indexdef FROM pg_indexes WHERE indexname = 'text_of_entries'"
        )
        assert "gin (search_text gin_trgm_ops)" in found.scalar_one()
