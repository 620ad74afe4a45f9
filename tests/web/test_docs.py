"""/docs, with nothing from elsewhere."""

import re

import pytest
from playwright.sync_api import Browser

from tests.web.conftest import Running

ASSETS = ("/docs/swagger-ui.css", "/docs/swagger-ui-bundle.js", "/docs/start.js")


def test_every_asset_comes_from_this_server(running: Running) -> None:
    page = running.client.get("/docs")
    assert page.status_code == 200
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert sorted(addresses) == sorted(("data:,", *ASSETS))
    for path in ASSETS:
        asset = running.client.get(path)
        assert asset.status_code == 200
        assert asset.headers["content-type"].split(";")[0] in ("text/css", "text/javascript")


def test_guides_open_from_this_server_and_link_to_each_other(running: Running) -> None:
    waiting, seen = {"/docs/guides/line-tutorial"}, set[str]()
    while waiting:
        path = waiting.pop()
        seen.add(path)
        page = running.client.get(path)
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        for address in re.findall(r'(?:src|href)="([^"#]+)[^"]*"', page.text):
            if address.endswith(".css"):
                assert running.client.get(f"/docs/guides/{address}").status_code == 200
            elif address != "data:,":
                waiting |= {f"/docs/guides/{address}"} - seen
    assert seen == {f"/docs/guides/{name}" for name in ("line-tutorial", "line", "plant-signals")}
    assert running.client.get("/docs/guides/other").status_code == 404


@pytest.mark.long
@pytest.mark.browser
def test_it_shows_the_api_in_a_browser_under_its_policy(running: Running, chromium: Browser) -> None:
    page = chromium.new_page()
    complaints: list[str] = []
    elsewhere: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: elsewhere.append(request.url))
    page.goto(f"{running.address}/docs")
    page.get_by_text("Classify pictures", exact=True).click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    page.locator(".live-responses-table .highlight-code").first.wait_for()
    page.close()
    assert [text for text in complaints if "status of 415" not in text] == []  # there was no picture in it
    assert [url for url in elsewhere if not url.startswith((running.address, "data:", "blob:"))] == []
