"""The app around its pages: moving between them, how soon they are there, and who may do what."""

import gzip
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import CDPSession, Page, Request, expect

from tenfold.catalogue.entries.tables import DONE, Entry
from tests.browser.catalogues import add, send, sent, tile, tiles
from tests.browser.conftest import PAGE
from tests.browser.every_page.test_access import PHONE, violations
from tests.browser.modelling import filling
from tests.browser.seeing import LookAt
from tests.shortcuts.tables import new_database

pytestmark = pytest.mark.browser

FIRST_PAINT_MS = 1000
FRAMES, FRAME_SECONDS = 60, 0.1
# All pages together; each is fetched when it is opened.
BUNDLE_BYTES = 388_000
PASSWORD = "correct horse battery"


def test_pages_change_without_loading_the_document_again(look_at: LookAt, own_server: str) -> None:
    page = look_at("/")
    documents: list[Request] = []
    page.on(
        "request", lambda request: documents.append(request) if request.resource_type == "document" else None
    )
    pages = page.get_by_role("navigation", name="Pages")
    pages.get_by_role("link", name="Catalogue").click()
    expect(page).to_have_url(f"{own_server}/catalogue")
    expect(page).to_have_title("Catalogue · tenfold")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect(pages.get_by_role("link", name="Catalogue")).to_have_attribute("aria-current", "page")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("What is in the picture?")
    assert documents == []

    page.goto(f"{own_server}/catalog")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such page")
    assert violations(page) == []
    page.locator("main").get_by_role("link", name="Catalogue").click()
    expect(page.get_by_text("The catalogue is empty")).to_be_visible()


def test_on_a_phone_the_pages_are_in_a_menu_that_the_keyboard_opens(glance: LookAt) -> None:
    page = glance("/", viewport=PHONE, locale="uk-UA", reduced_motion="reduce")
    menu = page.get_by_role("button", name="Сторінки")
    menu.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Налаштування")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Каталог").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Каталог")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_scrollbars_gutter_is_as_dark_as_the_shaded_page(glance: LookAt, scheme: str) -> None:
    page = glance("/settings?part=people", color_scheme=scheme)
    page.get_by_role("button", name="Create the first account").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    # The gutter has the colour of the root element; the left edge has the page with the shade on it.
    gutter = page.evaluate(
        """() => {
          const context = new OffscreenCanvas(1, 1).getContext("2d");
          context.fillStyle = getComputedStyle(document.documentElement).backgroundColor;
          context.fillRect(0, 0, 1, 1);
          return [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)];
        }"""
    )
    shaded = np.asarray(Image.open(BytesIO(page.screenshot())).convert("RGB"))[600, 3].tolist()
    assert max(abs(one - other) for one, other in zip(gutter, shaded, strict=True)) <= 2


def test_the_first_paint_is_soon_and_the_page_is_small(glance: LookAt) -> None:
    everything = sum(len(gzip.compress(file.read_bytes())) for file in (PAGE.parent / "assets").iterdir())
    assert everything < BUNDLE_BYTES
    page = glance("/")
    page.reload()  # the first visit also waits for the server to wake up
    page.locator("main h1").wait_for()
    paint = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Infinity"
    assert page.evaluate(paint) < FIRST_PAINT_MS
    loaded = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    assert any("ClassifyPage" in name for name in loaded)
    assert not any("CataloguePage" in name or "SettingsPage" in name for name in loaded)


@pytest.fixture
def large(home: Path) -> int:
    """A catalogue with many entries, whose pictures are missing."""
    count, now = 3_000, datetime.now(UTC)
    database = new_database(home / "tenfold.db")
    with database.writing() as session:
        session.add_all(
            Entry(
                hash=f"{number:064x}",
                bytes=1,
                media_type="image/png",
                name=f"{number}.png",
                added_at=now + timedelta(seconds=number),
                state=DONE,
                label="cat",
                model_label="cat",
                confidence=0.9,
                novelty=0.1,
                known=True,
                shared=True,
            )
            for number in range(count)
        )
    database.close()
    return count


def test_thousands_of_entries_are_a_few_elements_and_scroll(large: int, look_at: LookAt) -> None:
    page = look_at("/catalogue")
    expect(page.get_by_text(f"{large:,} pictures", exact=True)).to_be_visible()
    expect(tile(page, f"{large - 1}.png")).to_be_visible()
    page.get_by_role("listbox").focus()
    seen = 0
    while seen < large:
        page.keyboard.press("End")
        assert tiles(page).count() < 150
        was, seen = (
            seen,
            int(page.evaluate("document.activeElement.ariaActiveDescendantElement?.ariaPosInSet ?? 0")),
        )
        if seen == was:
            page.wait_for_timeout(50)  # the next page of entries is on its way
    expect(page.get_by_role("option", name="0.png").and_(page.locator(".current"))).to_be_visible()
    # What it costs to scroll: of the processor, so that it does not matter who else has it.
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = spent(session)
    page.evaluate(
        """async () => {
          for (let i = 0; i < FRAMES; i += 1) {
            scrollBy(0, -700);
            await new Promise(requestAnimationFrame);
          }
        }""".replace("FRAMES", str(FRAMES))
    )
    assert (spent(session) - before) / FRAMES < FRAME_SECONDS


def spent(session: CDPSession) -> float:
    """Seconds of the processor that the page has taken."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return next(float(one["value"]) for one in metrics if one["name"] == "TaskDuration")


def account(home: Path, name: str, role: str) -> None:
    """As another process beside the server makes it."""
    with filling(home) as app:
        app.people.add(name, role, PASSWORD)


@pytest.fixture
def people(home: Path) -> None:
    """An administrator, and somebody who may only look."""
    account(home, "olena", "administrator")
    account(home, "guest", "viewer")


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.usefixtures("people")
def test_where_there_are_accounts_one_signs_in_and_comes_back_to_ones_work(
    look_at: LookAt, plane: Path
) -> None:
    page = look_at("/catalogue", reduced_motion="reduce")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_role("navigation")).to_have_count(0)
    assert violations(page) == []
    sign_in(page, "olena", "not the password")
    expect(page.locator(".failure")).to_contain_text("The name or the password is not right")
    assert violations(page) == []
    sign_in(page, "olena")
    expect(page.get_by_role("heading", level=1)).to_have_text("Catalogue")
    add(page, plane)
    sent(page)
    expect(tile(page, "plane.png")).to_contain_text("airplane")

    # The session ends while a picture is chosen; what was begun is still there afterwards.
    tile(page, "plane.png").click()
    page.context.clear_cookies()
    page.keyboard.press("4")
    dialog = page.get_by_role("dialog", name="Your session has ended")
    expect(dialog).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    sign_in(page, "olena")
    expect(dialog).to_have_count(0)
    expect(page.get_by_text("1 picture selected")).to_be_visible()

    page.get_by_role("button", name="Account: olena").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.mark.usefixtures("people")
def test_who_may_only_look_is_offered_nothing_else(look_at: LookAt) -> None:
    page = look_at("/catalogue")
    sign_in(page, "guest")
    expect(page.get_by_text("There are no pictures for you to see yet.")).to_be_visible()
    expect(page.get_by_role("button", name="Add pictures")).to_have_count(0)
    page.get_by_role("link", name="Review").click()
    expect(page.get_by_text("Your role lets you look at pictures, but not correct them")).to_be_visible()
    page.get_by_role("link", name="Settings").click()
    tabs = page.get_by_role("navigation", name="Sections of the settings").get_by_role("link")
    expect(tabs).to_have_text(["Notifications", "API tokens", "My account"])
    assert page.request.get(f"{page.url.split('/settings')[0]}/api/v1/settings").status == 403


def test_work_in_the_background_is_shown_while_it_goes_on(
    look_at: LookAt, own_server: str, plane: Path
) -> None:
    page = look_at("/")
    page.get_by_role("button", name="Background jobs").click()
    expect(page.get_by_text("No job is running.")).to_be_visible()
    send(own_server, plane)
    tray = page.locator("header .panel")
    expect(tray.get_by_text("Classifying new pictures")).to_be_visible()
    expect(tray.get_by_text("Done")).to_be_visible()
    assert violations(page) == []
