"""Whoever kills a deletion or an export leaves nothing half: on SQLite and on PostgreSQL."""

import signal
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tenfold.catalogue.edits.actions import Actions
from tenfold.catalogue.entries.filters import Filters
from tenfold.catalogue.entries.tables import Action, Change, Entry
from tenfold.catalogue.export.exports import Exports
from tenfold.catalogue.ingest.ingest import Ingest
from tenfold.database import Database
from tenfold.images import Limits
from tests.environment.forking import run_python
from tests.fakes import LocalOriginals, picture

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL"),
]
PICTURES = 12

DELETING = """
import os, signal, sys
from sqlalchemy import event
from tenfold.catalogue.edits.actions import Actions
from tenfold.catalogue.entries.filters import Filters
from tenfold.database import Database

url, _, at = sys.argv[1:]
database, statements = Database(url), 0

def counted(*_):
    global statements
    statements += 1
    if statements == int(at):
        os.kill(os.getpid(), signal.SIGKILL)

event.listen(database.engine, "after_cursor_execute", counted)
database.after_commit(lambda: os.kill(os.getpid(), signal.SIGKILL))
Actions(database).do("delete", Filters(), by=0)
"""

EXPORTING = """
import io, os, signal, sys
from pathlib import Path
from tenfold.catalogue.entries.filters import Filters
from tenfold.catalogue.export.exports import Exports
from tenfold.database import Database
from tests.fakes import LocalOriginals

url, home, at = sys.argv[1:]
copies = 0

class Half(io.BytesIO):
    # Half of a picture; then the program is killed.
    def read(self, size=-1):
        found = super().read(size)
        if not found:
            os.kill(os.getpid(), signal.SIGKILL)
        return found

class Store(LocalOriginals):
    def open(self, content_hash):
        global copies
        copies += 1
        file = super().open(content_hash)
        if copies < int(at):
            return file
        with file:
            content = file.read()
        return Half(content[: len(content) // 2])

store = Store(Path(home) / "pictures")
Exports(Database(url), store).pictures_folder(Filters(), Path(home) / "exported")
"""


@pytest.fixture
def home(database: Database, tmp_path: Path) -> Path:
    store = LocalOriginals(tmp_path / "pictures")
    intake = Ingest(database, store, Limits())
    for number in range(PICTURES):
        intake.add(picture((number, 0, 0)), name=f"{number}.png", source="upload")
    return tmp_path


def killed(program: str, database: Database, home: Path, at: int) -> None:
    url = database.url.render_as_string(hide_password=False)
    status, errors = run_python(program, url, str(home), str(at))
    assert status == -signal.SIGKILL, errors


# The last one is killed by its commit.
@pytest.mark.parametrize("at", [1, 2, 3, pytest.param(4, marks=pytest.mark.quick), 5, 6, 1000])
def test_a_deletion_that_was_killed_is_done_with_its_action_or_not_at_all(
    database: Database, home: Path, at: int
) -> None:
    killed(DELETING, database, home, at)
    with database.reading() as session:
        actions = session.scalars(select(Action)).all()
        changes = session.scalar(select(func.count()).select_from(Change))
        deleted = session.scalar(select(func.count()).where(Entry.deleted_at.is_not(None)))
    done = at == 1000
    assert (len(actions), changes, deleted) == ((1, PICTURES, PICTURES) if done else (0, 0, 0))
    again = Actions(database).do("restore" if done else "delete", Filters(deleted=done), by=0)
    assert again.action.count == PICTURES


@pytest.mark.parametrize("at", [1, 5, PICTURES])
def test_an_export_that_was_killed_leaves_whole_files_and_can_be_done_again(
    database: Database, home: Path, at: int
) -> None:
    killed(EXPORTING, database, home, at)
    store = LocalOriginals(home / "pictures")
    originals = {store.path(one).read_bytes() for one in store.hashes()}
    exported = [file for file in (home / "exported").rglob("*") if file.is_file() and file.name[0] != "."]
    assert len(exported) == at - 1
    assert all(file.read_bytes() in originals for file in exported)
    assert Exports(database, store).pictures_folder(Filters(), home / "again") == PICTURES
