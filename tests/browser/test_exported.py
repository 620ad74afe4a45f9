"""The page of an export for the web, on a web server that knows nothing of it."""

import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from tenfold import modelfile
from tenfold.export.formats import FORMATS
from tenfold.inference import Classifier
from tests import tiny
from tests.browser.conftest import PAGE, need
from tests.environment.web_server import QuietHandler, answering

pytestmark = pytest.mark.browser


class _Files(QuietHandler, SimpleHTTPRequestHandler):
    """A folder's."""


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the small model's export, in a folder of a plain web server."""
    need(PAGE.is_file(), "needs the built page: make frontend")
    folder = tmp_path_factory.mktemp("exported")
    packed = folder / "tiny-web.zip"
    made = FORMATS["web"]
    made.convert(tiny.MODEL, packed, [])
    made.describe(packed, modelfile.read(tiny.MODEL)[1])
    with zipfile.ZipFile(packed) as files:
        files.extractall(folder / "some" / "place")
    with answering(partial(_Files, directory=str(folder))) as address:
        yield f"{address}/some/place/"


def test_it_names_a_picture_and_asks_nobody_else(chromium: Browser, unpacked: str, tmp_path: Path) -> None:
    Image.effect_noise((50, 40), 90).convert("RGB").save(picture := tmp_path / "noise.png")
    said = Classifier(tiny.MODEL, threads=1).classify(picture)
    context = chromium.new_context(locale="en-US", viewport={"width": 390, "height": 844})
    asked: list[str] = []
    wrong: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    context.on("weberror", lambda error: wrong.append(str(error.error)))
    page = context.new_page()
    page.goto(unpacked)

    expect(page.get_by_role("heading", level=1)).to_have_text("tiny")
    page.locator("input[type=file][multiple]").set_input_files(picture)
    expect(page.locator(".verdict .name")).to_have_text(said.label if said.known else "None of these")
    expect(page.get_by_text("with one thread")).to_be_visible()
    page.get_by_role("button", name="Start the camera").click()
    page.wait_for_function("Number(document.querySelector('[data-rate]')?.dataset.rate) > 0")

    assert wrong == []
    assert [url for url in asked if not url.startswith((unpacked, "blob:"))] == []
    context.close()


def test_a_page_of_others_asks_its_module(chromium: Browser, unpacked: str) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{unpacked}model.json")

    labels, tries = page.evaluate(
        """async () => {
          const { open } = await import("./classifier.js");
          const classifier = await open(new URL("network.onnx", location.href));
          const [{ png, prediction }] = await (await fetch("self-test.json")).json();
          const picture = await (await fetch(`data:image/png;base64,${png}`)).blob();
          const own = await classifier.classify(picture);
          classifier.close();
          return [classifier.facts.classes.map(({ label }) => label), [own.label, prediction.label]];
        }"""
    )

    assert tuple(labels) == modelfile.read(tiny.MODEL)[1].labels
    assert tries[0] == tries[1]
    context.close()


def test_opened_as_a_file_it_says_what_it_needs(chromium: Browser, tmp_path: Path) -> None:
    need(PAGE.is_file(), "needs the built page: make frontend")
    (tmp_path / "index.html").write_text((PAGE.with_name("exported.html")).read_text())
    context = chromium.new_context()
    page = context.new_page()
    page.goto((tmp_path / "index.html").as_uri())

    expect(page.get_by_text("needs JavaScript, and a web server")).to_be_visible()
    context.close()
