"""The phone app: a model on the device itself, with the server and without."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from tenfold import Classifier
from tests import tiny
from tests.browser.conftest import PAGE, need, watch
from tests.browser.modelling import small_live
from tests.browser.seeing import card, choose, speak
from tests.environment.chromium import FAKE_CAMERA, PATIENCE
from tests.environment.forking import serving

pytestmark = pytest.mark.browser

PHONE = ViewportSize(width=390, height=844)
NETWORK_ERRORS = ("Failed to load resource", "net::ERR")


class OpenPhone(Protocol):
    """Opens the app in a context of its own, and waits until it can classify."""

    def __call__(self, **somebody: Any) -> Page: ...


@contextmanager
def phones(chromium: Browser, address: str) -> Iterator[OpenPhone]:
    wrong: list[str] = []
    with ExitStack() as stack:

        def one(**somebody: Any) -> Page:
            context = chromium.new_context(**{"locale": "en-US", "viewport": PHONE, **somebody})
            stack.callback(context.close)
            watch(context, address, wrong)
            return opened(context, address)

        yield one
    assert [said for said in wrong if not said.startswith(NETWORK_ERRORS)] == []


@pytest.fixture
def phone(chromium: Browser, small_server: str) -> Iterator[OpenPhone]:
    """With the small model, where it does not matter which."""
    with phones(chromium, small_server) as opener:
        yield opener


def small_answer(picture: Path) -> str:
    """What the small model says to it."""
    said = Classifier(tiny.MODEL, threads=1).classify(picture)
    return said.label if said.known else "None of these"


def opened(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.on("filechooser", lambda chooser: None)
    page.goto(f"{address}/phone")
    ready(page)
    return page


def ready(page: Page) -> None:
    page.locator("button.choose").wait_for()


def stored(page: Page) -> None:
    """Waits until the app opens without a network."""
    expect(page.locator("footer")).to_contain_text("opens without a network")


def answers(page: Page, files: list[Path]) -> dict[str, dict[str, Any]]:
    """What the app says to pictures, by their names."""
    choose(page, *files)
    expect(page.locator("#pictures")).to_contain_text(f"{len(files)} pictures", timeout=20 * PATIENCE)
    expect(page.locator("#pictures .count p")).to_have_text(f"{len(files)} pictures", timeout=20 * PATIENCE)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as JSON").click()
    return {row["name"]: row["prediction"] for row in json.loads(Path(saved.value.path()).read_text())}


@pytest.mark.long
def test_without_network_every_photograph_gets_the_label_that_the_command_gives(
    chromium: Browser, own_server: str, photos: Path
) -> None:
    with phones(chromium, own_server) as phone:
        labelled(phone(), photos)


def labelled(page: Page, photos: Path) -> None:
    stored(page)
    page.context.set_offline(True)
    page.reload()
    ready(page)
    assert page.evaluate("crossOriginIsolated")
    files = sorted(photos.glob("*/*"))
    assert len({file.parent for file in files}) == 10
    said = answers(page, files)
    for file, expected in zip(files, Classifier().classify_each(files), strict=True):
        answer = said[file.name]
        assert answer is not None, file.name
        assert (answer["label"], answer["known"]) == (expected.label, expected.known), file.name
        assert answer["confidence"] == pytest.approx(expected.confidence, abs=0.05), file.name


def test_the_app_opens_and_classifies_with_the_server_gone(
    chromium: Browser, home: Path, plane: Path, tmp_path: Path
) -> None:
    need(PAGE.is_file(), "needs the built page: make frontend")
    small_live(home, tmp_path)
    context = chromium.new_context(locale="en-US", viewport=PHONE)
    try:
        with serving(home) as address:
            page = opened(context, address)
            stored(page)
            page.close()
        page = opened(context, address)
        choose(page, plane)
        expect(card(page, "plane.png").locator(".verdict .name")).to_have_text(small_answer(plane))
    finally:
        context.close()


def test_the_network_log_of_a_cold_install_holds_no_foreign_host(
    launch: Any, own_server: str, plane: Path, tmp_path: Path
) -> None:
    # What the browser itself logs: its workers, and what no page may see.
    log = tmp_path / "network.json"
    browser: Browser = launch(*FAKE_CAMERA, f"--log-net-log={log}")
    page = opened(browser.new_context(locale="en-US", viewport=PHONE), own_server)
    stored(page)
    choose(page, plane)
    expect(card(page, "plane.png").locator(".verdict .name")).to_have_text("airplane")
    page.get_by_role("button", name="Start the camera").click()
    expect(page.locator(".seen strong")).not_to_be_empty()
    browser.close()
    logged = [event.get("params", {}) for event in json.loads(log.read_text())["events"]]
    asked = {params["url"] for params in logged if params.get("url", "").startswith(("http", "ws"))}
    looked_up = {params["host"] for params in logged if "host" in params}
    assert any(url.endswith(".wasm") for url in asked)
    assert {urlsplit(url).hostname for url in asked} == {"127.0.0.1"}
    assert {host for host in looked_up if "127.0.0.1" not in host} == set()


def test_what_was_sent_on_the_mountain_arrives_once_after_a_restart(
    phone: OpenPhone, small_server: str, plane: Path
) -> None:
    page = phone()
    stored(page)
    context = page.context
    context.set_offline(True)
    choose(page, plane)
    page.get_by_role("button", name=re.compile("Send .*plane.png")).click()
    expect(page.get_by_role("heading", name="1 picture not yet sent")).to_be_visible()
    page.close()
    page = opened(context, small_server)
    expect(page.get_by_role("heading", name="1 picture not yet sent")).to_be_visible()
    # The server keeps the picture, but its answer is lost on the way.
    lost = []

    def lose(route: Any) -> None:
        lost.append(route.fetch())
        route.abort()

    page.close()
    context.route("**/catalogue/pictures?*", lose, times=1)
    context.set_offline(False)
    page = opened(context, small_server)
    expect(page.locator(".failure")).to_contain_text("does not answer")
    assert len(lost) == 1
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_role("heading", name="not yet sent")).to_have_count(0)
    entries = context.request.get(f"{small_server}/api/v1/catalogue/entries").json()["entries"]
    assert [entry["name"] for entry in entries] == ["plane.png"]


def test_the_camera_is_asked_for_once_and_never_after_a_refusal(phone: OpenPhone) -> None:
    page = phone()
    page.evaluate(COUNT_ASKED)
    page.get_by_role("button", name="Start the camera").click()
    expect(page.locator(".seen strong")).not_to_be_empty()
    page.get_by_role("button", name="Take the picture").click()
    expect(page.get_by_role("article")).to_have_count(1)
    assert page.evaluate("window.asked") == 1
    # The answer stands above the picture.
    seen, finder = page.locator(".seen").bounding_box(), page.locator(".finder").bounding_box()
    assert seen
    assert finder
    assert seen["y"] + seen["height"] <= finder["y"] + 1

    page.reload()
    ready(page)
    page.evaluate(COUNT_ASKED.replace("true", "false"))
    page.get_by_role("button", name="Start the camera").click()
    expect(page.get_by_role("alert")).to_contain_text("did not allow the camera")
    expect(page.get_by_role("button", name="Start the camera")).to_be_disabled()
    # As a browser does that keeps the page while the person is elsewhere.
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    ready(page)
    expect(page.get_by_role("button", name="Start the camera")).to_be_disabled()
    assert page.evaluate("window.asked") == 1


# Counts how often the camera is asked for; `true`: it is given.
COUNT_ASKED = """() => {
  window.asked = 0;
  const given = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    window.asked += 1;
    if (true) return given(wanted);
    throw new DOMException("", "NotAllowedError");
  };
}"""


def test_nothing_is_wider_than_a_small_phone_however_it_is_held(phone: OpenPhone, plane: Path) -> None:
    page = phone(viewport=ViewportSize(width=360, height=740))
    page.locator(".start button").click()
    page.locator(".seen strong").wait_for()
    choose(page, plane)
    page.locator(".verdict").wait_for()
    for language in ("en", "uk", "ru"):
        speak(page, language)
        for width, height in ((360, 740), (740, 360), (640, 360)):
            page.set_viewport_size(ViewportSize(width=width, height=height))
            assert page.evaluate("innerWidth") == width
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (language, width)
            # The answer stands above the picture, and both are seen at once without scrolling.
            page.evaluate("scrollTo(0, 0)")
            answer, finder = page.locator(".seen").bounding_box(), page.locator(".finder").bounding_box()
            assert answer
            assert finder
            assert answer["y"] + answer["height"] <= finder["y"] + 1
            assert finder["y"] + finder["height"] <= height, (language, height)


def test_without_isolation_it_computes_with_one_thread_and_says_so(
    chromium: Browser, small_server: str, plane: Path
) -> None:
    context = chromium.new_context(locale="en-US", viewport=PHONE, service_workers="block")
    try:

        def bare(route: Any) -> None:
            answer = route.fetch()
            left = {k: v for k, v in answer.headers.items() if not k.startswith("cross-origin-")}
            route.fulfill(response=answer, headers=left)

        context.route("**/phone", bare)
        page = opened(context, small_server)
        assert not page.evaluate("crossOriginIsolated")
        expect(page.locator("footer")).to_contain_text("one thread, because the page is not isolated")
        choose(page, plane)
        expect(card(page, "plane.png").locator(".verdict .name")).to_have_text(small_answer(plane))
    finally:
        context.close()
