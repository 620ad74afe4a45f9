"""Pages at 200 and 400 % of a browser's zoom, which is a window of 320 to 256 points: all can be reached."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.catalogue.test_catalogue import SIDEWAYS
from tests.browser.seeing import LookAt
from tests.waiting import until

pytestmark = pytest.mark.browser
ZOOMED = {"viewport": {"width": 320, "height": 256}, "device_scale_factor": 4}


def in_sight(page: Page, panel: Locator) -> None:
    """No part of it is beside the screen."""
    expect(panel).to_be_visible()
    until(
        lambda: page.evaluate(
            """() => {
              const { left, right } = document.querySelector(".panel").getBoundingClientRect();
              return left >= 0 && right <= document.documentElement.clientWidth;
            }"""
        ),
        says="the panel is beside the screen",
    )


@pytest.mark.parametrize("path", ["/catalogue", "/line", "/settings"])
def test_panels_below_buttons_are_on_the_screen(glance: LookAt, path: str) -> None:
    page = glance(path, locale="uk-UA", **ZOOMED)
    openers = page.locator("header .box > button[aria-expanded]")
    for opener in openers.all():
        opener.click()
        in_sight(page, page.locator(".panel"))
        page.keyboard.press("Escape")
        expect(page.locator(".panel")).to_have_count(0)
    assert openers.count() > 0
    assert page.evaluate(SIDEWAYS) <= 0


@pytest.mark.parametrize("zoom", [2, 4])
def test_another_language_is_chosen_on_the_page_review(look_at: LookAt, zoom: int) -> None:
    size = {"width": 1280 // zoom, "height": 1024 // zoom}
    page = look_at("/review", viewport=size, device_scale_factor=zoom)
    for language in ("uk", "ru", "en"):
        page.locator(f"header button[lang={language}]").click()
        expect(page.locator("html")).to_have_attribute("lang", language)


def test_the_camera_of_teach_leaves_room_for_the_classes(look_at: LookAt) -> None:
    page = look_at("/teach", **ZOOMED)
    page.get_by_role("textbox").nth(0).fill("plane")
    page.get_by_role("button", name="Begin with files").dblclick()
    expect(page.get_by_role("region", name="plane")).to_be_visible()
    page.get_by_role("button", name="Add a class").click()  # fails where it is covered
    expect(page.get_by_role("region", name="Class 3")).to_be_visible()
