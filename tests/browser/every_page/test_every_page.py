"""Every page under a prefix behind a real nginx: what it links to and asks for is there, under the prefix.

The pages are those that the server names, and all that they lead to; each of their tabs and folded parts is
opened.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urldefrag, urlsplit

import pytest
from playwright.sync_api import APIResponse, Browser, BrowserContext, Page, Request, Response, expect

from tenfold.cameras.address import parse
from tenfold.runtime import App
from tenfold.web.pages import PAGES
from tests.browser import modelling
from tests.browser.conftest import MODEL, PAGE, need, watch
from tests.browser.line.stations import filming
from tests.browser.shell.test_app import sign_in
from tests.environment.forking import serving
from tests.environment.proxies import nginx
from tests.fakes import picture

pytestmark = pytest.mark.browser
WORDS = "seven green kettles"
PREFIX = "/pictures"
# Pages that are no part of the one program, and what shows that each is there.
APART = {"/phone": "main", "/docs": "main, body > *"}
# What is behind these is no page.
FILES = re.compile(r"/api/")
# What a page that asks for a model's report is told where the model has none; and the phone's service worker
# is not taken over a certificate that nobody vouches for: it is looked at apart.
EXPECTED = re.compile(r"^404 .*/api/v1/models/[0-9a-f]+/report$|SSL certificate error .* the script")


class Walk:
    """Goes through pages, and writes down what failed.

    Attributes:
        failed: answers that are errors, requests that were not answered, and addresses outside the prefix.
        seen: the pages that were shown, without their prefix.
        files: addresses that a page offers and that are no page.
    """

    def __init__(self, context: BrowserContext, address: str) -> None:
        self._address, self._context = address, context
        self.failed, self.seen, self.files = list[str](), list[str](), set[str]()
        self._waiting: list[str] = []
        watch(context, address, self.failed)
        context.on("response", self._answered)
        context.on("requestfailed", self._unanswered)
        self.page: Page = context.new_page()
        self.page.on("websocket", lambda made: self._inside(made.url.replace("wss:", "https:", 1)))

    def through(self, first: list[str]) -> None:
        """Show these pages, and all that they lead to."""
        self._waiting = [f"{self._address}{path}" for path in first]
        while self._waiting:
            at = self._waiting.pop(0)
            if at in self.seen:
                continue
            self.seen.append(at)
            self._show(at)

    def _show(self, at: str) -> None:
        page, path = self.page, urlsplit(at).path.removeprefix(PREFIX)
        page.goto(at)
        expect(page.locator(APART.get(path, "main h1")).first, at).to_be_visible(timeout=60_000)
        self._settle()
        tabs = page.locator("main [role=tab]")
        for number in range(max(1, tabs.count())):
            if tabs.count():
                tabs.nth(number).click()
                expect(tabs.nth(number)).to_have_attribute("aria-selected", "true")
                self._settle()
            for folded in page.locator("main details:not([open]) > summary").all():
                if folded.is_visible():
                    folded.click()
            self._settle()
            self._note()

    def _settle(self) -> None:
        """Until nothing on the page says that it waits."""
        expect(self.page.locator("main [aria-busy=true]")).to_have_count(0)

    def _note(self) -> None:
        """The page's links."""
        found = self.page.locator("a[href]").evaluate_all("all => all.map((one) => one.href)")
        for link in found:
            whole = urldefrag(link).url
            if urlsplit(whole).scheme not in ("http", "https"):
                continue
            if FILES.search(urlsplit(whole).path):
                self.files.add(whole)
            elif whole.startswith(self._address.rsplit(PREFIX, 1)[0]):
                self._inside(whole)
                if whole not in self.seen and whole not in self._waiting:
                    self._waiting.append(whole)

    def _inside(self, url: str) -> None:
        if not url.startswith(f"{self._address}/"):
            self.failed.append(f"outside the prefix: {url}")

    def _answered(self, answer: Response) -> None:
        if answer.status >= 400:
            self.failed.append(f"{answer.status} {answer.url}")

    def _unanswered(self, request: Request) -> None:
        # What a page asked for when it was left is of no interest any more.
        if "ERR_ABORTED" not in (request.failure or ""):
            self.failed.append(f"{request.failure} {request.url}")


@contextmanager
def filled(home: Path, folder: Path) -> Iterator[tuple[str, str]]:
    """A server with one of everything, behind nginx under the prefix: its address there, and its own."""
    with modelling.filling(home) as app, filming() as camera:
        modelling.models(app, folder)
        modelling.trainings(home)
        fill(app, camera.address)
        with (
            serving(home, "--root-path", PREFIX, trusted_proxies="127.0.0.1") as own,
            nginx(folder, urlsplit(own).port or 0, PREFIX) as outside,
        ):
            yield f"{outside}{PREFIX}", own


def fill(app: App, camera: str) -> None:
    ann = app.people.add("olena", "administrator", WORDS)
    app.ingest.add(picture(), name="first.png", source="upload")
    app.cameras.add("yard", parse(camera), by=0)
    recipe = app.recipes.add("parts", by=0)
    source = {"kind": "usb", "target": "9", "user": "", "password": ""}
    app.stations.add("gate", source, by=0, recipe_id=recipe.id)
    app.teach_drafts.drafts.begin(ann.id, "Mine", ["one", "two"])
    app.outbox.add("office", "webhook", {"url": "http://127.0.0.1:9/"})


@pytest.mark.long
@pytest.mark.slow
def test_every_page_and_what_it_leads_to_works_under_a_prefix(chromium: Browser, tmp_path: Path) -> None:
    need(PAGE.is_file() and MODEL.is_file(), "needs the built page and the bundled model")
    with filled(tmp_path / "home", tmp_path) as (address, own):
        context = chromium.new_context(locale="en-US", ignore_https_errors=True)
        walk = Walk(context, address)
        walk.page.goto(f"{address}/")
        sign_in(walk.page, "olena", WORDS)
        walk.page.locator("footer dl").wait_for()
        first = [path.replace("{number:int}", "1") for path in PAGES]
        walk.failed.clear()  # who has not signed in yet gets 401
        walk.through([*first, *APART])
        for file in sorted(walk.files):
            answer: APIResponse = context.request.get(file)
            assert answer.status == 200, f"{answer.status} {file}"
        context.close()
        phone = chromium.new_context()
        page = phone.new_page()
        page.goto(f"{own}/phone")
        scope = page.evaluate("navigator.serviceWorker.ready.then((one) => one.scope)")
        assert scope.startswith(f"{own}/phone"), "the phone's app is kept by its own part of the prefix"
        phone.close()
    failed = sorted({one for one in walk.failed if not EXPECTED.search(one)})
    assert not failed, "\n".join(failed)
    shown = {urlsplit(one).path.removeprefix(PREFIX) for one in walk.seen}
    assert shown >= {*first, *APART}
    guides = {one for one in shown if one.startswith("/docs/guides/")}
    assert len(guides) > 1, sorted(shown)
    assert walk.files, "pages offer files"
