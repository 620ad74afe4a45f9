"""For everyone: keyboard, screen reader, narrow screens, light and dark."""

from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import need
from tests.browser.seeing import Visit, card, choose
from tests.paths import ROOT

pytestmark = pytest.mark.browser

AXE = ROOT / "frontend/node_modules/axe-core/axe.min.js"
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 320, "height": 640}


# Told what is of no interest, it does not describe it: that takes longer than the search.
RUN_AXE = """async tags => {
  const found = await axe.run({ runOnly: tags, resultTypes: ["violations"] });
  return found.violations.map(one => `${one.id}: ${one.help}: ${one.nodes.map(node => node.html)}`);
}"""


@cache
def axe() -> str:
    need(AXE.is_file(), "needs axe-core: npm ci in frontend/")
    return AXE.read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong, as sentences."""
    source = axe()
    page.wait_for_function("() => document.getAnimations().length === 0")  # colours are judged at rest
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(source)
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found: list[str] = page.evaluate(RUN_AXE, rules)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_axe_finds_nothing_wrong(
    visit: Visit, plane: Path, tmp_path: Path, scheme: str, viewport: dict[str, int]
) -> None:
    note = tmp_path / "note.txt"
    note.write_text("hello")
    page = visit(color_scheme=scheme, viewport=viewport, locale="uk-UA", reduced_motion="reduce")
    assert violations(page) == []
    choose(page, plane, note)
    expect(page.locator(".verdict")).to_be_visible()
    expect(page.locator(".failure")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Камера").click()
    expect(page.get_by_role("button", name="Зробити знімок")).to_be_enabled()
    assert violations(page) == []


@pytest.mark.parametrize("locale", ["en-US", "uk-UA", "ru-RU"])
def test_nothing_scrolls_sideways_at_320_pixels(
    visit: Visit, plane: Path, tmp_path: Path, locale: str
) -> None:
    long = tmp_path / f"{'a_very_long_name_' * 8}.png"
    long.write_bytes(plane.read_bytes())
    note = tmp_path / f"{'слово' * 20}.txt"
    note.write_text("hello")
    page = visit(locale=locale, viewport=PHONE)
    sideways = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(sideways) <= 0
    # So many that some are far below the window, which the browser then lays out by a guess of their size.
    many = [tmp_path / f"{number}.png" for number in range(6)]
    for path in many:
        path.write_bytes(plane.read_bytes())
    choose(page, *many, long, note)
    expect(page.locator(".verdict").first).to_be_visible()
    expect(page.locator(".failed")).to_be_visible()
    expect(page.locator("li article")).to_have_count(8)
    assert page.evaluate(sideways) <= 0


@pytest.mark.parametrize("locale", ["en-US", "uk-UA", "ru-RU"])
def test_all_pages_are_named_in_the_head_or_in_its_menu(visit: Visit, locale: str) -> None:
    # Room for the button of somebody who is signed in, which this visit has not.
    room = """() => {
        const list = document.querySelector("nav.broad ul");
        const names = [...list.children].map((one) => one.getBoundingClientRect().width);
        return list.clientWidth - names.reduce((sum, width) => sum + width, 0) - 40;
    }"""
    page = visit(locale=locale, viewport=WIDE)
    for width in (1240, 1265, 1280, 1440, 1600, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        if page.locator("nav.broad").is_visible():
            assert page.evaluate(room) >= 0, width
        else:
            assert page.locator(".narrow button").is_visible(), width


def test_everything_to_press_is_large_enough(visit: Visit, plane: Path) -> None:
    page = visit(viewport=PHONE, reduced_motion="reduce")
    choose(page, plane)
    expect(page.locator(".verdict")).to_be_visible()
    for target in page.locator("button:visible, a:visible, input[type=checkbox]:visible").all():
        box = target.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 24, target.evaluate("e => e.outerHTML")


def test_the_keyboard_alone_is_enough(visit: Visit, plane: Path) -> None:
    page = visit()

    def tab_to(name: str) -> None:
        for _ in range(40):
            page.keyboard.press("Tab")
            focused = page.evaluate(
                # Nothing has the focus while it is the body's, whose text is the whole page's.
                "() => { const e = document.activeElement;"
                " return e === document.body ? '' : e.ariaLabel || e.innerText || ''; }"
            )
            if name in focused:
                return
        raise AssertionError(f"the Tab key does not reach {name!r}")

    tab_to("Choose a file")
    with page.expect_file_chooser() as opened:
        page.keyboard.press("Enter")
    opened.value.set_files(str(plane))
    expect(card(page, "plane.png").locator(".verdict")).to_be_visible()

    bars = card(page, "plane.png").get_by_role("list").get_by_role("button")
    second = bars.nth(1).locator(".name").inner_text()
    tab_to(f"{second}, ")
    width = page.evaluate("() => getComputedStyle(document.activeElement).outlineWidth")
    assert width == "3px", "the focus cannot be seen"
    page.keyboard.press("Space")
    expect(bars.nth(1)).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(card(page, "plane.png").get_by_role("button", name="Show the evidence")).to_be_visible()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("article")).to_have_count(0)


def test_a_screen_reader_is_told_what_came_of_a_picture(visit: Visit, plane: Path, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("hello")
    page = visit()
    told = page.locator("[role=status]")
    choose(page, plane)
    expect(told).to_contain_text("airplane")
    expect(told).to_contain_text("plane.png")
    choose(page, note)
    expect(told).to_contain_text("is not a picture this build can read")
    card(page, "note.txt").get_by_role("button", name="Remove").click()
    expect(told).to_contain_text("removed.")


def test_who_wants_no_motion_gets_none(visit: Visit, plane: Path) -> None:
    page = visit(reduced_motion="reduce")
    choose(page, plane)
    expect(page.locator(".verdict")).to_be_visible()
    longest = page.evaluate(
        "() => Math.max(...document.getAnimations().map(a => a.effect.getComputedTiming().endTime), 0)"
    )
    assert longest <= 100
