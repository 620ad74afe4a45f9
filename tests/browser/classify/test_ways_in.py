"""The other ways in: drop, paste, camera, and a press of the button instead of at once."""

import base64
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.seeing import Visit, card, choose

pytestmark = pytest.mark.browser

# What a person's drag or Ctrl+V makes the browser do: the same events with the same transfer.
_GIVE = """([type, name, content, mime]) => {
  const transfer = new DataTransfer();
  const bytes = Uint8Array.from(atob(content), c => c.charCodeAt(0));
  if (name) transfer.items.add(new File([bytes], name, { type: mime }));
  else transfer.setData("text/plain", "words");
  const how = { bubbles: true, cancelable: true };
  const event = type === "paste"
    ? new ClipboardEvent(type, { ...how, clipboardData: transfer })
    : new DragEvent(type, { ...how, dataTransfer: transfer });
  document.body.dispatchEvent(event);
  return event.defaultPrevented;
}"""


def give(page: Page, event: str, file: Path | None = None) -> bool:
    content = base64.b64encode(file.read_bytes()).decode() if file else ""
    return bool(page.evaluate(_GIVE, [event, file.name if file else "", content, "image/png"]))


def test_a_picture_dropped_anywhere_is_classified(visit: Visit, plane: Path) -> None:
    page = visit()
    give(page, "dragenter", plane)
    expect(page.get_by_text("Let go to add the pictures")).to_be_visible()
    assert give(page, "dragover", plane), "the browser would open the file instead"
    assert give(page, "drop", plane), "the browser would open the file instead"
    expect(page.get_by_text("Let go to add the pictures")).to_have_count(0)
    expect(card(page, "plane.png").locator(".verdict .name")).to_be_visible()


def test_text_dropped_on_the_page_adds_nothing_and_opens_nothing(visit: Visit) -> None:
    page = visit()
    give(page, "dragenter")
    expect(page.get_by_text("Let go to add the pictures")).to_have_count(0)
    assert give(page, "drop")  # a browser would open an address in place of the page
    expect(page.get_by_role("article")).to_have_count(0)


def test_a_pasted_picture_is_classified(visit: Visit, plane: Path) -> None:
    page = visit()
    give(page, "paste", plane)
    expect(card(page, "plane.png").locator(".verdict .name")).to_be_visible()


def test_a_picture_on_the_clipboard_is_pasted_with_the_keyboard(
    visit: Visit, address: str, plane: Path
) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    page.evaluate(
        """async content => {
          const bytes = Uint8Array.from(atob(content), c => c.charCodeAt(0));
          const picture = new Blob([bytes], { type: "image/png" });
          await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
        }""",
        base64.b64encode(plane.read_bytes()).decode(),
    )
    page.keyboard.press("Control+v")
    expect(page.locator(".verdict .name")).to_be_visible()


def test_pasted_words_are_told_to_be_no_picture(visit: Visit) -> None:
    page = visit()
    give(page, "paste")
    expect(page.locator(".notice")).to_have_text("What was pasted contains no picture.")


def test_the_camera_shows_a_live_picture_and_takes_one(visit: Visit) -> None:
    page = visit()
    page.get_by_role("button", name="Camera").click()
    camera = page.get_by_role("dialog", name="Camera")
    shutter = camera.get_by_role("button", name="Take the picture")
    expect(shutter).to_be_enabled()
    assert camera.locator("video").evaluate("video => video.videoWidth") > 0
    shutter.click()
    expect(camera).to_have_count(0)
    expect(page.locator("article h3")).to_contain_text("camera 20")
    expect(page.locator(".verdict .name")).to_be_visible()
    expect(page.get_by_role("button", name="Camera", exact=True)).to_be_focused()


def test_escape_closes_the_camera_and_switches_it_off(visit: Visit) -> None:
    page = visit()
    page.evaluate(
        """() => {
          const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
          navigator.mediaDevices.getUserMedia = async wish => (window.given = await real(wish));
        }"""
    )
    page.get_by_role("button", name="Camera").click()
    expect(page.get_by_role("button", name="Take the picture")).to_be_enabled()
    page.keyboard.press("Escape")
    # A closed dialog is hidden before it is taken out of the page, which switches the camera off.
    page.wait_for_function("window.given.getTracks().every(track => track.readyState === 'ended')")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_refused_camera_is_told(visit: Visit, launch: Any) -> None:
    page = visit(launch("--use-fake-device-for-media-stream", "--deny-permission-prompts"))
    page.get_by_role("button", name="Camera").click()
    expect(page.get_by_role("dialog")).to_contain_text("The browser did not allow the camera.")
    expect(page.get_by_role("button", name="Try again")).to_be_disabled()


def test_a_machine_without_a_camera_is_told(visit: Visit, launch: Any) -> None:
    page = visit(
        launch("--use-fake-device-for-media-stream=device-count=0", "--use-fake-ui-for-media-stream")
    )
    page.get_by_role("button", name="Camera").click()
    expect(page.get_by_role("dialog")).to_contain_text("No camera was found on this device.")


def test_pictures_wait_for_the_button_where_at_once_is_switched_off(
    visit: Visit, plane: Path, ship: Path
) -> None:
    page = visit(locale="uk-UA")
    page.get_by_role("switch", name="Класифікувати одразу").uncheck()
    choose(page, plane, ship)
    expect(page.get_by_text("Ще не класифіковано")).to_have_count(2)
    card(page, "plane.png").get_by_role("button", name="Класифікувати").click()
    expect(card(page, "plane.png").locator(".verdict")).to_be_visible()
    expect(card(page, "ship.png").get_by_text("Ще не класифіковано")).to_be_visible()
    page.reload()
    expect(page.get_by_role("switch")).not_to_be_checked()
    choose(page, plane, ship)
    page.get_by_role("button", name="Класифікувати все").click()
    expect(page.locator(".verdict")).to_have_count(2)
