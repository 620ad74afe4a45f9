"""A server that goes away and comes back: the page says so, and nothing typed is lost."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.seeing import LookAt

pytestmark = pytest.mark.browser
SECONDS = 5_000


def test_a_banner_says_that_the_server_is_away_and_goes_when_it_is_back(
    look_at: LookAt, own_server: str, tmp_path: Path
) -> None:
    page = look_at("/settings?part=folders")
    folder = page.get_by_role("textbox", name="Folder")
    folder.fill(str(tmp_path))
    banner = page.get_by_role("strong").filter(has_text="The server does not answer.")
    expect(banner).to_have_count(0)

    page.context.set_offline(True)
    page.get_by_role("button", name="Add a folder").click()
    expect(banner).to_be_visible(timeout=SECONDS)
    expect(page.get_by_role("alert").filter(has=banner)).to_have_count(1)
    expect(folder).to_have_value(str(tmp_path))

    page.context.set_offline(False)
    expect(banner).to_have_count(0, timeout=SECONDS)
    expect(folder).to_have_value(str(tmp_path))
    page.get_by_role("button", name="Add a folder").click()
    expect(
        page.get_by_role("region", name="Messages").get_by_text("The folder is being added.")
    ).to_be_visible()
