"""Upgrades: backed up, checked, undone when they fail. The steps here are made up, on the real machinery."""

import shutil
import sqlite3
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

from tenfold.cameras.tables import CameraRow
from tenfold.catalogue.entries.tables import Entry, KnownFile
from tenfold.database import Database, now
from tenfold.database.upgrading import STEPS, configured, upgrade
from tenfold.errors import DatabaseError
from tenfold.jobs import Jobs, Work
from tenfold.line.stations.tables import RecipeVersionRow
from tenfold.models.improvements import Improvements
from tests.fakes import Anything, doing

NOTHING = """
import sqlalchemy as sa
from alembic import op
revision = "{number}"
down_revision = "{before}"
def upgrade() -> None:
    {do}
"""


@pytest.fixture
def steps(tmp_path: Path) -> Path:
    """A copy of the migrations, to add made-up ones to."""
    copied = tmp_path / "steps"
    shutil.copytree(STEPS, copied, ignore=shutil.ignore_patterns("__pycache__"))
    return copied


def add(steps: Path, do: str) -> str:
    """Add a step that does `do`; returns its number."""
    last = max(path.name[:4] for path in (steps / "versions").glob("[0-9]*.py"))
    number = f"{int(last) + 1:04}"
    (steps / "versions" / f"{number}_made_up.py").write_text(
        NOTHING.format(number=number, before=last, do=do)
    )
    return number


def with_an_entry(database: Database) -> None:
    with database.writing() as session:
        session.add(Entry(hash="a" * 64, bytes=1, media_type="image/png", added_at=now(), name="x.png"))


def version(database: Database) -> str:
    with database.engine.connect() as connection:
        return str(connection.scalar(text("SELECT version_num FROM alembic_version")))


def entries(database: Database) -> int:
    with database.engine.connect() as connection:
        return int(connection.scalar(text("SELECT count(*) FROM entries")) or 0)


def test_new_tables_need_no_copy(database_url: str, tmp_path: Path) -> None:
    database = Database(database_url)
    assert upgrade(database, tmp_path / "backups") is None
    assert upgrade(database, tmp_path / "backups") is None
    assert not (tmp_path / "backups").exists()
    database.close()


def test_an_upgrade_backs_up_first(database: Database, steps: Path, tmp_path: Path) -> None:
    with_an_entry(database)
    number = add(steps, "op.execute(\"UPDATE entries SET name = 'upgraded'\")")
    copy = upgrade(database, tmp_path / "backups", steps=steps)
    assert copy is not None
    assert copy.stat().st_mode & 0o077 == 0, "others may read the copy"
    assert version(database) == number
    if database.sqlite:
        with sqlite3.connect(copy) as opened:
            assert opened.execute("SELECT name FROM entries").fetchall() == [("x.png",)]
        opened.close()
    else:
        assert copy.read_bytes()[:5] == b"PGDMP"
        listed = subprocess.run(["pg_restore", "--list", copy], capture_output=True, text=True, check=True)
        assert "TABLE DATA public entries" in listed.stdout


@pytest.mark.parametrize(
    ("do", "words"),
    [
        ('op.execute("DELETE FROM entries")', "The upgrade would lose rows (entries)."),
        ('op.drop_table("audit")', "The upgrade does not give the tables that this tenfold uses"),
        ('op.execute("UPDATE nowhere SET x = 1")', "nowhere"),
        ('op.execute("DELETE FROM names"); raise ValueError("a fault in the step")', "a fault in the step"),
    ],
)
def test_a_failed_upgrade_leaves_what_was_there(
    database: Database, steps: Path, tmp_path: Path, do: str, words: str
) -> None:
    with_an_entry(database)
    before = version(database)
    number = add(steps, do)
    with pytest.raises(DatabaseError) as caught:
        upgrade(database, tmp_path / "backups", steps=steps)
    message = str(caught.value)
    assert f"could not be upgraded from version {before} to {number}" in message
    assert words in message
    assert "It is as it was. A copy is " in message
    assert (version(database), entries(database)) == (before, 1)
    with database.engine.connect() as connection:
        assert inspect(connection).has_table("audit")
    assert upgrade(database, tmp_path / "backups") is None


def test_a_database_of_a_newer_tenfold_is_refused(database: Database, steps: Path) -> None:
    number = add(steps, "pass")
    upgrade(database, steps=steps)
    with pytest.raises(DatabaseError, match="was made by a newer tenfold than this one") as caught:
        upgrade(database)
    assert f"its tables are of version {number}" in str(caught.value)


def test_no_room_for_a_copy_means_no_upgrade(database: Database, steps: Path, tmp_path: Path) -> None:
    before = version(database)
    add(steps, "pass")
    (tmp_path / "backups").write_text("a file where the folder should be")
    with pytest.raises(DatabaseError, match="was not upgraded, because it could not be backed up first"):
        upgrade(database, tmp_path / "backups", steps=steps)
    assert version(database) == before


@pytest.mark.slow
def test_many_that_start_at_once_upgrade_once(database_url: str) -> None:
    ended: list[str] = []

    def start() -> None:
        database = Database(database_url)
        try:
            upgrade(database)
            ended.append(version(database))
        finally:
            database.close()

    threads = [threading.Thread(daemon=True, target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ended) == 4
    assert len(set(ended)) == 1


def at_version(number: str, database_url: str, folder: Path) -> Database:
    """A database as an older tenfold left it."""
    old = folder / "steps"
    shutil.copytree(STEPS, old, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (old / "versions").glob("[0-9]*.py"):
        if path.name[:4] > number:
            path.unlink()
    database = Database(database_url)
    with database.engine.connect() as connection:
        command.upgrade(configured(connection, old), "head")
        connection.commit()
    return database


def test_vectors_of_every_model_are_kept(database_url: str, tmp_path: Path) -> None:
    database = at_version("0007", database_url, tmp_path)
    with_an_entry(database)
    insert = "INSERT INTO {} (entry_id, model_hash, vector) VALUES (1, :model, :vector)"
    with database.engine.begin() as connection:
        connection.execute(text(insert.format("embeddings")), {"model": "new", "vector": b"1"})
        for model, vector in (("new", b"0"), ("old", b"2")):
            connection.execute(text(insert.format("set_aside_vectors")), {"model": model, "vector": vector})
    upgrade(database)
    with database.engine.connect() as connection:
        rows = connection.execute(text("SELECT model_hash, vector FROM embeddings ORDER BY model_hash"))
        assert [(model, bytes(vector)) for model, vector in rows] == [("new", b"1"), ("old", b"2")]
    assert not inspect(database.engine).has_table("set_aside_vectors")
    database.close()


def test_a_half_done_job_of_the_version_with_dbos_goes_on(database_url: str, tmp_path: Path) -> None:
    database = at_version("0003", database_url, tmp_path)
    schema = "" if database.sqlite else "dbos."
    job = (
        "INSERT INTO jobs (id, kind, title, params, by, state, done, total, message, cancel, created_at, "
        "updated_at) VALUES ('{}', '{}', 'Half', '{{}}', 0, '{}', 3, 9, '', {}, "
        "'2026-01-01 00:00:00', '2026-01-01 00:00:00')"
    )
    with database.engine.begin() as connection:
        if not database.sqlite:
            connection.execute(text("CREATE SCHEMA dbos"))
        for name in ("workflow_status", "operation_outputs"):
            connection.execute(
                text(
                    f"CREATE TABLE {schema}{name} (workflow_uuid TEXT, function_id INTEGER, "
                    "function_name TEXT, output TEXT, error TEXT)"
                )
            )
        connection.execute(text(job.format("1", "knit", "running", "false")))
        connection.execute(text(job.format("2", "knit", "running", "true")))
        connection.exec_driver_sql(
            f"INSERT INTO {schema}operation_outputs VALUES ('1', 1, 'first', '[\"done\", null]', NULL)"
        )
    upgrade(database)
    found = inspect(database.engine)
    assert not found.has_table("workflow_status", schema=schema.rstrip(".") or None)
    asked: list[str] = []

    def knit(work: Work[Anything]) -> dict[str, Any]:
        return {"steps": [work.step(name, lambda: asked.append(work.id)) for name in ("first", "second")]}

    jobs = Jobs(database, doing({"knit": knit}))
    assert jobs.get("2").state == "cancelled"
    jobs.start()
    try:
        assert jobs.wait("1", 60).result == {"steps": [["done", None], None]}
    finally:
        jobs.close()
    assert asked == ["1"], "the first step was done before"
    database.close()


def test_why_files_were_not_organised_is_kept_as_codes(database_url: str, tmp_path: Path) -> None:
    database = at_version("0012", database_url, tmp_path)
    words = ["It was changed since, and stays.", "Another file has its name now.", "Permission denied", None]
    with database.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO filings (id, at, by, root, mode, count) "
                "VALUES (1, '2026-01-01 00:00:00', 0, '/r', 'copy', 4)"
            )
        )
        insert = (
            "INSERT INTO filed (filing_id, number, entry_id, how, origin, target, state, problem) "
            "VALUES (1, :number, 1, 'copy', '', '/r/a', 'failed', :problem)"
        )
        for number, problem in enumerate(words):
            connection.execute(text(insert), {"number": number, "problem": problem})
    upgrade(database)
    with database.engine.connect() as connection:
        found = connection.scalars(text("SELECT problem FROM filed ORDER BY number")).all()
    assert found == ["changed", "name-taken", "other", None]
    database.close()


def test_a_camera_of_a_version_without_limits_of_size_by_class_has_none(
    database_url: str, tmp_path: Path
) -> None:
    database = at_version("0026", database_url, tmp_path)
    with database.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO cameras (id, name, kind, target, login, password, zones, masks, fixed, smallest,"
                " recording, seconds_before, seconds_after, keep_days, keep_days_of, keep_bytes, added_at,"
                " added_by, changed_at) VALUES (1, 'door', 'usb', '0', '', '', '[]', '[]', false, 0.1,"
                " 'events', 5, 5, 3, '{\"person\": 1}', 7, '2026-01-01 00:00:00', 0, '2026-01-01 00:00:00')"
            )
        )
    upgrade(database)
    with Session(database.engine) as session:
        row = session.scalars(select(CameraRow)).one()
    assert (row.keep_days_of, row.keep_bytes, row.keep_bytes_of) == ({"person": 1}, 7, {})
    database.close()


def test_what_a_recipe_does_with_none_of_these_is_kept(database_url: str, tmp_path: Path) -> None:
    database = at_version("0027", database_url, tmp_path)
    with database.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO line_recipes (id, name, number, barcode, added_at, added_by)"
                " VALUES (1, 'caps', 1, '', '2026-01-01 00:00:00', 0)"
            )
        )
        connection.execute(
            text(
                "INSERT INTO line_recipe_versions (id, recipe_id, version, model_hash, regions, least,"
                " strangers, unsure, note, added_at, added_by)"
                " VALUES (1, 1, 1, 'a', '[]', 0.6, 'divert', 'reject', '', '2026-01-01 00:00:00', 0)"
            )
        )
    upgrade(database)
    with Session(database.engine) as session:
        row = session.scalars(select(RecipeVersionRow)).one()
    assert (row.none_of_these, row.unsure) == ("divert", "reject")
    database.close()


def test_an_improvement_that_was_judged_is_evaluated(database_url: str, tmp_path: Path) -> None:
    database = at_version("0028", database_url, tmp_path)
    states = ("running", "judged", "failed", "stopped")
    with database.engine.begin() as connection:
        for state in states:
            connection.execute(
                text(
                    'INSERT INTO improvements (at, "by", base_hash, options, counts, state)'
                    " VALUES ('2026-01-01 00:00:00', 1, 'a', '{}', '{}', :state)"
                ),
                {"state": state},
            )
    upgrade(database)
    assert [one.state for one in Improvements(database).latest()] == [
        "stopped",
        "failed",
        "evaluated",
        "running",
    ]
    database.close()


def test_why_files_were_refused_is_kept(database_url: str, tmp_path: Path) -> None:
    database = at_version("0013", database_url, tmp_path)
    with database.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO seen_files (key, path, bytes, modified_ns, problem) "
                "VALUES ('a', '/a.txt', 1, 1, 'a.txt is not a picture.'), ('b', '/b.png', 1, 1, NULL)"
            )
        )
    upgrade(database)
    with Session(database.engine) as session:
        refused, added = session.scalars(select(KnownFile).order_by(KnownFile.key)).all()
    assert refused.problem is not None
    assert (refused.problem["code"], refused.problem["detail"]) == (
        "picture-error",
        "a.txt is not a picture.",
    )
    assert added.problem is None
    database.close()
