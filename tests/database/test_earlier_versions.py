"""A home that an earlier tenfold left, with migration 0014 as its last, is opened and restored by this one.

`home-0014.zip` was made by the commands of that version: three pictures added, the first corrected to "ship",
the administrator "ann". There was no backup in that version; its tables are put into one of today's.
"""

import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from tenfold.backups import BackupFolder
from tenfold.catalogue.entries.tables import Entry
from tenfold.errors import BackupError, DatabaseError
from tenfold.paths import Home
from tenfold.runtime import App
from tenfold.settings import Settings
from tenfold.workflows.back_up import back_up, restore
from tests.paths import ROOT

KEPT = ROOT / "tests/data/home-0014.zip"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    with zipfile.ZipFile(KEPT) as kept:
        kept.extractall(folder)
    return folder


def set_version(tables: Path, number: str) -> None:
    with closing(sqlite3.connect(tables)) as database:
        database.execute("UPDATE alembic_version SET version_num = ?", (number,))
        database.commit()


def check(home: Path) -> None:
    """All that was there is there: entries, what a person said of one, originals, the password, an undo."""
    with App(Settings(home=home)) as app:
        with app.database.reading() as session:
            entries = list(session.scalars(select(Entry).order_by(Entry.id)))
        assert [(one.name, one.label, one.corrected_at is not None) for one in entries] == [
            ("picture-0.png", "ship", True),
            ("picture-2.png", entries[1].label, False),
            ("picture-1.png", entries[2].label, False),
        ]
        for one in entries:
            assert app.originals.read(one.hash).startswith(b"\x89PNG")
        assert app.people.check("ann", "seven green kettles") is not None
        assert app.people.check("ann", "another one") is None
        assert [job.state for job in app.jobs.list(10, None, [], [])] == ["done"]


def test_a_home_of_an_earlier_version_is_opened_with_all_that_was_in_it(home: Path) -> None:
    check(home)
    (copy,) = (home / "backups").iterdir()
    with closing(sqlite3.connect(copy)) as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchone() == ("0014",)
    check(home)  # it is up to date now


def as_backup(home: Path, folder: Path, version: str) -> None:
    """A backup of a home whose tables are of a version."""
    with App(Settings(home=home.parent / "empty")) as app:
        made = back_up(app.database, Home(home), App(Settings(home=home)).blobs, folder, secrets=True)
    set_version(home / "tenfold.db", version)
    content = BackupFolder(folder).keep(home / "tenfold.db")
    file = folder / "snapshots" / f"{made.name}.json"
    facts = json.loads(file.read_text())
    facts["database"] = {"sha256": content.sha256, "size": content.size, "changed_ns": 0}
    file.write_text(json.dumps(facts))


def test_a_backup_of_an_earlier_version_is_restored(home: Path, tmp_path: Path) -> None:
    as_backup(home, tmp_path / "backup", "0014")
    restore(tmp_path / "backup", Home(tmp_path / "new"), App(Settings(home=tmp_path / "new")).blobs, None)
    check(tmp_path / "new")


def test_a_home_and_a_backup_of_a_newer_version_are_refused_with_it(home: Path, tmp_path: Path) -> None:
    as_backup(home, tmp_path / "backup", "9998")
    with pytest.raises(BackupError, match=r"newer tenfold than this one .*version 9998"):
        restore(tmp_path / "backup", Home(tmp_path / "new"), App(Settings(home=tmp_path / "new")).blobs, None)
    assert not (tmp_path / "new" / "tenfold.db").exists()
    with pytest.raises(DatabaseError, match="9998"), App(Settings(home=home)) as app:
        assert app.database
    with closing(sqlite3.connect(home / "tenfold.db")) as database:
        assert database.execute("SELECT count(*) FROM entries").fetchone() == (3,)
