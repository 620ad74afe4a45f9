"""Real Chromium before the real server, and pictures to show it.

Everything that a page does is watched: a request that leaves the server, a breach of the content security
policy or an error in the page's code fails the test that caused it.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from tests.browser.modelling import small_live
from tests.browser.seeing import LookAt, Visit
from tests.environment.chromium import PATIENCE
from tests.environment.forking import serving
from tests.paths import ROOT

PAGE = ROOT / "src/tenfold/web/static/index.html"
MODEL = ROOT / "src/tenfold/models/cifar10.onnx"


def need(there: bool, reason: str) -> None:
    """Skip where something is missing, or fail where the gate promised that it is there."""
    if not there and os.environ.get("TENFOLD_REQUIRE_BROWSER") == "1":
        pytest.fail(f"TENFOLD_REQUIRE_BROWSER=1, but this {reason}")
    if not there:
        pytest.skip(reason)


@pytest.fixture(scope="session")
def address(request: pytest.FixtureRequest) -> str:
    """Where the real page is served."""
    need(PAGE.is_file(), "needs the built page: make frontend")
    need(MODEL.is_file(), "needs the bundled model: tenfold train")
    return str(request.getfixturevalue("served"))


@pytest.fixture
def visit(chromium: Browser, address: str) -> Iterator[Visit]:
    """Opens the page as somebody: `visit(locale="uk-UA", color_scheme="dark")`."""
    wrong: list[str] = []
    with ExitStack() as stack:

        def one(browser: Browser | None = None, **somebody: Any) -> Page:
            settings = {"locale": "en-US", "viewport": {"width": 1280, "height": 900}, **somebody}
            context = (browser or chromium).new_context(**settings)
            stack.callback(context.close)
            watch(context, address, wrong)
            page = context.new_page()
            page.set_default_timeout(PATIENCE)
            # From the start: a browser that is told to hand choosers over only as one opens may keep it.
            page.on("filechooser", lambda chooser: None)
            page.goto(address)
            page.locator("footer dl").wait_for()  # the model's card: the page has all it needs
            return page

        yield one
    assert wrong == []


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `own_server` keeps its things in; a test may fill it first."""
    return tmp_path_factory.mktemp("own-home")


@pytest.fixture
def own_server(home: Path) -> Iterator[str]:
    """The address of a server that no other test has changed anything in."""
    need(PAGE.is_file(), "needs the built page: make frontend")
    need(MODEL.is_file(), "needs the bundled model: tenfold train")
    with serving(home) as address:
        yield address


@pytest.fixture
def small_server(home: Path, tmp_path: Path) -> Iterator[str]:
    """As `own_server`, with a small live model: a phone is ready with it in a third of the time."""
    need(PAGE.is_file(), "needs the built page: make frontend")
    small_live(home, tmp_path)
    with serving(home) as address:
        yield address


@pytest.fixture
def look_at(chromium: Browser, own_server: str) -> Iterator[LookAt]:
    """Opens a page of the own server as somebody: `look_at("/catalogue", locale="uk-UA")`."""
    with opening(chromium, own_server) as opened:
        yield opened


@pytest.fixture(scope="session")
def untouched_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server in which no test changes anything."""
    need(PAGE.is_file(), "needs the built page: make frontend")
    need(MODEL.is_file(), "needs the bundled model: tenfold train")
    with serving(tmp_path_factory.mktemp("untouched-home")) as address:
        yield address


@pytest.fixture
def glance(chromium: Browser, untouched_server: str) -> Iterator[LookAt]:
    """As `look_at`, for a test that changes nothing in the server: a start costs more than a visit."""
    with opening(chromium, untouched_server) as opened:
        yield opened


@contextmanager
def opening(chromium: Browser, address: str) -> Iterator[LookAt]:
    """Opens pages of a server, and fails where one did what no page may."""
    wrong: list[str] = []
    with ExitStack() as stack:

        def one(path: str, **somebody: Any) -> Page:
            settings = {"locale": "en-US", "viewport": {"width": 1280, "height": 900}, **somebody}
            context = chromium.new_context(**settings)
            stack.callback(context.close)
            watch(context, address, wrong)
            page = context.new_page()
            page.set_default_timeout(PATIENCE)
            page.on("filechooser", lambda chooser: None)
            page.goto(address + path)
            page.locator("main h1").wait_for()
            return page

        yield one
    assert wrong == []


def watch(context: BrowserContext, address: str, wrong: list[str]) -> None:
    """Writes down what no page of ours may do."""

    def console(message: ConsoleMessage) -> None:
        if (
            message.type == "error" and "Failed to load resource" not in message.text
        ):  # statuses are tested apart
            wrong.append(message.text)

    context.on("console", console)
    context.on("weberror", lambda error: wrong.append(str(error.error)))
    origin = "/".join(address.split("/")[:3])  # of blobs; the address may have a prefix
    ours = (f"{address}/", f"blob:{origin}/")

    def requested(request: Request) -> None:
        if not request.url.startswith(ours):
            wrong.append(request.url)

    context.on("request", requested)


@pytest.fixture(scope="session")
def plane() -> Path:
    return ROOT / "examples/pictures/plane.png"


@pytest.fixture(scope="session")
def ship() -> Path:
    return ROOT / "examples/pictures/ship.png"


@pytest.fixture(scope="session")
def photos() -> Path:
    """A folder with real photographs, in one folder for each class."""
    folder = ROOT.parent / "shared/samples/photos"
    if not folder.is_dir():
        pytest.skip("needs real photographs in ../shared/samples/photos")
    return folder
