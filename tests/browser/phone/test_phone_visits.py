"""Visits to the phone app: camera, threads, the phone's own bars, what the browser deleted, accounts."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from tests.browser import modelling
from tests.browser.every_page.test_access import violations
from tests.browser.phone.test_phone import COUNT_ASKED, PHONE, opened, ready, small_answer, stored
from tests.browser.phone.test_phone_updates import make_live
from tests.browser.seeing import card, choose, speak
from tests.environment.chromium import PATIENCE
from tests.web.signed_in import WORDS

pytestmark = pytest.mark.browser

# Sizes, colours and languages in which a page is looked at.
SEEN: list[tuple[tuple[int, int], Literal["light", "dark"], str]] = [
    ((360, 740), "light", "uk"),
    ((390, 844), "dark", "ru"),
    ((740, 360), "dark", "uk"),
    ((844, 390), "light", "en"),
]
# The system's own bars and rounded corners, in CSS pixels.
BARS = {"top": 47, "left": 44, "bottom": 34, "right": 44}
PASTE = """async picture => {
  const bytes = Uint8Array.from(atob(picture), letter => letter.charCodeAt(0));
  const given = new DataTransfer();
  given.items.add(new File([bytes], "pasted.png", { type: "image/png" }));
  window.dispatchEvent(new ClipboardEvent("paste", { clipboardData: given, bubbles: true }));
}"""
# A browser in which starting with several threads never comes to an end.
ENDLESS = """() => {
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (message, ...more) {
    if (message?.asked?.do === "load" && message.asked.threads > 1) return;
    return post.call(this, message, ...more);
  };
}"""
COUNT_PERSIST = """() => {
  window.persisted = 0;
  navigator.storage.persist = async () => { window.persisted += 1; return true; };
}"""


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    made = chromium.new_context(locale="en-US", viewport=PHONE)
    made.set_default_timeout(PATIENCE)
    yield made
    made.close()


def test_camera_and_clipboard_are_classified_without_a_network(
    context: BrowserContext, small_server: str, plane: Path
) -> None:
    page = opened(context, small_server)
    stored(page)
    context.set_offline(True)
    page.reload()
    ready(page)
    page.evaluate(PASTE, base64.b64encode(plane.read_bytes()).decode())
    expect(card(page, "pasted.png").locator(".verdict .name")).to_have_text(small_answer(plane))
    page.get_by_role("button", name="Start the camera").click()
    expect(page.locator(".seen strong")).not_to_be_empty()
    assert page.locator("input[type=file][capture=environment]").count() == 1


def test_the_camera_stays_on_when_the_model_is_exchanged(context: BrowserContext, small_server: str) -> None:
    page = opened(context, small_server)
    page.evaluate(COUNT_ASKED)
    page.get_by_role("button", name="Start the camera").click()
    expect(page.locator(".seen strong")).not_to_be_empty()
    make_live(context, small_server, "shades")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.get_by_role("button", name="Put it on this device").click()
    expect(page.get_by_text("This device answers with")).to_be_visible()
    expect(page.locator("video")).to_be_visible()
    assert page.evaluate("window.asked") == 1


def test_a_start_with_several_threads_that_does_not_end_is_given_up_for_one(
    context: BrowserContext, small_server: str, plane: Path
) -> None:
    context.add_init_script(f"({ENDLESS})()")
    page = opened(context, small_server)
    assert page.evaluate("crossOriginIsolated")
    expect(page.locator("footer")).to_contain_text("one thread, because a start with more took too long")
    choose(page, plane)
    expect(card(page, "plane.png").locator(".verdict .name")).to_have_text(small_answer(plane))


def test_the_browser_is_asked_to_keep_what_is_stored_and_the_page_says_with_how_many_threads_it_computes(
    context: BrowserContext, small_server: str
) -> None:
    context.add_init_script(f"({COUNT_PERSIST})()")
    page = opened(context, small_server)
    assert page.evaluate("window.persisted") >= 1
    cores = page.evaluate("navigator.hardwareConcurrency")
    expect(page.locator("footer")).to_contain_text("with 2 threads" if cores > 1 else "with one thread")


@pytest.mark.long
def test_it_is_readable_and_leaves_room_for_the_bars_of_the_system(
    context: BrowserContext, small_server: str, plane: Path
) -> None:
    page = opened(context, small_server)
    context.new_cdp_session(page).send("Emulation.setSafeAreaInsetsOverride", {"insets": BARS})
    page.locator(".start button").click()
    page.locator(".seen strong").wait_for()
    choose(page, plane)
    page.locator(".verdict").wait_for()
    for (width, height), scheme, language in SEEN:
        page.set_viewport_size(ViewportSize(width=width, height=height))
        page.emulate_media(color_scheme=scheme)
        speak(page, language)
        assert violations(page) == [], (width, scheme, language)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for part in ("header .home", "footer", ".seen", ".finder"):
            box = page.locator(part).first.bounding_box()
            assert box
            assert box["x"] >= BARS["left"], part
            assert box["x"] + box["width"] <= width - BARS["right"] + 1, part
        page.evaluate("scrollTo(0, 0)")
        sign = page.locator("header .home").bounding_box()
        assert sign
        assert sign["y"] >= BARS["top"]


def test_what_the_browser_deleted_is_told_once(
    context: BrowserContext, small_server: str, plane: Path
) -> None:
    page = opened(context, small_server)
    stored(page)
    context.set_offline(True)
    choose(page, plane)
    page.get_by_role("button", name=re.compile("Send .*plane.png")).click()
    expect(page.get_by_role("heading", name="1 picture not yet sent")).to_be_visible()
    page.goto(f"{small_server}/phone?")
    page.close()

    context.route("**/api/v1/model", lambda route: route.abort())
    page = context.new_page()
    context.set_offline(False)
    page.goto(f"{small_server}/healthz")
    page.evaluate("new Promise(done => (indexedDB.deleteDatabase('tenfold-phone').onsuccess = done))")
    context.set_offline(True)
    page.goto(f"{small_server}/phone")
    expect(page.get_by_text("The browser has deleted 1 picture that was not sent yet.")).to_be_visible()
    expect(page.get_by_text("The browser has deleted the model that was stored here.")).to_be_visible()
    context.unroute("**/api/v1/model")
    context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    ready(page)
    expect(page.get_by_text("The browser has deleted the model")).to_have_count(0)
    expect(page.get_by_text("The browser has deleted 1 picture")).to_be_visible()
    page.reload()
    ready(page)
    expect(page.get_by_text("The browser has deleted")).to_have_count(0)


def sign_in(page: Page) -> None:
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("ann")
    dialog.get_by_label("Password").fill(WORDS)
    dialog.get_by_role("button", name="Sign in").click()


def test_without_an_account_the_app_opens_and_says_what_needs_one_when_the_server_answers(
    home: Path, request: pytest.FixtureRequest, context: BrowserContext, plane: Path
) -> None:
    with modelling.filling(home) as app:
        app.people.add("ann", "administrator", WORDS)
    address: str = request.getfixturevalue("small_server")
    page = context.new_page()
    page.goto(f"{address}/phone")
    expect(page.get_by_text("The model comes from the server, and pictures go to its")).to_be_visible()
    expect(page.get_by_role("heading", name="This device has no model yet")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Sign in").click()
    sign_in(page)
    ready(page)
    stored(page)

    context.clear_cookies()
    context.set_offline(True)
    page.reload()
    ready(page)
    expect(page.get_by_role("button", name="Sign in")).to_have_count(0)
    choose(page, plane)
    expect(card(page, "plane.png").locator(".verdict .name")).to_have_text(small_answer(plane))
    context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    expect(card(page, "plane.png").locator(".verdict .name")).to_have_text(small_answer(plane))
