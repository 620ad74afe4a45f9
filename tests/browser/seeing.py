"""What tests do with a page: give it pictures, and read from it what a person would see."""

import json
import urllib.request
from pathlib import Path
from typing import Any, Protocol

from playwright.sync_api import Browser, Locator, Page

# How much of a canvas is drawn, and a fingerprint of what is.
_LOOK = """canvas => {
  if (!canvas.width || !canvas.height) return { drawn: 0, print: "" };
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let drawn = 0, print = 0;
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] > 0) drawn += 1;
    print = (print * 31 + data[i] * 65536 + data[i + 1] * 256 + data[i + 2]) >>> 0;
  }
  return { drawn: drawn / (canvas.width * canvas.height), print: String(print) };
}"""


class Visit(Protocol):
    """Opens the page in a context of its own; keyword arguments are those of a browser context."""

    def __call__(self, browser: Browser | None = None, **somebody: Any) -> Page: ...


class LookAt(Protocol):
    """Opens a page by its path in a context of its own, on a server of its own."""

    def __call__(self, path: str, **somebody: Any) -> Page: ...


def choose(page: Page, *files: Path) -> None:
    """Choose files in the dialog that the button opens."""
    with page.expect_file_chooser() as opened:
        page.locator("button.choose").click()
    opened.value.set_files([str(file) for file in files])


def speak(page: Page, language: str) -> None:
    """Choose the page's language by its code."""
    page.locator(f"header button[lang={language}]").click()


def card(page: Page, name: str) -> Locator:
    """The card of the picture called `name`."""
    return page.get_by_role("article").filter(has=page.get_by_role("heading", name=name, exact=True))


def names(page: Page) -> list[str]:
    """The pictures' names from top to bottom."""
    return page.locator("article h3").all_inner_texts()


def look(evidence: Locator) -> tuple[float, str]:
    """The share of a canvas that is drawn on, and a fingerprint of what is there."""
    seen = evidence.evaluate(_LOOK)
    return float(seen["drawn"]), str(seen["print"])


def ask(address: str, picture: bytes) -> dict[str, Any]:
    """What the API answers for a picture, asked without the page."""
    request = urllib.request.Request(
        f"{address}/api/v1/classify", picture, {"Content-Type": "application/octet-stream"}
    )
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
        prediction: dict[str, Any] = json.load(answer)["results"][0]["prediction"]
        return prediction


def english_percent(share: float) -> str:
    """A share as the page writes it in English."""
    if share > 0.9995:
        return "> 99.9%"
    if share < 0.0005:
        return "< 0.1%"
    return f"{share:.1%}"
