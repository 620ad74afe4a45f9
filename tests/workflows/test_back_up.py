"""A backup of a home and its database comes back as it was, on the same database or the other one."""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select, update

from tenfold import settings
from tenfold.accounts.tables import Person, Token
from tenfold.backups import BackupFolder
from tenfold.cameras.address import parse
from tenfold.cameras.tables import CameraRow
from tenfold.catalogue.entries.originals import hash_of
from tenfold.catalogue.entries.tables import Entry
from tenfold.catalogue.ingest.ingest import Ingest
from tenfold.database import Database
from tenfold.database.base import load_tables, now
from tenfold.errors import BackupError
from tenfold.images import Limits
from tenfold.outbox.tables import DestinationRow
from tenfold.paths import Home
from tenfold.runtime import App
from tenfold.settings import Settings
from tenfold.storage import read_if_there
from tenfold.workflows.back_up import Restored, back_up, restore
from tests.conftest import postgres_database
from tests.environment.disks import bound, enlarge, small_disk
from tests.fakes import LocalOriginals, MemoryApp, picture

SECRETS = ["hunter2-camera", "hunter2-hook", "hunter2-person", "hunter2-broker"]
PATH = "pictures"


@contextmanager
def opened(home: Path, url: str) -> Iterator[App]:
    chosen = settings.load({}).model_copy(update={"home": home, "database_url": url})
    with App(chosen) as app:
        yield app


def filled(app: App) -> None:
    """Three entries, one of them corrected, a person, a camera, two destinations."""
    ingest = Ingest(app.database, LocalOriginals(app.home.blobs("pictures")), Limits())
    for colour in ((250, 1, 1), (1, 250, 1), (1, 1, 250)):
        ingest.add(picture(colour), name=f"{colour[0]}.png", source="upload")
    person = app.people.add("olga", "administrator", "a password of hers")
    moment = now()
    with app.database.writing() as session:
        session.execute(update(Entry).where(Entry.id == 2).values(label="ship", corrected_at=moment))
        session.execute(update(Person).values(password_hash=SECRETS[2]))
        session.add(Token(person_id=person.id, name="ci", hash="f" * 64, role="viewer", created_at=moment))
        for kind, kept in (
            ("webhook", {"url": "https://hooks.example/hunter2-hook", "secret": SECRETS[1], "local": False}),
            ("mqtt", {"host": "broker", "port": 1883, "tls": False, "prefix": "t", "password": SECRETS[3]}),
        ):
            row = DestinationRow(
                name=kind, kind=kind, settings=kept, enabled=True, added_at=moment, changed_at=moment
            )
            row.dropped = 0
            session.add(row)
    app.cameras.add("door", parse(f"rtsp://u:{SECRETS[0]}@door.example/stream"), by=1)
    home = app.home
    home.settings.write_text('threads = 1\ndatabase_url = "postgresql://u:hunter2-broker@host/base"\n')
    home.line.joinpath("1").mkdir(parents=True)
    with closing(sqlite3.connect(home.line / "1" / "trail.db")) as trail:
        trail.executescript(
            "PRAGMA journal_mode = WAL; CREATE TABLE parts (n); INSERT INTO parts VALUES (7);"
        )


def rows_of(database: Database) -> dict[str, list[tuple[object, ...]]]:
    with database.engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in load_tables().sorted_tables
            if table.name not in ("sessions", "attempts", "workers", "totals")
        }


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def other_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where a backup goes: empty for SQLite."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            yield ""
        else:
            yield stack.enter_context(postgres_database(request.getfixturevalue("postgres")))


def brought_back(backup: Path, home: Path, url: str, *, replace: bool = False) -> Restored:
    server = Database(url) if url else None
    try:
        return restore(backup, Home(home), App(Settings(home=home)).blobs, server, replace=replace)
    finally:
        if server:
            server.close()


@pytest.mark.slow
@pytest.mark.parametrize("other_url", ["sqlite", "postgresql"], indirect=True)
def test_all_comes_back_on_either_database(
    tables_url: str, other_url: str, home: Path, tmp_path: Path
) -> None:
    with opened(home, tables_url) as app:
        filled(app)
        made = back_up(
            app.database, app.home, app.blobs, tmp_path / "backup", secrets=True
        )  # it is open meanwhile
        before = rows_of(app.database)
    brought_back(tmp_path / "backup", tmp_path / "new", other_url)
    with opened(tmp_path / "new", other_url) as app:
        assert rows_of(app.database) == before
        again = Ingest(app.database, LocalOriginals(app.home.blobs("pictures")), Limits())
        assert again.add(picture((9, 9, 9)), name="new.png", source="upload").entry.id == 4
    old = {p.relative_to(home) for p in (home / PATH).rglob("*") if p.is_file()}
    new = {p.relative_to(tmp_path / "new") for p in (tmp_path / "new" / PATH).rglob("*") if p.is_file()}
    assert old <= new
    with closing(sqlite3.connect(tmp_path / "new" / "line" / "1" / "trail.db")) as trail:
        assert trail.execute("SELECT n FROM parts").fetchall() == [(7,)]
    assert (tmp_path / "new" / "tenfold.toml").read_text() == "threads = 1\n"
    assert made.secrets


@pytest.mark.parametrize("written", ["stored", "half"])
def test_clips_come_back_and_the_next_one_is_recorded_beside_them(
    home: Path, tmp_path: Path, written: str
) -> None:
    with opened(home, "") as app:
        camera = app.cameras.add("door", parse("usb:0"), by=0).id
        row = app.clips.begin(camera, "events", now())
        app.clips.written_to(row).write_bytes(b"content")
        if written == "stored":
            app.clips.store(row.id)
        back_up(app.database, app.home, app.blobs, tmp_path / "backup", secrets=True)
    brought_back(tmp_path / "backup", tmp_path / "new", "")
    with opened(tmp_path / "new", "") as app:
        app.clips.check()
        with app.clips.open(app.clips.get(row.id)) as clip:
            assert clip.read() == b"content"
        assert app.clips.begin(camera, "events", now()).id > row.id


def test_no_secret_is_in_a_backup_that_was_not_asked_for_them(
    tables_url: str, home: Path, tmp_path: Path
) -> None:
    with opened(home, tables_url) as app:
        filled(app)
        back_up(app.database, app.home, app.blobs, tmp_path / "backup", secrets=False)
    everything = b"".join(p.read_bytes() for p in (tmp_path / "backup").rglob("*") if p.is_file())
    assert [word for word in SECRETS if word.encode() in everything] == []
    brought_back(tmp_path / "backup", tmp_path / "new", "")
    with opened(tmp_path / "new", "") as app, app.database.reading() as session:
        assert session.scalars(select(Token)).all() == []
        assert [one.password for one in session.scalars(select(CameraRow))] == [""]
        assert [one.enabled for one in session.scalars(select(DestinationRow))] == [False, False]
        assert len(app.outbox.destinations()) == 2  # they can still be listed
        assert not app.passwords.right(
            "a password of hers", session.scalars(select(Person)).one().password_hash
        )


def test_a_further_backup_copies_only_what_is_new(home: Path, tmp_path: Path) -> None:
    with opened(home, "") as app:
        filled(app)
        back_up(app.database, app.home, app.blobs, tmp_path / "backup", secrets=False)
        contents = {p: p.stat().st_mtime_ns for p in (tmp_path / "backup" / "contents").rglob("*")}
        Ingest(app.database, LocalOriginals(app.home.blobs("pictures")), Limits()).add(
            picture((9, 9, 9)), name="new.png", source="upload"
        )
        back_up(app.database, app.home, app.blobs, tmp_path / "backup", secrets=False)
    new = [p for p in (tmp_path / "backup" / "contents").rglob("*") if p.is_file() and p not in contents]
    assert len(new) <= 3  # the picture, the tables, the trail
    assert all(p.stat().st_mtime_ns == at for p, at in contents.items() if p.is_file())
    folder = BackupFolder(tmp_path / "backup")
    assert folder.forget(1) == 1
    assert len(folder.names()) == 1
    assert brought_back(tmp_path / "backup", tmp_path / "new", "").snapshot.files


@pytest.mark.parametrize("how", ["damaged", "missing"])
def test_a_damaged_backup_touches_nothing(how: str, home: Path, tmp_path: Path) -> None:
    with opened(home, "") as app:
        filled(app)
        made = back_up(app.database, app.home, app.blobs, tmp_path / "backup", secrets=False)
    kept = BackupFolder(tmp_path / "backup").path(
        next(v for k, v in made.files.items() if k.startswith(PATH))
    )
    kept.chmod(0o600)
    kept.unlink() if how == "missing" else kept.write_bytes(b"x" * kept.stat().st_size)
    (tmp_path / "new").mkdir()
    with pytest.raises(BackupError, match=f"1 file of it cannot be used .*is {how}"):
        brought_back(tmp_path / "backup", tmp_path / "new", "", replace=True)
    assert list((tmp_path / "new").iterdir()) == []


def test_a_backup_of_a_newer_tenfold_is_refused_with_its_version(home: Path, tmp_path: Path) -> None:
    with opened(home, "") as app:
        made = back_up(app.database, app.home, app.blobs, tmp_path / "backup", secrets=False)
    file = tmp_path / "backup" / "snapshots" / f"{made.name}.json"
    facts = json.loads(file.read_text())
    file.write_text(json.dumps({**facts, "format": 99, "tenfold": "7.0"}))
    with pytest.raises(BackupError, match=r"newer tenfold than this one \(tenfold 7\.0"):
        brought_back(tmp_path / "backup", tmp_path / "new", "")
    file.write_text(json.dumps(facts))
    with closing(sqlite3.connect(BackupFolder(tmp_path / "backup").path(made.database))) as tables:
        Path(tables.execute("PRAGMA database_list").fetchone()[2]).chmod(0o600)
        tables.execute("UPDATE alembic_version SET version_num = '9999'")
        tables.commit()
    content = BackupFolder(tmp_path / "again").keep(BackupFolder(tmp_path / "backup").path(made.database))
    placed = BackupFolder(tmp_path / "backup").path(content)
    placed.parent.mkdir(exist_ok=True)
    BackupFolder(tmp_path / "again").path(content).rename(placed)
    database = {"sha256": content.sha256, "size": content.size, "changed_ns": 0}
    file.write_text(json.dumps({**facts, "database": database}))
    with pytest.raises(BackupError, match=r"was made by a newer tenfold than this one .*version 9999"):
        brought_back(tmp_path / "backup", tmp_path / "new", "")
    assert not (tmp_path / "new" / "tenfold.db").exists()


@pytest.mark.parametrize("path", ["../outside", "/etc/passwd", "a/../../b", ""])
def test_no_file_of_a_backup_leaves_the_home(path: str, home: Path, tmp_path: Path) -> None:
    with opened(home, "") as app:
        made = back_up(app.database, app.home, app.blobs, tmp_path / "backup", secrets=False)
    file = tmp_path / "backup" / "snapshots" / f"{made.name}.json"
    facts = json.loads(file.read_text())
    file.write_text(json.dumps({**facts, "files": {path: facts["database"]}}))
    with pytest.raises(BackupError, match="is damaged"):
        brought_back(tmp_path / "backup", tmp_path / "new", "")


def test_what_is_there_stays_unless_it_is_to_be_replaced_and_then_is_moved_aside(
    tables_url: str, home: Path, tmp_path: Path
) -> None:
    url = "" if tables_url.startswith("sqlite") else tables_url
    with opened(home, url) as app:
        filled(app)
        back_up(app.database, app.home, app.blobs, tmp_path / "backup", secrets=True)
        if url == "":
            with app.database.reading() as session:
                session.scalars(select(Entry)).all()
                with pytest.raises(BackupError, match="is used by another program"):
                    brought_back(tmp_path / "backup", home, url, replace=True)
        with app.database.writing() as session:
            session.execute(update(Entry).values(label="later"))
    with pytest.raises(BackupError, match="holds data already"):
        brought_back(tmp_path / "backup", home, url)
    done = brought_back(tmp_path / "backup", home, url, replace=True)
    with opened(home, url) as app, app.database.reading() as session:
        assert session.scalar(select(Entry.label).where(Entry.id == 2)) == "ship"
    with closing(sqlite3.connect(Path(done.aside) / "tenfold.db")) as aside:
        assert {row[0] for row in aside.execute("SELECT label FROM entries")} == {"later"}


@pytest.mark.parametrize("kind", ["own disk", "bound folder"])
def test_pictures_on_a_disk_of_their_own_are_replaced_on_it(kind: str, home: Path, tmp_path: Path) -> None:
    with ExitStack() as stack:
        if kind == "own disk":
            disk = stack.enter_context(small_disk(home / PATH, "4m"))
        else:
            (tmp_path / "elsewhere").mkdir()
            disk = stack.enter_context(bound(home / PATH, tmp_path / "elsewhere"))
        with opened(home, "") as app:
            filled(app)
            back_up(app.database, app.home, app.blobs, tmp_path / "backup", secrets=True)
        before = {file.relative_to(disk): file.read_bytes() for file in disk.rglob("*") if file.is_file()}
        assert len(before) == 3
        for turn in range(2):
            (disk / "ab").mkdir(exist_ok=True)
            (disk / "ab" / "later.png").write_bytes(b"later %d" % turn)
            done = brought_back(tmp_path / "backup", home, "", replace=True)
            assert {
                Path(key): read_if_there(app.blobs(PATH), key) for key in app.blobs(PATH).all_keys()
            } == before
            aside = Path(done.aside) / PATH
            assert (aside / "ab" / "later.png").read_bytes() == b"later %d" % turn
            assert (aside / next(iter(before))).read_bytes() == before[next(iter(before))]
            # No copy was made of them, so they need no room elsewhere.
            assert os.path.realpath(aside).startswith(f"{disk}/.")


def test_a_backup_comes_back_to_a_new_disk_for_pictures_and_its_room_counts(
    home: Path, tmp_path: Path
) -> None:
    with opened(home, "") as app:
        filled(app)
        app.blobs(PATH).put("ab/large.png", bytes(3_000_000))
        back_up(app.database, app.home, app.blobs, tmp_path / "backup", secrets=True)
    new = tmp_path / "new"
    with small_disk(new / PATH, "2m") as disk:
        with pytest.raises(BackupError, match=rf"The disk of {disk} has too little room"):
            brought_back(tmp_path / "backup", new, "")
        enlarge(disk)
        (disk / "lost+found").mkdir()  # as on a disk that was formatted
        assert brought_back(tmp_path / "backup", new, "").aside == ""
        assert (disk / "ab" / "large.png").stat().st_size == 3_000_000


def test_a_home_whose_backups_lie_on_another_disk_is_replaced(home: Path, tmp_path: Path) -> None:
    with opened(home, "") as app:
        filled(app)
        back_up(app.database, app.home, app.blobs, tmp_path / "backup", secrets=True)
        one = next(key for key in app.blobs(PATH).all_keys())
    with small_disk(home / "backups", "4m"):
        done = brought_back(tmp_path / "backup", home, "", replace=True)
        assert (Path(done.aside) / PATH / one).is_file()
        with closing(sqlite3.connect(Path(done.aside) / "tenfold.db")) as aside:
            assert aside.execute("SELECT count(*) FROM entries").fetchone() == (3,)
    with opened(home, "") as app, app.database.reading() as session:
        assert len(session.scalars(select(Entry)).all()) == 3


def test_a_settings_file_that_is_mounted_by_itself_is_written_anew(home: Path, tmp_path: Path) -> None:
    with opened(home, "") as app:
        filled(app)
        back_up(app.database, app.home, app.blobs, tmp_path / "backup", secrets=True)
    (tmp_path / "mine.toml").write_text("threads = 7\n")
    with bound(home / "tenfold.toml", tmp_path / "mine.toml"):
        done = brought_back(tmp_path / "backup", home, "", replace=True)
        assert (tmp_path / "mine.toml").read_text() == "threads = 1\n"
    assert (Path(done.aside) / "tenfold.toml").read_text() == "threads = 7\n"


def test_a_backup_into_what_is_backed_up_is_refused(home: Path) -> None:
    with opened(home, "") as app, pytest.raises(BackupError, match="would be backed up into itself"):
        back_up(app.database, app.home, app.blobs, home / "pictures" / "b", secrets=False)


def test_a_folder_without_a_backup_says_so(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="holds no backup of tenfold"):
        brought_back(tmp_path, tmp_path / "new", "")


def blobs_of(app: MemoryApp) -> dict[str, dict[str, bytes]]:
    found = {}
    for name, store in app.stores.items():
        found[name] = {key: read_if_there(store, key) or b"" for key in store.all_keys()}
    return found


def test_stores_that_are_no_folders_are_backed_up_and_come_back(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup, others = tmp_path / "backup", "events"
    with MemoryApp(Settings(home=home)) as app:
        app.ingest.add(picture(), name="one.png", source="upload")
        app.blobs(others).put("1/ab.jpg", b"an event")
        made = back_up(app.database, app.home, app.blobs, backup, secrets=True)
        before = blobs_of(app)
        stored = {f"{name}/{key}" for name, kept in before.items() for key in kept}
        assert {path for path in made.files if "/" in path} == stored
        assert any(path.startswith("pictures/") for path in stored)

        # Of a further one only what was changed is read.
        app.blobs(others).put("1/ab.jpg", b"now more")
        monkeypatch.setattr(app.stores["pictures"], "open", pytest.fail)
        again = back_up(app.database, app.home, app.blobs, backup, secrets=True)
        assert {path for path in stored if again.files[path] != made.files[path]} == {f"{others}/1/ab.jpg"}

    with MemoryApp(Settings(home=tmp_path / "new")) as app:
        app.blobs(others).put("1/own.jpg", b"was here")
        with pytest.raises(BackupError, match="holds data already"):
            restore(backup, app.home, app.blobs, None, snapshot=made.name)
        done = restore(backup, app.home, app.blobs, None, snapshot=made.name, replace=True)
        assert blobs_of(app) == before
        assert (Path(done.aside) / others / "1" / "own.jpg").read_bytes() == b"was here"
        assert app.originals.read(hash_of(picture())) == picture()
