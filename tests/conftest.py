"""What every test stands on: a home of its own, and an honest reason where an optional part is missing."""

import gc
import importlib.util
import logging
import os
import shutil
import signal
import tempfile
import uuid
import zlib
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import certifi
import pytest
from hypothesis import settings

from tenfold import modelfile
from tenfold.database import Database
from tests.environment import postgres as postgres_server
from tests.environment.forking import program, serving
from tests.shortcuts import disk_syncs, passwords, reading_once, tables

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.environment.chromium import Chromium
    from tests.outbox.receivers import Receiver

# A loaded machine is no failure, and a test run must not depend on luck: examples are the same every time.
settings.register_profile("tenfold", deadline=None, derandomize=True)
settings.load_profile("tenfold")

KEPT = {
    "TENFOLD_REQUIRE_BROWSER",
    "TENFOLD_REQUIRE_POSTGRES",
    "TENFOLD_REQUIRE_RTSP",
    "TENFOLD_REQUIRE_MOSQUITTO",
    "TENFOLD_KSERVE_PYTHON",
    "TENFOLD_MEDIAPIPE_PYTHON",
    "TENFOLD_TRAEFIK",
}
# A file system in memory, used where it has room. On a disk's, to create and delete the files of PostgreSQL's
# databases takes five times as long as all else that their tests do.
MEMORY, ROOM = Path("/dev/shm"), 6_000_000_000
# The first is Chromium without windows: a page takes less than half of the time in it.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def find_browser() -> str | None:
    """Where Chromium is, or None."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--fast",
        action="store_true",
        help="leave out browser tests, tests marked slow, and what runs on PostgreSQL as it does on SQLite",
    )


def pytest_configure() -> None:
    """A shell that starts the tests in the background has them ignore Ctrl-C, which some tests send."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None  # asked for already
    # Networks in tests are so narrow that one thread is the fastest: several, here and in processes that
    # tests start, wait for each other with busy cores.
    os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Twice as many as cores: tests of servers, cameras and browsers mostly wait for them."""
    return 2 * (os.cpu_count() or 1)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is imported and collected stays: garbage need not be looked for in it again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


# A file with so many long tests takes half a minute or more.
_MANY_LONG = 7


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--fast"):
        left_out = [item for item in items if _takes_long(item)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not _takes_long(item)]
    # Files with many long tests begin: one that begins last keeps one worker busy and the others idle.
    # Otherwise mixed: neighbours wait for the same, so all would wait for cameras, and later for a core.
    long = Counter(_file(item) for item in items if _takes_long(item))
    items.sort(key=lambda item: (long[_file(item)] < _MANY_LONG, zlib.crc32(_file(item).encode())))
    no_torch = importlib.util.find_spec("torch") is None
    no_browser = find_browser() is None and os.environ.get("TENFOLD_REQUIRE_BROWSER") != "1"
    for item in items:
        if no_torch and item.get_closest_marker("train"):
            item.add_marker(pytest.mark.skip(reason="needs the train extra: pip install 'tenfold[train]'"))
        if no_browser and item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="needs Chromium: apt-get install chromium"))


def _file(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


def _takes_long(item: pytest.Item) -> bool:
    params = (
        item.callspec.params.values()
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
        else ()
    )
    on_postgres = any(isinstance(one, str) and one == "postgresql" for one in params)
    long = any(item.get_closest_marker(name) for name in ("browser", "slow"))
    return on_postgres or (long and item.get_closest_marker("quick") is None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in the end what this machine lacks: tests that are skipped in silence are no tests."""
    reasons = Counter(
        str(report.longrepr[2]).removeprefix("Skipped: ")
        for report in terminalreporter.getreports("skipped")
        if isinstance(report.longrepr, tuple)
    )
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"{count} skipped: {reason}", yellow=True)


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the homes: pytest looks through all of its own to number the next one."""
    return tmp_path_factory.mktemp("homes")


@pytest.fixture(autouse=True)
def own_home(homes: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty TENFOLD_HOME, and no setting left over from whoever runs the tests."""
    for name in [name for name in os.environ if name.startswith("TENFOLD_") and name not in KEPT]:
        monkeypatch.delenv(name)
    home = Path(tempfile.mkdtemp(dir=homes))
    monkeypatch.setenv("TENFOLD_HOME", str(home))
    yield home
    with suppress(OSError):  # a home that was used is kept, as what pytest gives is
        home.rmdir()


@pytest.fixture(scope="session", autouse=True)
def quick_parts() -> Iterator[None]:
    """What takes time and no test of a whole is about, in this process.

    A new database's tables are copied and not made by all migrations; the bundled models are read and checked
    once, and not by every home that first sees them; to hash and to check a password takes no time.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tenfold.database.upgrading.upgrade", tables.upgrade)
        patch.setattr(modelfile, "read", reading_once.reader())
        patch.setattr("tenfold.accounts.passwords.PasswordHasher", passwords.hasher)
        yield


@pytest.fixture(scope="session", autouse=True)
def one_authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A client of HTTP reads the certificate of one authority, and not of all, which takes 18 ms."""
    first, end, _ = Path(certifi.where()).read_text(encoding="utf-8").partition("-----END CERTIFICATE-----\n")
    file = tmp_path_factory.mktemp("authority") / "one.pem"
    file.write_text(first + end, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("certifi.where", lambda: str(file))
        yield


@pytest.fixture(scope="session", autouse=True)
def no_disk_syncs() -> Iterator[None]:
    """Nothing waits for the disk, in this process."""
    with pytest.MonkeyPatch.context() as patch:
        disk_syncs.leave_out(patch)
        yield


@pytest.fixture(autouse=True)
def own_logging() -> Iterator[None]:
    """What a server that ran in this process has done to logging goes with its test."""
    root, ours = logging.getLogger(), logging.getLogger("tenfold")
    handlers, level, our_level = root.handlers[:], root.level, ours.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    ours.setLevel(our_level)


@pytest.fixture(scope="session")
def browser_path() -> str:
    """The Chromium for a test marked `browser`."""
    path = find_browser()
    assert path is not None, "TENFOLD_REQUIRE_BROWSER=1, but there is no Chromium: apt-get install chromium"
    return path


@pytest.fixture(scope="session")
def chromiums(browser_path: str) -> Iterator["Chromium"]:
    """Playwright and its browsers, one for all tests and others."""
    from tests.environment.chromium import Chromium  # takes long to import

    with closing(Chromium(browser_path)) as started:
        yield started


@pytest.fixture(scope="module")
def launch(chromiums: "Chromium") -> Iterator[Callable[..., "Browser"]]:
    """Starts one more Chromium for the tests of a module: `launch(*more_flags)`."""
    with chromiums.in_use(), ExitStack() as stack:

        def one(*flags: str) -> "Browser":
            browser = chromiums.launch(*flags)
            stack.callback(browser.close)
            return browser

        yield one


@pytest.fixture(scope="module")
def chromium(chromiums: "Chromium", launch: object) -> "Browser":
    """A Chromium whose camera shows a test picture; each test opens a context of its own in it."""
    return chromiums.shared()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real `tenfold serve` with the bundled model."""
    with serving(tmp_path_factory.mktemp("served-home")) as address:
        yield address


@pytest.fixture(scope="session")
def quick_tenfold(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A program `tenfold` that starts quickly, for tests of what a command does and not of how it starts."""
    with program(tmp_path_factory.mktemp("quick") / "bin") as folder:
        yield folder / "tenfold"


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL server's address, without a database's name."""
    if postgres_server.programs() is None:
        reason = "needs PostgreSQL: apt-get install postgresql"
        if os.environ.get("TENFOLD_REQUIRE_POSTGRES") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    # pytest's folders are root's alone, and become so again with every run that starts beside this one.
    with (
        tempfile.TemporaryDirectory(prefix="tenfold-postgres-") as folder,
        postgres_server.server(Path(folder)) as address,
    ):
        yield address


@pytest.fixture(scope="session")
def postgres_tables(postgres: str) -> str:
    """The name of a PostgreSQL database with all tables, empty: made once, to be copied."""
    import psycopg

    with psycopg.connect(f"{postgres}/postgres", autocommit=True) as connection:
        connection.execute(b"CREATE DATABASE tables")
    with closing(Database(f"{postgres}/tables")) as opened:
        tables.upgrade(opened)
    return "tables"


@contextmanager
def postgres_database(address: str, template: str = "template1") -> Iterator[str]:
    """The URL of a PostgreSQL database of its own, gone afterwards."""
    import psycopg

    name = f"t{uuid.uuid4().hex[:12]}"
    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        yield f"{address}/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'tenfold.db'}"
        return
    with postgres_database(request.getfixturevalue("postgres")) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def tables_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database with all tables, empty, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        tables.copy_tables(tmp_path / "tenfold.db")
        yield f"sqlite:///{tmp_path / 'tenfold.db'}"
        return
    template = request.getfixturevalue("postgres_tables")
    with postgres_database(request.getfixturevalue("postgres"), template) as url:
        yield url


@pytest.fixture
def database(tables_url: str) -> Iterator[Database]:
    """A database with all tables, empty: on SQLite and on PostgreSQL."""
    with closing(Database(tables_url)) as opened:
        yield opened


@pytest.fixture
def receiver() -> "Iterator[Receiver]":
    """Receives webhooks."""
    from tests.outbox.receivers import receiving

    with receiving() as one:
        yield one
