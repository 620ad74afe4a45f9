"""A device's camera that a page sends, in a real browser: added, sent, seen, stopped, refused, replaced."""

import re

import pytest
from playwright.sync_api import Page, WebSocket, expect

from tests.browser.every_page.test_access import violations
from tests.browser.seeing import LookAt

pytestmark = pytest.mark.browser
pytest.importorskip("av", reason="needs the cameras extra: pip install 'tenfold[cameras]'")


def add(page: Page, name: str = "Desk") -> None:
    page.get_by_role("button", name="Add a camera").click()
    dialog = page.get_by_role("dialog", name="Add a camera")
    dialog.get_by_label("Which camera").select_option("This device’s camera")
    expect(dialog.get_by_label("Address")).to_have_count(0)
    dialog.get_by_label("Name").fill(name)
    assert violations(page) == []
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(dialog).to_have_count(0)


@pytest.mark.long
def test_a_device_s_camera_is_added_sent_seen_live_and_stopped(look_at: LookAt) -> None:
    page = look_at("/cameras")
    sockets: list[WebSocket] = []
    page.on("websocket", lambda socket: sockets.append(socket))
    add(page)
    card = page.get_by_role("article", name="Desk")
    expect(card).to_contain_text("No page sends its picture")
    page.evaluate(
        """() => {
          window.screen_on = 0;
          const held = { release: async () => { window.screen_on -= 1; } };
          navigator.wakeLock.request = async () => { window.screen_on += 1; return held; };
        }"""
    )
    card.get_by_role("button", name="Send this device’s camera").click()
    bar = page.get_by_role("region", name="This device’s camera for ⁨Desk⁩")
    expect(bar).to_contain_text("This page sends the picture of ⁨Desk⁩. Keep the page open and in sight.")
    expect(card).to_contain_text("Live")
    still = card.get_by_role("img", name="What ⁨Desk⁩ sees now")
    expect(still).to_have_js_property("naturalWidth", 640)
    first = still.get_attribute("src")
    expect(still).not_to_have_attribute("src", first or "")
    assert violations(page) == []
    [said] = page.request.get(page.url.replace("/cameras", "/api/v1/cameras")).json()
    assert (said["kind"], said["state"]["phase"]) == ("browser", "running")
    assert page.evaluate("window.screen_on") == 1
    assert max(said["state"]["width"], said["state"]["height"]) <= 1280

    page.get_by_role("link", name="Events").first.click()
    expect(bar).to_be_visible()  # it goes on while events are looked at
    page.get_by_role("link", name="Now").click()
    card.get_by_role("button", name="Stop sending").click()
    expect(bar).to_have_count(0)
    assert page.evaluate("window.screen_on") == 0
    expect(card).to_contain_text("No page sends its picture")
    expect(card).to_contain_text(re.compile("last picture .* ago"))
    assert [one.url.rpartition("/")[2] for one in sockets if one.url.endswith("/frames")] == ["frames"]


@pytest.mark.long
def test_a_page_that_another_replaces_says_so_and_one_whose_connection_broke_goes_on(
    look_at: LookAt,
) -> None:
    page = look_at("/cameras")
    add(page)
    page.get_by_role("button", name="Send this device’s camera").click()
    expect(page.get_by_text("This page sends the picture of ⁨Desk⁩.")).to_be_visible()
    number = page.request.get(page.url.replace("/cameras", "/api/v1/cameras")).json()[0]["id"]
    address = page.url.replace("/cameras", f"/api/v1/cameras/{number}")
    assert page.request.post(f"{address}/pause").status == 200
    expect(page.get_by_text("The connection to ⁨Desk⁩ broke; it is tried again.")).to_be_visible()
    assert page.request.post(f"{address}/pause?on=false").status == 200
    expect(page.get_by_text("This page sends the picture of ⁨Desk⁩.")).to_be_visible()
    other = look_at("/cameras")
    other.get_by_role("button", name="Send this device’s camera").click()
    expect(other.get_by_text("This page sends the picture of ⁨Desk⁩.")).to_be_visible()
    expect(page.get_by_text("Another page sends the picture of ⁨Desk⁩ now")).to_be_visible()
    assert page.evaluate("document.querySelector('video')") is None
    # Whoever sends is told at once, not only with the next list of cameras, and does not try again.
    senders: list[WebSocket] = []
    other.on("websocket", lambda socket: senders.append(socket))
    other.route(re.compile(r"/api/v1/cameras$"), lambda route: route.abort())
    assert page.request.delete(address).status == 200
    expect(other.get_by_text("The camera ⁨Desk⁩ was removed, so this page has stopped.")).to_be_visible()
    expect(other.locator("video")).to_have_count(0)
    other.wait_for_timeout(1_500)  # a page whose connection broke would have tried again after a second
    assert [one.url for one in senders if one.url.endswith("/frames")] == []
    other.unroute(re.compile(r"/api/v1/cameras$"))
    expect(other.get_by_text("No camera is watched yet")).to_be_visible()
    expect(other.get_by_text("The camera ⁨Desk⁩ was removed, so this page has stopped.")).to_be_visible()
    other.get_by_role("button", name="Close").click()
    expect(other.get_by_text("was removed, so this page has stopped")).to_have_count(0)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("NotAllowedError", "The browser did not allow the camera"),
        ("NotFoundError", "No camera was found on this device"),
    ],
)
def test_a_camera_that_is_refused_or_absent_is_said_and_asked_for_no_second_time_after_a_refusal(
    look_at: LookAt, error: str, words: str
) -> None:
    page = look_at("/cameras")
    add(page)
    page.evaluate(
        """error => {
          window.asked = 0;
          navigator.mediaDevices.getUserMedia = async () => {
            window.asked += 1;
            throw new DOMException("", error);
          };
        }""",
        error,
    )
    button = page.get_by_role("button", name="Send this device’s camera")
    button.click()
    expect(page.get_by_role("alert")).to_contain_text(words)
    assert violations(page) == []
    button.click()
    expect(page.get_by_role("alert")).to_contain_text(words)
    assert page.evaluate("window.asked") == (1 if error == "NotAllowedError" else 2)
