"""Finding: texts by any part of them, the sources of an entry, and totals that need no counting.

All of it is kept by the database itself, whoever writes. A text shorter than three letters has no trigram; it
is looked for without an index.
"""

import logging

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# The bit of each source, as tables.SOURCES has them when this step is written.
_BIT = (
    "CASE {name}.source WHEN 'upload' THEN 1 WHEN 'api' THEN 2 WHEN 'folder' THEN 4 WHEN 'watch' THEN 8 "
    "WHEN 'camera' THEN 16 ELSE 0 END"
)

# The tokenizer of SQLite's full text search that keeps every three letters in a row. Texts come in small
# letters, so it has no case to fold. Two line ends after each text give its last letters trigrams too.
_SQLITE_TEXT = """
CREATE VIEW entries_padded AS SELECT id, search_text || char(10, 10) AS search_text FROM entries;
CREATE VIRTUAL TABLE entries_text USING fts5(
    search_text, content='entries_padded', content_rowid='id', tokenize='trigram case_sensitive 1',
    columnsize=0, detail=full
);
CREATE VIRTUAL TABLE entries_trigrams USING fts5vocab('entries_text', 'row');
CREATE TRIGGER entries_text_added AFTER INSERT ON entries BEGIN
    INSERT INTO entries_text(rowid, search_text) VALUES (new.id, new.search_text || char(10, 10));
END;
CREATE TRIGGER entries_text_changed AFTER UPDATE OF search_text ON entries
WHEN old.search_text IS NOT new.search_text BEGIN
    INSERT INTO entries_text(entries_text, rowid, search_text)
        VALUES ('delete', old.id, old.search_text || char(10, 10));
    INSERT INTO entries_text(rowid, search_text) VALUES (new.id, new.search_text || char(10, 10));
END;
CREATE TRIGGER entries_text_gone AFTER DELETE ON entries BEGIN
    INSERT INTO entries_text(entries_text, rowid, search_text)
        VALUES ('delete', old.id, old.search_text || char(10, 10));
END;
INSERT INTO entries_text(entries_text) VALUES ('rebuild');
"""

_SQLITE_SOURCES = f"""
CREATE TRIGGER names_added AFTER INSERT ON names BEGIN
    UPDATE entries SET sources = sources | {_BIT.format(name="new")}
        WHERE id = new.entry_id AND sources & {_BIT.format(name="new")} = 0;
END;
CREATE TRIGGER names_gone AFTER DELETE ON names BEGIN
    UPDATE entries SET sources = sources & ~{_BIT.format(name="old")} WHERE id = old.entry_id
        AND NOT EXISTS (SELECT 1 FROM names WHERE source = old.source AND entry_id = old.entry_id);
END;
"""

_COUNTED = "owner_id, shared, deleted, corrected, state, labelled, label, model_hash, sources"
_CELL = (
    "{0}.owner_id, {0}.shared, {0}.deleted_at IS NOT NULL, {0}.corrected_at IS NOT NULL, {0}.state, "
    "{0}.label IS NOT NULL, coalesce({0}.label, ''), coalesce({0}.model_hash, ''), {0}.sources"
)
_CHANGING = "owner_id, shared, deleted_at, corrected_at, state, label, model_hash, sources"
_MORE = (
    f"INSERT INTO totals({_COUNTED}, count) VALUES ({_CELL.format('new')}, 1) "
    f"ON CONFLICT DO UPDATE SET count = count + 1;"
)
_LESS = (
    f"UPDATE totals SET count = count - 1 WHERE ({_COUNTED}) = ({_CELL.format('old')}); "
    f"DELETE FROM totals WHERE ({_COUNTED}) = ({_CELL.format('old')}) AND count = 0;"
)
_SQLITE_TOTALS = f"""
CREATE TRIGGER totals_added AFTER INSERT ON entries BEGIN {_MORE} END;
CREATE TRIGGER totals_gone AFTER DELETE ON entries BEGIN {_LESS} END;
CREATE TRIGGER totals_changed AFTER UPDATE OF {_CHANGING} ON entries
WHEN ({_CELL.format("old")}) IS NOT ({_CELL.format("new")}) BEGIN {_LESS} {_MORE} END;
INSERT INTO totals({_COUNTED}, count) SELECT {_CELL.format("entries")}, count(*) FROM entries
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9;
"""

_POSTGRESQL_SOURCES = (
    f"""
CREATE FUNCTION names_added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE entries SET sources = sources | {_BIT.format(name="new")}
        WHERE id = new.entry_id AND sources & {_BIT.format(name="new")} = 0;
    RETURN NULL;
END $$""",
    "CREATE TRIGGER names_added AFTER INSERT ON names FOR EACH ROW EXECUTE FUNCTION names_added()",
    f"""
CREATE FUNCTION names_gone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE entries SET sources = sources & ~({_BIT.format(name="old")}) WHERE id = old.entry_id
        AND NOT EXISTS (SELECT 1 FROM names WHERE source = old.source AND entry_id = old.entry_id);
    RETURN NULL;
END $$""",
    "CREATE TRIGGER names_gone AFTER DELETE ON names FOR EACH ROW EXECUTE FUNCTION names_gone()",
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for statement in _statements(_SQLITE_TEXT + _SQLITE_SOURCES + _SQLITE_TOTALS):
            op.execute(sa.text(statement.replace(":", r"\:")))
        return
    for statement in _POSTGRESQL_SOURCES:
        op.execute(statement)
    _postgresql_text()


def _postgresql_text() -> None:
    connection = op.get_bind()
    try:
        with connection.begin_nested():
            connection.execute(sa.text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
    except sa.exc.DBAPIError as refused:
        logging.getLogger("tenfold").warning(
            "PostgreSQL refuses the extension pg_trgm (%s): texts are searched without an index.",
            str(refused.orig).strip().splitlines()[0],
        )
        return
    op.execute("CREATE INDEX text_of_entries ON entries USING gin (search_text gin_trgm_ops)")


def _statements(script: str) -> list[str]:
    """The statements of a script for SQLite; those of a trigger stay within it."""
    found, begun = [], ""
    for line in script.strip().splitlines():
        begun += line + "\n"
        if line.endswith(";") and ("CREATE TRIGGER" not in begun or line.endswith("END;")):
            found.append(begun)
            begun = ""
    return found
