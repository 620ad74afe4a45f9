"""What is typed into a form is not lost by the browser's Back, a link, Escape or the cross, unasked."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.seeing import LookAt

pytestmark = pytest.mark.browser
QUESTION = "Discard what you typed?"


def form(glance: LookAt) -> tuple[Page, Locator]:
    """An open window with a name typed into it, a step behind the page's first part."""
    page = glance("/")
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("link", name="People").click()
    page.get_by_role("button", name="Create the first account").click()
    dialog = page.get_by_role("dialog").filter(has=page.get_by_label("Name"))
    dialog.get_by_label("Name").fill("ann")
    return page, dialog


def answer(page: Page, button: str) -> None:
    asked = page.get_by_role("dialog", name=QUESTION)
    asked.get_by_role("button", name=button, exact=True).click()
    expect(asked).to_have_count(0)


@pytest.mark.parametrize("way", ["back", "escape", "cross"])
def test_what_is_typed_is_there_until_a_person_lets_it_go(glance: LookAt, way: str) -> None:
    page, dialog = form(glance)

    def leave() -> None:
        if way == "back":
            page.evaluate("history.back()")
        elif way == "escape":
            page.keyboard.press("Escape")
        else:
            dialog.get_by_role("button", name="Close").click()

    leave()
    answer(page, "Cancel")
    expect(dialog.get_by_label("Name")).to_have_value("ann")
    assert page.url.endswith("/settings?part=people")
    leave()
    answer(page, "Discard")
    expect(dialog).to_have_count(0)
    expect(page).to_have_url(re.compile("/settings$" if way == "back" else "/settings.part=people$"))


def test_twice_escape_does_not_lose_it(glance: LookAt) -> None:
    page, dialog = form(glance)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name=QUESTION)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name=QUESTION)).to_have_count(0)
    expect(dialog.get_by_label("Name")).to_have_value("ann")


def test_nobody_is_asked_where_nothing_is_typed_or_it_was_taken_back(glance: LookAt) -> None:
    page, dialog = form(glance)
    dialog.get_by_label("Name").fill("")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.evaluate("history.back()")
    expect(page).to_have_url(re.compile("/settings$"))
    page.evaluate("history.forward()")
    expect(page).to_have_url(re.compile("/settings.part=people$"))


def test_a_link_asks_for_a_form_in_the_page_and_not_once_it_is_saved(look_at: LookAt) -> None:
    page = look_at("/settings")
    field = page.get_by_label("batch_size")
    row = page.locator("form").filter(has=field)
    field.fill("8")
    page.get_by_role("link", name="Models").click()
    answer(page, "Cancel")
    expect(field).to_have_value("8")
    row.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("After a restart: 8")
    page.get_by_role("link", name="Models").click()
    expect(page.locator("main h1")).to_have_text("Models")


def test_what_was_refused_is_still_asked_for(glance: LookAt) -> None:
    page, dialog = form(glance)
    dialog.get_by_label("Password").fill("password")
    dialog.get_by_role("button", name="Create the first account").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    page.evaluate("history.back()")
    answer(page, "Cancel")
    expect(dialog.get_by_label("Name")).to_have_value("ann")
