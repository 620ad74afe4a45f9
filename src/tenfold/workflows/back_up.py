"""Backs up a home, its blob stores and its database while a server runs, and brings them back.

Knows which stores, folders and columns matter; `backups` knows how they are kept.
"""

import errno
import os
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import tomli_w

from tenfold import __version__
from tenfold.backups import BackupFolder, Content, Snapshot
from tenfold.backups import database as tables
from tenfold.cameras.clips import MARKER, UNFINISHED
from tenfold.database import Database
from tenfold.database.backups import copy_file
from tenfold.database.upgrading import upgrade
from tenfold.errors import BackupError, counted
from tenfold.files import private_mode
from tenfold.os_errors import refused
from tenfold.parsing import from_toml
from tenfold.paths import Home
from tenfold.storage import BlobStore, is_key

Row = dict[str, Any]
Stores = Callable[[str], BlobStore]
# Blob stores and folders of the home that cannot be recreated. Thumbnails, indexes and caches can.
_BLOBS = ("pictures", "models", "drafts", "events", "clips", "checks", "comparisons", "exports")
_FOLDERS = ("line", "runs", "learning-curves", "uploaded-data")
# What was there before a restore is moved into a folder that is called so, with its time.
_ASIDE = "before-restore-"
# A disk that was just formatted holds it.
_OF_THE_DISK = "lost+found"
# Settings of the machine, which are not restored.
_OF_THE_MACHINE = ("home", "database_url", "database_password_file")
_SECRET_WORDS = ("password", "secret", "token")


@dataclass(frozen=True)
class Restored:
    """What was restored. aside: where the previous contents were moved; empty where there were none."""

    snapshot: Snapshot
    aside: str


def back_up(
    database: Database,
    home: Home,
    blobs: Stores,
    folder: Path,
    *,
    secrets: bool,
    tell: Callable[[int, None], None] = lambda files, total: None,
) -> Snapshot:
    """Add a snapshot of the database, the home's files and the blobs to a folder.

    Args:
        blobs: the store of a name.
        secrets: passwords, keys and tokens too. Without them people, cameras, destinations and stations need
            new ones after a restore.
        tell: called with the number of files that were looked at, and None.

    Raises:
        BackupError: the folder cannot be written.
    """
    place = Path(os.path.realpath(folder))
    for name in (*_BLOBS, *_FOLDERS):
        if place.is_relative_to(os.path.realpath(home.folder / name)):
            cure = f"Name one outside {home}/{name}."
            raise BackupError(f"The folder {folder}", "would be backed up into itself", cure=cure)
    backup = BackupFolder(folder)
    names = backup.names()
    before = backup.read(names[-1]).files if names else {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".tenfold-", dir=folder) as scratch:
            # The database first: a picture added meanwhile is then an extra file, not a row without its file.
            copy = Path(scratch) / "tenfold.db"
            changed = _FLEETING if secrets else {**_FLEETING, **_WITHOUT_SECRETS}
            version = tables.take(database, copy, changed)
            kept = backup.keep(copy)
            files: dict[str, Content] = {}
            for path, file in _files(home, Path(scratch)):
                with suppress(FileNotFoundError):  # deleted meanwhile
                    files[path] = backup.keep(file, before.get(path))
                tell(len(files), None)
            for name in _BLOBS:
                for key, blob in _kept_blobs(backup, blobs(name), name, before):
                    files[key] = blob
                    tell(len(files), None)
    except (OSError, sqlite3.Error) as reason:
        raise _refused(folder, reason) from reason
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S}Z"
    while name in names:  # two within a second
        name += "a"
    snapshot = Snapshot(name, __version__, version, secrets, kept, files)
    backup.write(snapshot)
    return snapshot


def _files(home: Home, place: Path) -> Iterator[tuple[str, Path]]:
    """Path in the home, and a file that holds still for it. One that vanishes meanwhile is left out."""
    settings = place / "settings"
    if home.settings.is_file():
        settings.write_bytes(_portable(home.settings.read_bytes()))
        yield home.settings.name, settings
    if home.datasets.is_file():
        yield home.datasets.name, home.datasets
    for name in (*_FOLDERS, f"clips/{UNFINISHED}"):
        for folder, folders, files in os.walk(home.folder / name):
            folders[:] = sorted(one for one in folders if not one.startswith("."))  # what was moved aside
            for file in sorted(files):
                path = Path(folder) / file
                if file.startswith(".") or file.endswith(("-wal", "-shm")) or not path.is_file():
                    continue
                where = path.relative_to(home.folder).as_posix()
                if path.suffix == ".db":
                    still = place / "still.db"
                    still.unlink(missing_ok=True)
                    copy_file(path, still)
                    yield where, still
                else:
                    yield where, path


def _kept_blobs(
    backup: BackupFolder, store: BlobStore, name: str, before: Mapping[str, Content]
) -> Iterator[tuple[str, Content]]:
    """Copy the blobs of a store; those that are deleted meanwhile are left out."""
    for key in store.all_keys():
        path = f"{name}/{key}"
        if facts := store.facts(key):
            with suppress(FileNotFoundError):
                yield path, backup.keep_opened(partial(store.open, key), *facts, before.get(path))


def _portable(settings: bytes) -> bytes:
    """A settings file without the settings of the machine."""
    stated = from_toml(settings)
    kept = {name: value for name, value in stated.items() if name not in _OF_THE_MACHINE}
    return tomli_w.dumps(kept).encode()


def restore(
    folder: Path,
    home: Home,
    blobs: Stores,
    server: Database | None,
    *,
    snapshot: str = "",
    replace: bool = False,
) -> Restored:
    """Bring a snapshot back into a home, its stores and its database. All is checked before any is touched.

    Args:
        blobs: the store of a name.
        server: PostgreSQL's database; None: SQLite's file in the home.
        snapshot: its name; empty for the newest.
        replace: existing contents are moved aside, after a copy of a server's tables; without it there must
            be none.

    Raises:
        BackupError: the backup is damaged or of a newer tenfold, the home is in use, not empty or too small.
        DatabaseError: the database does not answer.
    """
    backup = BackupFolder(folder)
    chosen = backup.read(snapshot)
    check(backup, chosen)
    try:
        home.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".restoring-", dir=home.folder) as place:
            file = Path(place) / "tenfold.db"
            shutil.copyfile(backup.path(chosen.database), file)
            tables.check(file, chosen.name)
            there = _there(home, blobs, server)
            if there and not replace:
                raise BackupError(
                    f"The home {home}",
                    "holds data already",
                    received=", ".join(there),
                    cure="Name an empty folder in TENFOLD_HOME, or move what is there aside with --replace.",
                )
            _check_room(home, chosen)
            aside = str(_move_aside(home, blobs, there, server)) if there else ""
            _bring_files(backup, chosen, home, blobs, Path(place) / "blob")
            if server is None:
                file.chmod(private_mode(home.folder))
                file.replace(home.database)
            else:
                upgrade(server)
                tables.fill(file, server)
    except OSError as reason:
        raise _refused(home.folder, reason) from reason
    return Restored(chosen, aside)


def check(backup: BackupFolder, snapshot: Snapshot) -> None:
    """Read all of a snapshot; raise BackupError where a part is missing or damaged."""
    contents = {"the database": snapshot.database, **snapshot.files}
    wrong = [f"{path} {problem}" for path, one in contents.items() if (problem := backup.damage(one))]
    if wrong:
        raise BackupError(
            f"The backup {snapshot.name}",
            f"cannot be restored: {counted(len(wrong), 'file')} of it cannot be used",
            received="; ".join(wrong[:3]),
            cure="Nothing was touched. Take another snapshot.",
        )


def _there(home: Home, blobs: Stores, server: Database | None) -> list[str]:
    """What a restore would replace. Raises BackupError where another program works with it."""
    names = [*_BLOBS, *_FOLDERS, home.datasets.name, home.settings.name]
    found = [name for name in names if _holds(home.folder / name) or _elsewhere(blobs, name)]
    if server is None and not home.database.exists():
        return found
    database = server or Database(f"sqlite:///{home.database}")
    try:
        database.check()
        if tables.others(database):
            subject, cure = f"The database {database.shown}", "Stop tenfold, and do it again."
            raise BackupError(subject, "is used by another program", cure=cure)
        holds = server is None or tables.has_tables(server)
    finally:
        if server is None:
            database.close()
    return [*found, home.database.name if server is None else server.shown] if holds else found


def _holds(place: Path) -> bool:
    """Whether something is there, other than a folder with nothing in it."""
    return any(_contents(place)) if place.is_dir() else place.exists()


def _contents(folder: Path) -> list[Path]:
    """What a folder holds, without what earlier restores moved aside in it."""
    aside = f".{_ASIDE}"
    return [one for one in folder.iterdir() if one.name != _OF_THE_DISK and not one.name.startswith(aside)]


def _elsewhere(blobs: Stores, name: str) -> BlobStore | None:
    """The store of a name, where it holds blobs outside the home."""
    store = blobs(name) if name in _BLOBS else None
    return store if store and not store.local and any(True for _ in store.all_keys()) else None


def _check_room(home: Home, snapshot: Snapshot) -> None:
    """Folders of the home may lie on disks of their own."""
    needed, named = Counter[int](), dict[int, os.PathLike[str]]()
    for path, content in {home.database.name: snapshot.database, **snapshot.files}.items():
        folder = home.folder / path.partition("/")[0]
        disk = (folder if folder.is_dir() else home.folder).stat().st_dev
        needed[disk] += content.size
        named.setdefault(disk, folder if folder.is_dir() else home)
    for disk, size in needed.items():
        free = shutil.disk_usage(named[disk]).free
        if free < size:
            raise BackupError(
                f"The disk of {named[disk]}",
                "has too little room",
                received=f"{free:,} of {size:,} bytes",
                cure="Free some space.",
                reason="disk-full",
            )


def _move_aside(home: Home, blobs: Stores, there: list[str], server: Database | None) -> Path:
    """Move what is there into a folder of the home's backups, and copy a server's tables there."""
    aside = home.backups / f"{_ASIDE}{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"
    aside.mkdir(parents=True)
    if server is not None and tables.has_tables(server):
        upgrade(server)
        tables.take(server, aside / home.database.name, {})
    beside = (f"{home.database.name}{ending}" for ending in ("-wal", "-shm"))
    for name in (*there, *beside):
        if (home.folder / name).exists():
            _rename(home.folder / name, aside / name)
        if store := _elsewhere(blobs, name):
            for key in list(store.all_keys()):
                target = aside / name / key
                target.parent.mkdir(parents=True, exist_ok=True)
                with store.open(key) as source, target.open("wb") as copy:
                    shutil.copyfileobj(source, copy)
                store.delete(key)
    return aside


def _rename(place: Path, target: Path) -> None:
    """Move a file or folder of the home.

    What lies on another disk stays on it, as it may be more than the home's has room for: the top of the disk
    cannot be moved, so what it holds goes into a hidden folder there, to which `target` is a link.
    """
    try:
        place.rename(target)
    except OSError as reason:
        if reason.errno not in (errno.EBUSY, errno.EXDEV):
            raise
        if place.is_dir():
            contents, inside = _contents(place), place / f".{target.parent.name}"
            inside.mkdir()
            for one in contents:
                one.rename(inside / one.name)
            target.symlink_to(inside)
        else:
            shutil.copy2(place, target)
            if reason.errno == errno.EXDEV:  # otherwise it is mounted by itself, and is written anew
                place.unlink()


def _bring_files(backup: BackupFolder, snapshot: Snapshot, home: Home, blobs: Stores, part: Path) -> None:
    """Bring all files and blobs of a snapshot. part: a file to write blobs into before they are stored."""
    home.clips.mkdir(exist_ok=True)
    (home.clips / MARKER).touch()  # the clips that the tables know are here from now on
    for path, content in snapshot.files.items():
        name, _, key = path.partition("/")
        blob = name in _BLOBS and is_key(key)
        target = part if blob else home.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(backup.path(content), target)
        os.utime(target, ns=(content.changed_ns, content.changed_ns))
        if blob:
            blobs(name).put_file(key, part)
        elif path == home.settings.name:
            target.chmod(private_mode(home.folder))


def _refused(folder: Path, reason: OSError | sqlite3.Error) -> BackupError:
    subject = f"The folder {folder}"
    if isinstance(reason, sqlite3.Error):
        return BackupError(
            subject, "cannot take the database", received=str(reason), cure="Look at its disk."
        )
    return refused(BackupError, subject, reason)


# Changes to rows in every backup, and in one without secrets.


def _left_out(row: Row) -> None:
    return None


def _blank(value: Any, word: str = "") -> Any:
    """A value of JSON without passwords and keys."""
    if isinstance(value, Mapping):
        return {key: _blank(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [_blank(one) for one in value]
    return "" if isinstance(value, str) and any(part in word for part in _SECRET_WORDS) else value


def _person(row: Row) -> Row:
    return {**row, "password_hash": ""}


def _camera(row: Row) -> Row:
    return {**row, "password": "", "target": row["target"].partition("?")[0]}


def _destination(row: Row) -> Row:
    """It is switched off: its address may be a secret as a whole, and no more than the host is kept."""
    settings = _blank(row["settings"])
    if url := settings.get("url"):
        parts = urlsplit(url)
        settings["url"] = f"{parts.scheme}://{parts.hostname if row['kind'] == 'webhook' else ''}"
    return {**row, "settings": settings, "enabled": False}


def _station(row: Row) -> Row:
    """It is paused: without its passwords it would reject everything."""
    blank = {name: _blank(row[name]) for name in ("plant", "outputs", "broker")}
    return {**_camera(row), **blank, "paused_at": row["paused_at"] or datetime.now(UTC)}


_FLEETING: tables.Changed = {"sessions": _left_out, "attempts": _left_out, "workers": _left_out}
_WITHOUT_SECRETS: tables.Changed = {
    "people": _person,
    "tokens": _left_out,
    "cameras": _camera,
    "destinations": _destination,
    "line_stations": _station,
}
