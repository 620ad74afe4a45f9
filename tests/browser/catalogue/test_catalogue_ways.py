"""Ways through the catalogue: what is typed, filtered and opened goes where a person expects."""

import json
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.catalogues import add, filed, get, paint, send, tile, tiles
from tests.browser.seeing import LookAt

pytestmark = pytest.mark.browser

Opened = Callable[[int, str], Page]
QUICK = 400  # milliseconds; longer than a search waits for the next letter


@pytest.fixture
def opened(look_at: LookAt, own_server: str, tmp_path: Path) -> Opened:
    """Adds so many pictures to a catalogue of the test's own, and opens an address once they are filed."""

    def one(count: int, address: str) -> Page:
        send(own_server, *paint(tmp_path / "noise", count))
        page = look_at("/catalogue?order=name")
        filed(page, count)
        page.goto(own_server + address)
        page.get_by_role("search").wait_for()
        return page

    return one


def delete(address: str, *ids: int) -> None:
    """Puts pictures into the bin without the page."""
    body = json.dumps({"kind": "delete", "entries": ids}).encode()
    request = urllib.request.Request(
        f"{address}/api/v1/catalogue/actions", body, {"Content-Type": "application/json"}
    )
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60).close()


def test_the_search_field_says_what_is_searched_for_also_after_the_way_back(opened: Opened) -> None:
    page = opened(2, "/catalogue")
    search = page.get_by_role("searchbox")
    search.fill("nowhere")
    expect(page.get_by_text("No pictures match these filters")).to_be_visible()
    page.get_by_role("link", name="All pictures").click()
    expect(tiles(page)).to_have_count(2)
    expect(search).to_have_value("")
    page.go_back()
    expect(search).to_have_value("nowhere")
    expect(page.get_by_text("No pictures match these filters")).to_be_visible()


def late(route: Route) -> None:
    time.sleep(QUICK / 1000)
    route.continue_()


def test_a_search_that_was_left_at_once_brings_nobody_back(opened: Opened, own_server: str) -> None:
    page = opened(2, "/catalogue")
    # The other page's program comes late, as on a slow network: until then the catalogue is shown.
    page.route("**/*.js", late)
    page.get_by_role("searchbox").fill("noise01")
    page.get_by_role("link", name="Models").click()
    expect(page.get_by_role("heading", level=1, name="Models")).to_be_visible()
    page.wait_for_timeout(QUICK)
    expect(page).to_have_url(f"{own_server}/models")


def test_clearing_the_finer_filters_leaves_the_bin_and_the_states_as_they_are(
    opened: Opened, own_server: str
) -> None:
    page = opened(2, "/catalogue?deleted=true&source=camera")
    delete(own_server, 1)
    expect(page.get_by_text("The bin is empty")).to_be_visible()
    page.get_by_role("button", name="Clear these filters").click()
    expect(tile(page, "noise00")).to_be_visible()
    expect(page).to_have_url(f"{own_server}/catalogue?deleted=true")
    page.goto(f"{own_server}/catalogue?none=true&state=failed&source=camera")
    page.get_by_role("button", name="Clear these filters").click()
    expect(page).to_have_url(f"{own_server}/catalogue?none=true&state=failed")


def test_in_the_bin_a_key_files_nothing_and_delete_asks_before_it_is_for_good(
    opened: Opened, own_server: str
) -> None:
    page = opened(2, "/catalogue")
    delete(own_server, 1)
    page.goto(f"{own_server}/catalogue?deleted=true&open=1")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Restore").wait_for()
    page.keyboard.press("4")
    page.wait_for_timeout(QUICK)
    expect(page.get_by_role("region", name="Messages")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    tile(page, "noise00").click()
    page.keyboard.press("Delete")
    question = page.get_by_role("dialog", name="Delete 1 picture for good?")
    question.get_by_role("button", name="Cancel").click()
    expect(tile(page, "noise00")).to_be_visible()
    page.get_by_role("listbox").focus()
    page.keyboard.press("Delete")
    question.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("The bin is empty")).to_be_visible()
    assert get(own_server, "/catalogue/counts")["total"] == 1


def test_the_timeline_shows_what_comes_in_meanwhile(opened: Opened, own_server: str, tmp_path: Path) -> None:
    page = opened(1, "/catalogue")
    page.goto(f"{own_server}/catalogue?view=timeline&by=added")
    pictures = page.locator(".days img")
    expect(pictures).to_have_count(1)
    send(own_server, *paint(tmp_path / "noise", 3))
    expect(pictures).to_have_count(3)


def test_a_stopped_upload_does_not_say_that_it_is_finished(look_at: LookAt, tmp_path: Path) -> None:
    page = look_at("/catalogue")
    page.route("**/api/v1/catalogue/pictures*", lambda route: None)  # never answered
    add(page, *paint(tmp_path / "noise", 3))
    upload = page.get_by_role("region", name="Upload", exact=True)
    upload.get_by_role("button", name="Stop").click()
    expect(upload.get_by_role("heading", name="Upload stopped")).to_be_visible()
    expect(upload).to_contain_text("0 of 3")
    upload.get_by_role("button", name="Close").click()
    expect(upload).to_have_count(0)
