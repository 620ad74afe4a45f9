"""Opens the database: SQLite in a file, or PostgreSQL at an address. Knows no table.

The messages of its errors may be logged: they hold no value of a row.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar, TypeVarTuple

from sqlalchemy import (
    URL,
    CursorResult,
    Engine,
    Executable,
    FromClause,
    Row,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql.dml import Insert as PostgresqlInsert
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.dialects.sqlite.dml import Insert as SqliteInsert
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import TypedReturnsRows

from tenfold.database.base import Base
from tenfold.database.messages import without_values
from tenfold.errors import DatabaseError
from tenfold.files import has_room, private_mode

# How long a writer waits for another on SQLite, which allows one at a time.
_PATIENCE_SECONDS = 30
# Seconds to wait for a server to accept a connection. One that vanished without closing its connections is
# noticed within 30 s: without these, a query would wait for hours.
POSTGRES_TIMEOUTS = {
    "connect_timeout": 10,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,  # milliseconds
}
# SQLSTATE read_only_sql_transaction: the server was the primary, and another one has taken its place.
READ_ONLY = "25006"
MIGRATIONS = Path(__file__).parent / "migrations" / "versions"
# Raised where the database does not answer now: it was stopped, or is too busy.
UNAVAILABLE: tuple[type[Exception], ...] = (OperationalError, PoolTimeout)

_T = TypeVar("_T")
_Row = TypeVar("_Row", bound=Base)
_Ts = TypeVarTuple("_Ts")


class Database:
    """One open database. Raises DatabaseError: the URL cannot be used, or nothing answers there.

    Args:
        url: as SQLAlchemy writes it: `sqlite:////path/tenfold.db` or `postgresql://name@host/base`.
        password_file: a file with the password as its first line, for a URL without one.
    """

    def __init__(self, url: str | URL, password_file: str = "") -> None:
        self.url = _checked(url)
        if password_file:
            self.url = self.url.set(password=_first_line(Path(password_file)))
        self.engine = _engine(self.url)
        event.listen(self.engine, "handle_error", self._name_full_disk)
        event.listen(self.engine, "handle_error", without_values)
        event.listen(self.engine, "handle_error", _reconnect)
        self._opened = _identity(self.file)
        event.listen(self.engine, "do_connect", self._check_file)
        # On SQLite a writer locks at once: one that reads first could be refused when it writes.
        self._writer = self.engine.execution_options(tenfold_begin="BEGIN IMMEDIATE")
        self._committed: list[Callable[[], object]] = []

    @property
    def sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @property
    def file(self) -> Path | None:
        """SQLite's file."""
        return Path(self.url.database) if self.sqlite and self.url.database else None

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction: committed at the end, rolled back where it ends with an error."""
        with Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session
        for call in self._committed:
            call()

    def after_commit(self, call: Callable[[], object]) -> None:
        """Call after each commit of this process, in the thread that committed. `call` must not raise."""
        self._committed.append(call)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for reading."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    def scalars(self, query: TypedReturnsRows[_T]) -> list[_T]:
        """What a query for one thing finds, in a transaction of its own as all the next ones."""
        with self.reading() as session:
            return list(session.scalars(query))

    def scalar(self, query: TypedReturnsRows[_T]) -> _T | None:
        """The first that a query for one thing finds."""
        with self.reading() as session:
            return session.scalar(query)

    def rows(self, query: TypedReturnsRows[*_Ts]) -> Sequence[Row[*_Ts]]:
        with self.reading() as session:
            return session.execute(query).all()

    def get(self, table: type[_Row], key: Any) -> _Row | None:
        """The row with a primary key."""
        with self.reading() as session:
            return session.get(table, key)

    def execute(self, statement: Executable, rows: Sequence[Mapping[str, Any]] | None = None) -> int:
        """Change rows, or for each of `rows`; returns how many were changed."""
        with self.writing() as session:
            done = session.execute(statement, rows)
            return done.rowcount if isinstance(done, CursorResult) else len(rows or ())

    def lock(self, session: Session, table: type[Base]) -> None:
        """Until the transaction ends nobody else writes to a table: also where it has no row to be locked."""
        if not self.sqlite:  # which allows one writer at a time
            session.execute(text(f"LOCK TABLE {table.__tablename__} IN SHARE ROW EXCLUSIVE MODE"))

    def insert(self, table: type[Base]) -> SqliteInsert | PostgresqlInsert:
        """An INSERT that can say what to do ON CONFLICT, in this database's own words."""
        return sqlite.insert(table) if self.sqlite else postgresql.insert(table)

    def check(self) -> None:
        """Raise DatabaseError where the database does not answer, or its file is not the one that is open."""
        if _identity(self.file) != self._opened:
            raise DatabaseError(
                f"The database {self.shown}",
                "is not the one that is open here any more",
                received="its file was deleted, moved or replaced",
                cure="Put the file back, or stop tenfold and start it again.",
                reason="database-replaced",
            )
        try:
            with self.engine.connect():
                pass
        except DBAPIError as reason:
            if not self.has_room:
                raise disk_full(f"The database {self.shown}") from reason
            cure = "Start it, or correct TENFOLD_DATABASE_URL."
            if self.sqlite:
                cure = "See that it may be read and written, or bring it back from a backup."
            raise DatabaseError(
                f"The database {self.shown}",
                "cannot be opened" if self.sqlite else "does not answer",
                received=str(reason.orig).strip().splitlines()[0],
                cure=cure,
                reason="database-unusable" if self.sqlite else "database-away",
            ) from reason

    def up_to_date(self) -> bool:
        """Whether the tables are of this version of tenfold; costs one query and no import."""
        newest = max(step.name.partition("_")[0] for step in MIGRATIONS.glob("[0-9]*.py"))
        with self.engine.connect() as connection:
            try:
                return bool(connection.scalar(text("SELECT version_num FROM alembic_version")) == newest)
            except DBAPIError:
                return False  # there are no tables yet

    @property
    def has_room(self) -> bool:
        """Whether more can be written to SQLite's disk; true for a database on a server."""
        return self.file is None or has_room(self.file.parent)

    @property
    def shown(self) -> str:
        """The URL without its password."""
        return self.url.render_as_string(hide_password=True)

    def close(self) -> None:
        self.engine.dispose()

    def _check_file(self, *_: object) -> None:
        """A new connection would open, or even make, another file than the old ones have open."""
        if _identity(self.file) != self._opened:
            raise sqlite3.OperationalError("the database file was deleted, moved or replaced")

    def _name_full_disk(self, context: ExceptionContext) -> None:
        """SQLite reports an I/O error where a full disk has no room for the files beside the database."""
        error = context.original_exception
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN) and not self.has_room:
            error.sqlite_errorcode = sqlite3.SQLITE_FULL  # type: ignore[attr-defined]
            error.args = ("database or disk is full",)


def disk_full(subject: str) -> DatabaseError:
    """The error of a database whose disk is full."""
    cure = "Free some space, and do it again."
    return DatabaseError(subject, "cannot be used: its disk is full", cure=cure, reason="disk-full")


def _reconnect(context: ExceptionContext) -> None:
    """Where the server has become read-only, the next connection is made to whichever is the primary now."""
    if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
        context.is_disconnect = True
        raise OperationalError(None, None, context.original_exception)


def _identity(file: Path | None) -> tuple[int, int] | None:
    """Device and inode, which identify a file; None where there is none."""
    try:
        facts = file.stat() if file is not None else None
    except OSError:
        return None
    return facts and (facts.st_dev, facts.st_ino)


def sqlite_file(url: str) -> Path | None:
    """The file that a database URL names; None where it names another kind, or none. Opens nothing."""
    parsed = _checked(url) if url else None
    return Path(parsed.database) if parsed and parsed.database and "sqlite" in parsed.drivername else None


def _checked(url: str | URL) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        # Not echoed: it may hold a password.
        raise DatabaseError(
            "The setting database_url", "is not a database URL", cure=_FORMS, reason="database-address"
        ) from None
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if backend == "sqlite" and parsed.database and parsed.database != ":memory:":
        return parsed
    raise DatabaseError(
        "The setting database_url",
        "names a database that tenfold does not use",
        received=parsed.drivername if backend != "sqlite" else "sqlite without a file",
        cure=_FORMS,
        reason="database-address",
    )


def _first_line(file: Path) -> str:
    try:
        with file.open(encoding="utf-8") as opened:
            return opened.readline().rstrip("\r\n")
    except (OSError, UnicodeError) as reason:
        raise DatabaseError(
            f"The password file {file}",
            "cannot be read",
            received=getattr(reason, "strerror", None) or "it is not UTF-8 text",
            cure="Correct TENFOLD_DATABASE_PASSWORD_FILE, or give this user the right to read it.",
            reason="database-password",
        ) from None


_FORMS = "Write sqlite:////folder/tenfold.db or postgresql://name:password@host/database, or leave it out."


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(
            url,
            # A database without an encoding of its own gives bytes otherwise.
            connect_args={**POSTGRES_TIMEOUTS, "client_encoding": "utf8"},
            pool_pre_ping=True,
            pool_size=10,
            max_overflow=20,
            hide_parameters=True,
        )
    assert url.database is not None
    _make_file(Path(url.database))
    engine = create_engine(url, connect_args={"timeout": _PATIENCE_SECONDS}, hide_parameters=True)
    engine.dialect.statement_compiler = _Hinting

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: object) -> None:
        # The driver must not begin transactions by its own rules; `begin` below does.
        connection.isolation_level = None
        # SQLite's own knows no letters but English ones.
        connection.create_function("lower", 1, _lower, deterministic=True)
        for pragma in (
            "journal_mode = WAL",  # readers and a writer at the same time
            "synchronous = FULL",  # committed data survive a loss of power
            "foreign_keys = ON",
            "temp_store = MEMORY",
            "cache_size = -65536",
            "mmap_size = 2147418112",  # the most; a list of a million entries in half the time
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("tenfold_begin", "BEGIN"))

    return engine


def _make_file(file: Path) -> None:
    """An empty file for SQLite where there is none; raises DatabaseError."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            # It holds the hashes of passwords; SQLite gives its other files the same.
            file.touch(mode=private_mode(file.parent))
    except OSError as reason:
        raise DatabaseError(
            f"The database {file}",
            "cannot be made",
            received=reason.strerror or "",
            cure="Set TENFOLD_HOME to a folder that this user may write in.",
            reason="database-unusable",
        ) from reason


class _Hinting(SQLiteCompiler):
    """Writes the hints of `Select.with_hint` after the table, where SQLite takes INDEXED BY."""

    def get_from_hint_text(self, table: FromClause, text: str | None) -> str | None:
        return text


def _lower(text: object) -> object:
    return text.lower() if isinstance(text, str) else text
