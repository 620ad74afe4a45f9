"""The page in three languages."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.seeing import Visit, card, choose, speak

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("locale", "code", "button", "headline"),
    [
        ("en-GB", "en", "Choose a file", "What is in the picture?"),
        ("uk-UA", "uk", "Вибрати файл", "Що на зображенні?"),
        ("ru-RU", "ru", "Выбрать файл", "Что на картинке?"),
        ("de-DE", "en", "Choose a file", "What is in the picture?"),
    ],
)
def test_the_page_speaks_the_browsers_language(
    visit: Visit, locale: str, code: str, button: str, headline: str
) -> None:
    page = visit(locale=locale)
    expect(page.locator("html")).to_have_attribute("lang", code)
    expect(page.get_by_role("button", name=button)).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text(headline)


def test_the_switch_changes_everything_that_is_shown_and_is_remembered(visit: Visit, plane: Path) -> None:
    page = visit()
    choose(page, plane)
    verdict = card(page, "plane.png").locator(".verdict .name")
    expect(verdict).to_have_text("airplane")

    speak(page, "uk")
    expect(verdict).to_have_text("літак")
    expect(page.locator("html")).to_have_attribute("lang", "uk")
    expect(page).to_have_title("tenfold: що на зображенні?")
    bars = card(page, "plane.png").get_by_role("list").get_by_role("button").locator(".name")
    assert set(bars.all_inner_texts()) == {
        *("літак", "автомобіль", "птах", "кіт", "олень", "пес", "жаба", "кінь", "корабель", "вантажівка")
    }
    expect(page.locator(".count p")).to_have_text("1 зображення")

    speak(page, "ru")
    expect(verdict).to_have_text("самолёт")

    page.reload()
    expect(page.get_by_role("button", name="Выбрать файл")).to_be_visible()
    expect(page.get_by_role("button", name="Русский")).to_have_attribute("aria-pressed", "true")
