"""Pictures to fill a catalogue with, and what a person does with it in the browser."""

import json
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.seeing import ask


def paint(folder: Path, count: int) -> list[Path]:
    """Small pictures, each with a content of its own: noise."""
    folder.mkdir(exist_ok=True)
    paths = []
    for number in range(count):
        pixels = np.random.default_rng(number).integers(0, 256, (24, 24, 3), dtype=np.uint8)
        paths.append(folder / f"noise{number:02}.png")
        Image.fromarray(pixels).save(paths[-1])
    return paths


# By the number of the noise: whether the bundled model takes it for one of its classes.
_known: dict[int, bool] = {}


def puzzle(folder: Path, address: str, count: int) -> list[Path]:
    """Pictures that are none of its classes, says the bundled model of the server at `address`."""
    found: list[Path] = []
    for number, path in enumerate(paint(folder, 40 + 10 * count)):
        if len(found) == count:
            break
        if number not in _known:
            _known[number] = ask(address, path.read_bytes())["known"]
        if not _known[number]:
            found.append(path)
    assert len(found) == count, "the model takes nearly all noise for one of its classes"
    return found


def add(page: Page, *files: Path) -> None:
    """Choose files in the dialog of the page's button, and wait until all are sent."""
    with page.expect_file_chooser() as opened:
        page.get_by_role("button", name="Add pictures").click()
    opened.value.set_files([str(file) for file in files])


def sent(page: Page) -> None:
    """Wait for the end of the upload."""
    expect(page.get_by_role("heading", name="Upload finished")).to_be_visible()


def filed(page: Page, count: int) -> None:
    """Wait until `count` pictures are there and each has its class."""
    expect(tiles(page)).to_have_count(count)
    expect(page.get_by_text("Not classified yet", exact=True).and_(page.locator(".tile *"))).to_have_count(0)


def tiles(page: Page) -> Locator:
    return page.get_by_role("option").and_(page.locator(".tile"))


def tile(page: Page, name: str) -> Locator:
    return tiles(page).filter(has_text=name)


def count_of(page: Page, name: str) -> Locator:
    """The number beside a filter."""
    return page.locator("aside .choice").filter(has=page.get_by_text(name, exact=True)).locator("small")


def get(address: str, path: str) -> Any:
    """What the API answers, asked without the page."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{address}/api/v1{path}", timeout=60) as answer:
        return json.load(answer)


def send(address: str, *files: Path) -> None:
    """Files into the catalogue without the page."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for file in files:
        request = urllib.request.Request(
            f"{address}/api/v1/catalogue/pictures?name={file.name}",
            file.read_bytes(),
            {"Content-Type": "application/octet-stream"},
        )
        opener.open(request, timeout=60).close()
