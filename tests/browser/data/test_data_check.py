"""The page of a data check in a real browser: marks, lists, and names that would like to be code."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

from tenfold.datasets.manifests import list_manifest
from tenfold.evaluation.data_check.page import write_page
from tests.browser.every_page.test_access import violations
from tests.evaluation.data_check.test_page import EVIL, made

pytestmark = pytest.mark.browser


@pytest.fixture
def checked(tmp_path: Path) -> Path:
    """A page on twelve pictures that are files; one of them, and a class, has a name that is code."""
    report, pool = made(classes=("cat", EVIL), evil='a<img src=x onerror=alert(3)>,".png')
    for source in pool.sources:
        (tmp_path / source).write_bytes(b"x")
    write_page(tmp_path / "check" / "page.html", replace(report, name="pets"), pool, tmp_path)
    return tmp_path / "check" / "page.html"


@pytest.fixture
def opened(chromium: Browser, checked: Path) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    wrong: list[str] = []

    def console(message: ConsoleMessage) -> None:
        if message.type == "error":
            wrong.append(message.text)

    def requested(request: Request) -> None:
        if not request.url.startswith(("file:", "data:", "blob:")):
            wrong.append(request.url)

    context.on("console", console)
    context.on("weberror", lambda error: wrong.append(str(error.error)))
    context.on("dialog", lambda dialog: wrong.append(f"a dialog: {dialog.message}"))
    context.on("request", requested)
    page = context.new_page()
    page.goto(checked.as_uri())
    yield page
    context.close()
    assert wrong == []


def saved(page: Page, button: str) -> list[list[str]]:
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    with Path(download.value.path()).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_marks_become_a_list_of_decisions(opened: Page) -> None:
    bar = opened.locator("#bar")
    expect(bar).to_be_hidden()
    leaks = opened.locator("#leaks")
    leaks.get_by_role("button", name="Mark all but one of each group").click()
    opened.locator("#labels").get_by_label("call it").check()
    expect(bar).to_contain_text("1 to remove, 1 with another label")
    rows = saved(opened, "Download decisions (CSV)")
    assert rows[0] == ["path", "label", "split", "decision", "new_label"]
    assert [(row[0], row[2], row[3], row[4]) for row in rows[1:]] == [
        ('a<img src=x onerror=alert(3)>,".png', "training", "remove", ""),
        ("1.png", "training", "relabel", EVIL),
    ]


def test_what_is_kept_is_a_manifest_that_opens(opened: Page, tmp_path: Path) -> None:
    leaks, labels = opened.locator("#leaks"), opened.locator("#labels")
    leaks.get_by_role("button", name="Mark all but one of each group").click()
    rows = saved(opened, "Download what is kept (manifest)")
    assert len(rows) == 12
    labels.get_by_label("remove").check()
    leaks.get_by_role("button", name="Unmark all").click()
    rows = saved(opened, "Download what is kept (manifest)")
    assert (tmp_path / "1.png").as_posix() not in [row[0] for row in rows]
    kept = tmp_path / "elsewhere" / "kept.csv"
    kept.parent.mkdir()
    with kept.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    names = {entry.path.name for entry in list_manifest(kept, "kept.csv").entries}
    assert len(names) == 11
    assert 'a<img src=x onerror=alert(3)>,".png' in names


def test_one_decision_holds_for_a_picture_wherever_it_is_shown_and_stays(opened: Page) -> None:
    labels = opened.locator("#labels")
    labels.get_by_label("remove").check()
    expect(labels.get_by_label("call it")).not_to_be_checked()
    labels.get_by_label("call it").check()
    expect(labels.get_by_label("remove")).not_to_be_checked()
    opened.reload()
    expect(labels.get_by_label("call it")).to_be_checked()
    opened.get_by_role("button", name="Clear").click()
    expect(labels.get_by_label("call it")).not_to_be_checked()
    expect(opened.locator("#bar")).to_be_hidden()


def test_two_tabs_agree_and_opening_one_decides_nothing(opened: Page, checked: Path) -> None:
    opened.locator("#labels").get_by_label("remove").check()
    other = opened.context.new_page()
    other.goto(checked.as_uri())
    expect(other.locator("#labels").get_by_label("remove")).to_be_checked()
    other.locator("#labels").get_by_label("call it").check()
    expect(opened.locator("#labels").get_by_label("call it")).to_be_checked()
    opened.get_by_role("button", name="Clear").click()
    expect(other.locator("#bar")).to_be_hidden()
    opened.evaluate("localStorage.clear()")
    other.reload()
    expect(other.locator("#bar")).to_be_hidden()
    assert other.evaluate("localStorage.length") == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_the_page(opened: Page, scheme: Literal["light", "dark"]) -> None:
    opened.emulate_media(color_scheme=scheme)
    opened.locator("#leaks").get_by_role("button", name="Mark all but one of each group").click()
    assert violations(opened) == []


@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_fits_its_window_and_shows_its_pictures(opened: Page, width: int) -> None:
    opened.set_viewport_size({"width": width, "height": 800})
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    assert opened.evaluate("[...document.images].every(one => one.complete && one.naturalWidth === 40)")
