"""The view of a station in a real browser: parts that were judged are filtered, overruled and exported."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tenfold.line.simulator.scene import bundled_parts
from tests.browser.every_page.test_access import violations
from tests.browser.line.stations import Line, filming
from tests.browser.seeing import LookAt
from tests.browser.shell.test_app import account, sign_in

pytestmark = pytest.mark.browser


@pytest.fixture
def line(own_server: str, tmp_path: Path) -> Iterator[Line]:
    """A station that lets vehicles pass: part 1 is a ship, part 2 a cat, part 3 a ship."""
    shown = {path.stem: path for path, _ in bundled_parts(tmp_path)}
    headers = {"Origin": own_server}
    with filming() as camera, httpx.Client(base_url=own_server, headers=headers, timeout=60) as client:
        # The gate tells parts apart that follow each other closely.
        made = Line(client, camera, ["ship"], gate={"distance": 20_000, "window": 1})
        for name in ("ship-0", "cat-0", "ship-1"):
            made.judge(shown[name])
        yield made


def another_model_is_tried_and_taken(page: Page, recipe: Locator) -> None:
    """By the recorded parts; the version that is made of it is tried at once, and waits for approval."""
    recipe.get_by_role("button", name="Try on recorded parts").click()
    dialog = page.get_by_role("dialog")
    own, *others = dialog.get_by_label("Model").locator("option").all_inner_texts()
    assert own.endswith(", the version’s own")
    model = others[0].strip()
    dialog.get_by_label("Model").select_option(label=model)
    dialog.get_by_role("button", name="Try on recorded parts").click()
    expect(recipe.get_by_role("heading", name=re.compile(f"judged by .?{re.escape(model)}"))).to_be_visible()
    assert violations(page) == []
    recipe.get_by_role("button", name="New version with this model").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Model").locator("option:checked")).to_have_text(model)
    expect(dialog.get_by_role("checkbox", name="ship")).to_be_checked()
    dialog.get_by_role("button", name="New version").click()
    newest = recipe.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Version 2"))
    expect(newest).to_contain_text("not approved")
    expect(newest).to_contain_text("3 parts of")


@pytest.mark.long
def test_parts_are_filtered_overruled_counted_and_exported(
    look_at: LookAt, line: Line, own_server: str, home: Path, tmp_path: Path
) -> None:
    verdicts = [one["verdict"] for one in line.get("/parts")]
    assert sorted(set(verdicts)) == ["pass", "reject"], line.get("/parts")
    page = look_at(f"/line/{line.number}")
    parts = page.get_by_role("list", name="Parts").locator("article")
    expect(parts).to_have_count(3)
    assert violations(page) == []
    page.get_by_label("Verdict").select_option("reject")
    expect(parts).to_have_count(verdicts.count("reject"))
    rejected = next(one["part"] for one in line.get("/parts") if one["verdict"] == "reject")
    page.get_by_role("button", name=f"Part {rejected}", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("The rows about this part are as they were written.")
    assert f"open={rejected}" in page.url
    assert violations(page) == []
    dialog.get_by_role("radio", name="Pass").check()
    dialog.get_by_label("Why").fill("a shadow")
    dialog.get_by_label("Your name").fill("Olha")
    dialog.get_by_label("What is it?").select_option(label="ship")
    dialog.get_by_role("button", name="Keep my verdict").click()
    messages = page.get_by_role("region", name="Messages")
    expect(messages).to_contain_text("the picture is a correction in the catalogue")
    expect(dialog).to_contain_text("Olha")
    dialog.get_by_role("button", name="Close").first.click()
    expect(page).not_to_have_url(re.compile("open="))
    page.go_back()  # one step, to what was there before: the closed window leaves none that does nothing
    expect(page).to_have_url("about:blank")
    page.go_forward()
    page.get_by_role("button", name="Show all").click()
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as downloading:
        page.get_by_role("link", name="CSV").click()
    target = tmp_path / "trail.csv"
    downloading.value.save_as(target)
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["part"] for row in rows if row["kind"] == "part"] == ["1", "2", "3"]
    assert [(row["by"], row["reason"]) for row in rows if row["kind"] == "override"] == [("Olha", "a shadow")]
    page.get_by_role("link", name="Figures").click()
    expect(page.get_by_role("img", name="Share of rejected parts (p-chart)")).to_be_visible()
    expect(page.get_by_text("looked at again: 1")).to_be_visible()
    page.get_by_role("button", name="Check the whole trail").click()
    expect(page.get_by_text("The chain holds")).to_be_visible()
    assert violations(page) == []

    page.goto(f"{own_server}/line?part=recipes")
    recipe = page.get_by_role("article", name="vehicles")
    recipe.get_by_role("button", name="Try on recorded parts").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Recorded parts of")).to_have_value(str(line.number))
    dialog.get_by_role("button", name="Try on recorded parts").click()
    expect(recipe).to_contain_text("3 parts of")
    expect(recipe).to_contain_text("Parts known to be good: 1.")
    assert violations(page) == []
    another_model_is_tried_and_taken(page, recipe)

    account(home, "olena", "administrator")
    account(home, "guest", "viewer")
    page = look_at(f"/line/{line.number}?open={rejected}")
    sign_in(page, "guest")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Olha")
    expect(dialog.get_by_role("button", name="Keep my verdict")).to_have_count(0)
