"""What is dropped or pasted: taken where there is a place for it, and elsewhere it opens nothing."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.catalogues import sent, tiles
from tests.browser.seeing import LookAt
from tests.fakes import picture

pytestmark = pytest.mark.browser

# Whether a page keeps the browser from doing as ever with what is dragged over it or dropped: opening it.
DRAGGED = """([selector, kind]) => {
  const dataTransfer = new DataTransfer();
  if (kind === "file") dataTransfer.items.add(new File(["x"], "x.png", { type: "image/png" }));
  else dataTransfer.setData(kind, location.origin);
  return ["dragover", "drop"].map((type) =>
    !document.querySelector(selector).dispatchEvent(
      new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true })));
}"""


def held(page: Page, selector: str, kind: str) -> Any:
    return page.evaluate(DRAGGED, [selector, kind])


def test_nothing_that_is_dropped_opens_in_place_of_a_page(glance: LookAt) -> None:
    page = glance("/review")
    server = page.url.removesuffix("/review")
    for path in ("/review", "/models", "/data", "/cameras", "/settings", "/phone"):
        page.goto(f"{server}{path}")
        page.locator("main h1").wait_for()
        assert held(page, "main", "file") == [True, True], path
        assert held(page, "main", "text/uri-list") == [True, True], path


def test_text_is_dropped_into_fields_as_ever(glance: LookAt) -> None:
    page = glance("/catalogue")
    assert held(page, "main input.input", "text/plain") == [False, False]
    assert held(page, "main h1", "text/plain") == [True, True]


def test_a_pasted_picture_goes_into_the_catalogue_and_pasted_text_nowhere(look_at: LookAt) -> None:
    page = look_at("/catalogue")
    paste = """(content) => {
      const clipboardData = new DataTransfer();
      if (content === null) clipboardData.setData("text/plain", "words");
      else clipboardData.items.add(new File([new Uint8Array(content)], "image.png", { type: "image/png" }));
      document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
    }"""
    page.evaluate(paste, None)
    page.evaluate(paste, list(picture()))
    sent(page)
    expect(tiles(page)).to_have_count(1)


def test_a_dropped_folder_becomes_a_dataset(look_at: LookAt, tmp_path: Path) -> None:
    folder = tmp_path / "shades"
    for label, value in (("dark", 20), ("light", 220)):
        (folder / label).mkdir(parents=True)
        for n in range(3):
            (folder / label / f"{n}.png").write_bytes(picture((value + n, value, value), size=(40, 40)))
    page = look_at("/data")
    page.get_by_role("button", name="Add a dataset").click()
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    drag = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(folder)], "dragOperationsMask": 1}
    for type_ in ("dragEnter", "dragOver", "drop"):
        drag.send("Input.dispatchDragEvent", {"type": type_, "x": 640, "y": 450, "data": data})
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("navigation", name="Datasets")).to_contain_text("shades")
    expect(page.locator("main")).to_contain_text("light")
