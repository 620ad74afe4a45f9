"""A server that is killed and started again while somebody works in the page."""

import os
import re
import socket
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.catalogues import paint
from tests.browser.conftest import MODEL, PAGE, need, watch
from tests.environment.chromium import PATIENCE
from tests.environment.forking import Forked, tenfold
from tests.shortcuts import tables

pytestmark = pytest.mark.browser


def started(home: Path, port: int) -> Forked:
    """A server at this port that takes pictures."""
    if not (home / "tenfold.db").exists():
        tables.copy_tables(home / "tenfold.db")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TENFOLD_")}
    arguments = ["serve", "--port", str(port), "--no-open"]
    server = Forked(tenfold, arguments, {**environ, "TENFOLD_HOME": str(home)})
    assert server.stdout.readline().startswith(f"tenfold is at http://127.0.0.1:{port}")
    return server


def ended(server: Forked) -> None:
    """It was killed, and had no time for anything."""
    server.close()


@pytest.mark.slow
def test_a_server_that_is_killed_and_comes_back_is_noticed_and_work_goes_on(
    chromium: Browser, home: Path, tmp_path: Path
) -> None:
    need(PAGE.is_file(), "needs the built page: make frontend")
    need(MODEL.is_file(), "needs the bundled model: tenfold train")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    wrong: list[str] = []
    with ExitStack() as stack:
        server = started(home, port)
        context = chromium.new_context(locale="en-US")
        stack.callback(context.close)
        watch(context, f"http://127.0.0.1:{port}", wrong)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(f"http://127.0.0.1:{port}/settings?part=folders")
        folder = page.get_by_role("textbox", name="Folder")
        folder.fill(str(tmp_path / "album"))
        banner = page.locator("strong").get_by_text("The server does not answer.", exact=True)
        expect(banner).to_have_count(0)

        ended(server)
        expect(banner).to_be_visible()
        expect(folder).to_have_value(str(tmp_path / "album"))

        stack.callback(ended, started(home, port))
        expect(banner).to_have_count(0)
        expect(folder).to_have_value(str(tmp_path / "album"))
        paint(tmp_path / "album", 1)
        page.get_by_role("button", name="Add a folder").click()
        expect(page.get_by_role("listitem").filter(has_text=str(tmp_path / "album"))).to_be_visible()
        # The stream of events is there again, too: what the server does is told without a reload.
        expect(page.get_by_role("region", name="Messages")).to_contain_text(
            re.compile("folder is being added")
        )
    assert wrong == []
