"""The report in a browser, opened from a file as somebody who was sent it would."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tenfold.evaluation.report import write_report
from tenfold.runs.run import Run
from tests.browser.every_page.test_access import PHONE, WIDE, violations
from tests.browser.seeing import look
from tests.environment.chromium import PATIENCE
from tests.evaluation.report.conftest import ManyColours, colours, numbered
from tests.fakes import FakeClassifier
from tests.paths import ROOT

pytestmark = pytest.mark.browser

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report on three classes, with everything that a report can have."""
    path = tmp_path_factory.mktemp("few") / "report.html"
    write_report(
        path, FakeClassifier(), colours(), run=Run(ROOT / "benchmarks" / "runs" / "bundled"), corrupted=3
    )
    return path


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report on so many classes that pairs are listed."""
    labels = tuple(f"class {k}" for k in range(100))
    path = tmp_path_factory.mktemp("many") / "report.html"
    write_report(path, ManyColours(labels), numbered(labels, 300, wrong=3))
    return path


@pytest.fixture
def opened(chromium: Browser) -> Iterator[Open]:
    """Opens a report as somebody: `opened(path, color_scheme="dark")`. Nothing may go wrong or be loaded."""
    wrong: list[str] = []
    with ExitStack() as stack:

        def one(path: Path, **somebody: Any) -> Page:
            context = chromium.new_context(**{"viewport": WIDE, **somebody})
            stack.callback(context.close)
            context.on(
                "console", lambda message: wrong.append(message.text) if message.type == "error" else None
            )
            context.on("weberror", lambda error: wrong.append(str(error.error)))
            address = path.as_uri()
            context.on(
                "request",
                lambda request: (
                    None if request.url.startswith((address, "data:")) else wrong.append(request.url)
                ),
            )
            page = context.new_page()
            page.set_default_timeout(PATIENCE)
            page.goto(address)
            return page

        yield one
    assert wrong == []


def test_a_click_on_a_cell_shows_its_pictures(opened: Open, few: Path) -> None:
    page = opened(few)
    panel = page.locator("#cell")
    expect(panel).to_be_hidden()
    cell = page.get_by_role("button", name="red called red")
    cell.click()
    expect(panel.get_by_role("status")).to_have_text("red, and called so: 19 pictures")
    shown = panel.get_by_role("img")
    expect(shown).to_have_count(19)
    assert look(panel.locator("canvas").first)[0] == 1
    assert len({look(canvas)[1] for canvas in panel.locator("canvas").all()}) == 19
    expect(shown.first).to_have_attribute(
        "aria-label", re.compile(r"^red called red, \d+\.\d\u00a0% sure, pictures/\d+\.png$")
    )
    expect(cell).to_have_attribute("aria-current", "true")


def test_a_mistakes_pictures_say_what_they_are(opened: Open, few: Path) -> None:
    page = opened(few)
    page.locator("td[class^=wrong] button").first.click()
    label = page.locator("#cell canvas").first.get_attribute("aria-label") or ""
    assert " called " in label
    assert "% sure, pictures/" in label


def test_the_matrix_is_one_stop_of_the_tab_key_and_arrows_move_in_it(opened: Open, few: Path) -> None:
    page = opened(few)
    page.get_by_role("button", name="Share of the true class").focus()
    page.keyboard.press("Tab")
    expect(page.locator("[data-cell='0-0']")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("End")
    row, column = (page.evaluate("document.activeElement.dataset.cell") or "").split("-")
    assert (row, int(column) > 0) == ("0", True)
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#cell")).to_be_visible()
    assert page.evaluate("document.activeElement.getAttribute('aria-current')") == "true"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('table.matrix')") is None


def test_cells_show_counts_or_shares(opened: Open, few: Path) -> None:
    page = opened(few)
    cell = page.locator("[data-cell='0-0']")
    expect(cell).to_have_text("19", use_inner_text=True)
    page.get_by_role("button", name="Share of the true class").click()
    expect(cell).to_have_text("86.4\N{NO-BREAK SPACE}%", use_inner_text=True)


def test_a_column_sorts_the_classes_both_ways(opened: Open, few: Path) -> None:
    page = opened(few)
    column = page.get_by_role("columnheader", name="Recall")
    values = page.locator("table.sortable tbody td:nth-child(3)")

    def order() -> list[float]:
        return [
            float(value or 0) for value in values.evaluate_all("cells => cells.map(c => c.dataset.value)")
        ]

    before = order()
    column.get_by_role("button").click()
    expect(column).to_have_attribute("aria-sort", "ascending")
    assert order() == sorted(before)
    column.get_by_role("button").click()
    expect(column).to_have_attribute("aria-sort", "descending")
    assert order() == sorted(before, reverse=True)


def test_charts_say_their_values_where_one_points(opened: Open, few: Path) -> None:
    page = opened(few)
    chart = page.get_by_role("img", name="Accuracy. training ends at")
    chart.hover()
    expect(page.locator("#tip")).to_contain_text("epoch ")
    page.get_by_role("heading", name="In short").hover()
    expect(page.locator("#tip")).to_be_hidden()


def test_many_classes_have_a_list_of_pairs_with_their_pictures(opened: Open, many: Path) -> None:
    page = opened(many)
    page.get_by_role("button", name="class 1 called class 0: 1 pictures").click()
    expect(page.locator("#cell").get_by_role("status")).to_have_text("class 1 called class 0: 1 picture")
    expect(page.locator("#cell canvas")).to_have_count(1)


@pytest.mark.parametrize("which", ["few", "many"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong(
    opened: Open, request: pytest.FixtureRequest, which: str, scheme: str
) -> None:
    page = opened(request.getfixturevalue(which), color_scheme=scheme)
    page.locator("[data-cell]").first.click()
    expect(page.locator("#cell")).to_be_visible()
    for details in page.locator("details summary").all():
        details.click()
    assert violations(page) == []


@pytest.mark.parametrize("which", ["few", "many"])
def test_nothing_scrolls_sideways_on_a_phone(
    opened: Open, request: pytest.FixtureRequest, which: str
) -> None:
    page = opened(request.getfixturevalue(which), viewport=PHONE)
    page.locator("[data-cell]").first.click()
    expect(page.locator("#cell")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
