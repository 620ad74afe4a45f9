"""The phone app and what changes around it: another live model, a newer version of the app, several tabs."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import APIResponse, Browser, BrowserContext, Page, Route, expect

from tenfold.modelfile import bundled
from tests.browser.conftest import PAGE, need
from tests.browser.seeing import card, choose
from tests.environment.chromium import PATIENCE
from tests.environment.web_server import QuietHandler, answering
from tests.paths import ROOT

pytestmark = pytest.mark.browser


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    made = chromium.new_context(locale="en-US", viewport={"width": 390, "height": 844})
    made.set_default_timeout(PATIENCE)
    yield made
    made.close()


def opened(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(f"{address}/phone")
    page.locator("main").wait_for()
    return page


def make_live(context: BrowserContext, address: str, name: str) -> None:
    models = context.request.get(f"{address}/api/v1/models").json()["models"]
    (key,) = (model["hash"] for model in models if model["name"] == name)
    answer: APIResponse = context.request.post(f"{address}/api/v1/models/{key}/live", data={})
    assert answer.ok, answer.text()


def changed(route: Route) -> None:
    """The model file with one byte of its network changed."""
    answer = route.fetch()
    body = bytearray(answer.body())
    body[len(body) // 2] ^= 1
    route.fulfill(response=answer, body=bytes(body))


def untrue(route: Route) -> None:
    """Answers of a server that are not those of the file."""
    answer = route.fetch().json()
    for one in answer["pictures"]:
        one["prediction"]["probabilities"] = dict.fromkeys(one["prediction"]["probabilities"], 0.1)
    route.fulfill(json=answer)


def test_a_model_goes_to_the_phone_whole_and_tried_in_all_tabs_and_back(
    context: BrowserContext, small_server: str
) -> None:
    page, other = opened(context, small_server), opened(context, small_server)
    for one in (page, other):
        expect(one.locator("footer dl")).to_contain_text("tiny")
    make_live(context, small_server, "shades")
    page.reload()
    offer = page.locator(".notice").filter(has_text="The server answers with another model")
    expect(offer).to_contain_text("shades")

    page.route("**/models/*/file", changed)
    offer.get_by_role("button").click()
    expect(page.get_by_role("alert")).to_contain_text("did not arrive completely")
    page.unroute("**/models/*/file")
    page.route("**/model/self-test", untrue)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("alert")).to_contain_text(
        "does not answer on this device as it does on the server"
    )
    expect(page.locator("footer dl")).to_contain_text("tiny")
    page.unroute("**/model/self-test")

    page.get_by_role("button", name="Try again").click()
    for one in (page, other):
        expect(one.locator("footer dl")).to_contain_text("shades")
    context.set_offline(True)
    page.get_by_role("button", name="Back to the previous model").click()
    for one in (page, other):
        expect(one.locator("footer dl")).to_contain_text("tiny")


def test_the_model_for_cameras_answers_on_the_phone_as_on_the_server(
    context: BrowserContext, own_server: str
) -> None:
    watch = bundled("watch").read_bytes()
    kind = {"Content-Type": "application/octet-stream"}
    added = context.request.post(f"{own_server}/api/v1/models", data=watch, headers=kind)
    assert added.ok, added.text()
    make_live(context, own_server, added.json()["name"])
    page = opened(context, own_server)
    # After the self-test; the other two are tried above.
    expect(page.locator("footer dl")).to_contain_text("watch")


# What the server of 29 November 2026 answered to the first phone app: names of values, at every depth.
FIRST_ANSWERS: dict[str, Any] = json.loads((ROOT / "tests/data/phone_api.json").read_text())


def cut(answer: Any, first: Any) -> Any:
    """An answer without what the first server did not say; it has to say all that this one did."""
    if isinstance(first, dict) and first and isinstance(answer, dict):
        return {name: cut(answer[name], first[name]) for name in first}
    if isinstance(first, list) and first and isinstance(answer, list):
        return [cut(one, first[0]) for one in answer]
    return answer


@pytest.mark.long
def test_the_app_works_with_the_answers_of_the_first_server_which_are_all_still_given(
    context: BrowserContext, own_server: str, plane: Path
) -> None:
    seen = set()

    def older(route: Route) -> None:
        asked = urlsplit(route.request.url).path
        known = asked if route.request.method == "GET" else f"{route.request.method} {asked}"
        seen.add(known)
        answer = route.fetch()
        route.fulfill(response=answer, json=cut(answer.json(), FIRST_ANSWERS[known]))

    for known in FIRST_ANSWERS:
        context.route(re.compile(re.escape(known.split()[-1]) + r"(\?.*)?$"), older)
    page = opened(context, own_server)
    expect(page.locator("footer dl")).to_contain_text("photo")
    make_live(context, own_server, "tenfold-cifar10")
    page.reload()
    page.locator(".notice").get_by_role("button").click()
    expect(page.locator("footer dl")).to_contain_text("cifar10")
    choose(page, plane)
    expect(card(page, "plane.png").locator(".verdict .name")).to_have_text("airplane")
    page.get_by_role("button", name=re.compile("Send .*plane.png")).click()
    expect(page.get_by_text("Is in the catalogue")).to_be_visible()
    assert seen == set(FIRST_ANSWERS)


class Files(QuietHandler, SimpleHTTPRequestHandler):
    """Serves a build as the server does, and no API."""

    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript"}  # noqa: RUF012

    def translate_path(self, path: str) -> str:
        found = super().translate_path("/phone.html" if path == "/phone" else path)
        return f"{found}.gz" if found.endswith(".wasm") else found


def served(folder: Path) -> AbstractContextManager[str]:
    return answering(partial(Files, directory=str(folder)))


def test_a_newer_app_comes_by_one_tap_and_other_tabs_are_told(
    context: BrowserContext, tmp_path: Path
) -> None:
    need(PAGE.is_file(), "needs the built page: make frontend")
    build = Path(shutil.copytree(PAGE.parent, tmp_path / "build"))
    with served(build) as address:
        page = opened(context, address)
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        other = opened(context, address)
        document, worker = build / "phone.html", build / "phone-service-worker.js"
        document.write_text(document.read_text().replace("<head>", '<head><meta name="newer">'))
        worker.write_text(re.sub(r'"[0-9a-f]{16}"', '"0123456789abcdef"', worker.read_text()))

        # The older app stays until somebody takes the newer one.
        page.reload()
        expect(page.get_by_text("There is a newer version of this app")).to_be_visible()
        assert page.locator("meta[name=newer]").count() == 0
        with page.expect_navigation():
            page.get_by_role("button", name="Update").click()
        expect(page.locator("meta[name=newer]")).to_have_count(1)
        expect(other.get_by_text("The app was updated in another tab")).to_be_visible()
        with other.expect_navigation():
            other.get_by_role("button", name="Update").click()
        expect(other.locator("meta[name=newer]")).to_have_count(1)
