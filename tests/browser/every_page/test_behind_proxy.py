"""The page in a real browser under a prefix, behind real proxies as docs/how-to/reverse-proxy.md has them."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tenfold.runtime import App
from tenfold.settings import Settings
from tests.browser.conftest import MODEL, PAGE, need, watch
from tests.browser.seeing import card, choose
from tests.environment.forking import serving
from tests.environment.proxies import PROXIES

pytestmark = pytest.mark.browser
WORDS = "seven green kettles"


@pytest.mark.long
@pytest.mark.parametrize("proxy", PROXIES)
def test_the_page_works_under_a_prefix(chromium: Browser, tmp_path: Path, plane: Path, proxy: str) -> None:
    need(PAGE.is_file() and MODEL.is_file(), "needs the built page and the bundled model")
    home, wrong = tmp_path / "home", list[str]()
    with App(Settings(home=home)) as app:
        app.people.add("ann", "administrator", WORDS)
    with (
        serving(home, "--root-path", "pictures", trusted_proxies="127.0.0.1") as own,
        PROXIES[proxy](tmp_path, urlsplit(own).port or 0, "/pictures") as outside,
    ):
        assert own.endswith("/pictures")
        address = f"{outside}/pictures"
        context = chromium.new_context(locale="en-US", ignore_https_errors=True)
        watch(context, address, wrong)
        failed = list[str]()
        context.on("response", lambda got: failed.append(got.url) if got.status in (404, 502) else None)
        page = context.new_page()
        page.goto(f"{address}/")
        page.get_by_label("Name").fill("ann")
        page.get_by_label("Password").fill(WORDS)
        with page.expect_response("**/api/v1/events") as events:
            page.get_by_role("button", name="Sign in").click()
        assert events.value.status == 200
        (cookie,) = context.cookies()
        assert (cookie["name"], cookie["secure"]) == ("__Host-tenfold-pictures", True)
        choose(page, plane)
        expect(card(page, "plane.png").locator(".verdict .name")).to_be_visible()
        for name, path in (("Models", "/models"), ("Catalogue", "/catalogue"), ("Settings", "/settings")):
            page.get_by_role("navigation").get_by_role("link", name=name).first.click()
            expect(page).to_have_url(re.compile(re.escape(address + path)))
            page.reload()
            expect(page.locator("main h1")).to_be_visible()
        page.goto(f"{address}/docs")
        expect(page.get_by_text("Classify pictures").first).to_be_visible()
        context.close()
    assert wrong == []
    assert failed == []
