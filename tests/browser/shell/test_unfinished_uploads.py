"""Uploads that a reload of the page or a restart of the server interrupts: continued, nothing sent twice."""

import re
import socket
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.browser.catalogues import add, get, paint, sent
from tests.browser.conftest import MODEL, PAGE, need, watch
from tests.browser.seeing import LookAt
from tests.browser.shell.test_server_killed import ended, started
from tests.environment.chromium import PATIENCE

pytestmark = pytest.mark.browser

PICTURES = "**/api/v1/catalogue/pictures*"
PIECES = re.compile(r"/api/v1/data-uploads/\w+\?offset=(\d+)")
PIECE = 8_000_000


class Through:
    """Lets the first requests of a kind through to the server, and holds back the others."""

    def __init__(self, most: int) -> None:
        self.most, self.requests = most, list[Route]()
        self.held = list[Route]()

    def __call__(self, route: Route) -> None:
        if len(self.requests) < self.most:
            self.requests.append(route)
            route.continue_()
        else:
            self.held.append(route)


def reload(page: Page) -> None:
    """As a person does who means it, whatever the page asks."""
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.locator("main h1").wait_for()


def left(page: Page) -> Locator:
    return page.get_by_role("region", name=re.compile("files? (was|were) not sent"))


def test_pictures_that_a_reload_left_unsent_are_sent_once_when_they_are_chosen_again(
    look_at: LookAt, own_server: str, tmp_path: Path
) -> None:
    files = paint(tmp_path / "noise", 24)
    page = look_at("/catalogue")
    some = Through(6)
    page.route(PICTURES, some)
    add(page, *files)
    expect(page.get_by_role("region", name="Upload", exact=True)).to_contain_text("6 pictures added")

    another = page.context.new_page()
    another.goto(page.url)
    another.get_by_role("search").wait_for()
    another.wait_for_timeout(1000)
    expect(left(another)).to_have_count(0)  # the first page is still sending them
    another.close()

    reload(page)
    expect(left(page)).to_contain_text("18 files were not sent")
    some.most = 1000
    with page.expect_file_chooser() as opened:
        left(page).get_by_role("button", name="Choose files").click()
    opened.value.set_files(str(paint(tmp_path / "others", 1)[0]))
    expect(left(page).get_by_role("alert")).to_contain_text("None of the chosen files")
    with page.expect_file_chooser() as opened:
        left(page).get_by_role("button", name="Choose files").click()
    opened.value.set_files([str(file) for file in files])
    sent(page)
    expect(left(page)).to_have_count(0)
    assert get(own_server, "/catalogue/counts")["total"] == 24
    assert len(some.requests) == 24

    reload(page)
    page.wait_for_timeout(1000)
    expect(left(page)).to_have_count(0)


def test_pictures_of_a_class_that_a_reload_left_unsent_are_named_and_come_once(
    look_at: LookAt, tmp_path: Path
) -> None:
    files = [str(file) for file in paint(tmp_path / "noise", 14)]  # twelve go with one request
    page = look_at("/teach")
    page.get_by_role("textbox", name="Class 1").fill("noise")
    page.get_by_role("button", name="Begin with files").click()
    card = page.locator("section[aria-label=noise]")
    some = Through(1)
    page.route(
        "**/api/v1/drafts/*/classes/*/pictures*",
        lambda route: some(route) if route.request.method == "POST" else route.continue_(),
    )
    chooser = card.locator("input[type=file]")
    chooser.set_input_files(files)
    expect(card).to_contain_text("12 pictures")
    expect(page.get_by_text("2 pictures are on their way")).to_be_visible()

    reload(page)
    unsent = page.get_by_role("region", name="2 pictures were not sent")
    expect(unsent).to_contain_text(f"{Path(files[12]).name}, {Path(files[13]).name}")
    some.most = 1000
    chooser.set_input_files(files)
    expect(card).to_contain_text("14 pictures")
    expect(unsent).to_have_count(0)
    expect(page.get_by_role("alert")).to_contain_text("12 pictures were not added")
    expect(page.get_by_role("alert")).to_contain_text("and 7 more")

    reload(page)
    expect(card).to_contain_text("14 pictures")
    page.wait_for_timeout(1000)
    expect(unsent).to_have_count(0)


def test_pictures_that_are_not_to_be_sent_after_a_reload_are_not_offered_again(
    look_at: LookAt, tmp_path: Path
) -> None:
    page = look_at("/catalogue")
    page.route(PICTURES, Through(1))
    add(page, *paint(tmp_path / "noise", 3))
    expect(page.get_by_role("region", name="Upload", exact=True)).to_contain_text("1 picture added")
    reload(page)
    expect(left(page)).to_contain_text("2 files were not sent")
    left(page).get_by_role("button", name="Do not send them").click()
    expect(left(page)).to_have_count(0)
    reload(page)
    page.wait_for_timeout(1000)
    expect(left(page)).to_have_count(0)


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """A ZIP archive of three pieces: noise in three classes."""
    archive = tmp_path / "noise.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for number in range(30):
            pixels = np.random.default_rng(number).integers(0, 256, (500, 500, 3), dtype=np.uint8)
            path = tmp_path / f"{number}.png"
            Image.fromarray(pixels).save(path, compress_level=0)
            packed.write(path, f"{'abc'[number % 3]}/{number}.png")
    assert 2 * PIECE < archive.stat().st_size < 3 * PIECE
    return archive


class Restarted:
    """A server that can be killed and started again at the same address, and a page of it."""

    def __init__(self, stack: ExitStack, chromium: Browser, home: Path, wrong: list[str]) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self._home, self._stack = home, stack
        self._server = started(home, self._port)
        stack.callback(lambda: ended(self._server))
        self.address = f"http://127.0.0.1:{self._port}"
        context = chromium.new_context(locale="en-US")
        stack.callback(context.close)
        watch(context, self.address, wrong)
        self.page = context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.goto(f"{self.address}/data")
        self.page.locator("main h1").wait_for()

    def restart(self) -> None:
        ended(self._server)
        self._server = started(self._home, self._port)


@pytest.fixture
def restarted(chromium: Browser, home: Path) -> Iterator[Restarted]:
    need(PAGE.is_file(), "needs the built page: make frontend")
    need(MODEL.is_file(), "needs the bundled model: tenfold train")
    wrong: list[str] = []
    with ExitStack() as stack:
        yield Restarted(stack, chromium, home, wrong)
    assert wrong == []


def choose(page: Page, dataset: Path) -> None:
    page.get_by_role("dialog").locator("input[accept*=zip]").set_input_files(str(dataset))


def offsets(through: Through) -> list[int]:
    """Where each piece began that the server was sent."""
    found = [PIECES.search(route.request.url) for route in through.requests]
    return [int(one[1]) for one in found if one]


@pytest.mark.slow
def test_a_dataset_goes_on_at_the_byte_where_the_server_stands_after_a_restart_and_a_reload(
    restarted: Restarted, dataset: Path
) -> None:
    page = restarted.page
    some = Through(2)
    page.route(PIECES, some)
    page.get_by_role("button", name="Add a dataset").click()
    choose(page, dataset)
    expect(page.get_by_role("dialog")).to_contain_text("16 MB of")
    restarted.restart()
    reload(page)
    expect(page.get_by_text("was not sent completely")).to_be_visible()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("dialog")).to_contain_text("On the server so far: 16 MB of")
    some.most = 1000
    choose(page, dataset)
    expect(page.get_by_role("heading", name="noise", exact=True)).to_be_visible()
    assert offsets(some) == [0, PIECE, 2 * PIECE]
    expect(page.get_by_text("was not sent completely")).to_have_count(0)


@pytest.mark.slow
def test_a_dataset_goes_on_by_itself_when_the_server_is_back(restarted: Restarted, dataset: Path) -> None:
    page = restarted.page
    some = Through(1)
    page.route(PIECES, some)
    page.get_by_role("button", name="Add a dataset").click()
    choose(page, dataset)
    expect(page.get_by_role("dialog")).to_contain_text("8 MB of")
    restarted.restart()
    some.most = 1000
    for route in some.held:
        route.abort("connectionreset")
    expect(page.get_by_role("heading", name="noise", exact=True)).to_be_visible()
    assert offsets(some) == [0, PIECE, 2 * PIECE]


def test_a_dataset_whose_window_was_closed_is_kept_to_go_on_from(look_at: LookAt, dataset: Path) -> None:
    page = look_at("/data")
    some = Through(1)
    page.route(PIECES, some)
    page.get_by_role("button", name="Add a dataset").click()
    choose(page, dataset)
    expect(page.get_by_role("dialog")).to_contain_text("8 MB of")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Continue").click()
    some.most = 1000
    choose(page, dataset)
    expect(page.get_by_role("heading", name="noise", exact=True)).to_be_visible()
    assert offsets(some) == [0, PIECE, 2 * PIECE]
