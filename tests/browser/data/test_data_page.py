"""The datasets: looked through, checked, added and forgotten."""

import re
import shutil
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.every_page.test_access import PHONE, violations
from tests.browser.seeing import LookAt
from tests.fakes import BLUE, GREEN, RED, picture

pytestmark = pytest.mark.browser

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def colours(tmp_path: Path) -> Path:
    """30 pictures of three classes, two of them the same."""
    folder = tmp_path / "colours"
    for label, (red, green, blue) in (("red", RED), ("green", GREEN), ("blue", BLUE)):
        (folder / label).mkdir(parents=True)
        for n in range(10):
            shade = (abs(red - 3 * n), abs(green - 3 * n), abs(blue - 3 * n))
            (folder / label / f"{n}.png").write_bytes(picture(shade, size=(48, 40)))
    (folder / "red" / "copy.png").write_bytes((folder / "red" / "0.png").read_bytes())
    (folder / "blue" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    return folder


def add(page: Page, path: str) -> None:
    page.get_by_role("button", name="Add a dataset").click()
    page.get_by_role("dialog").get_by_label("Folder or manifest").fill(path)
    page.get_by_role("dialog").get_by_role("button", name="Add").click()


def test_cifar10_that_is_not_there_comes_with_the_command_for_it(glance: LookAt) -> None:
    page = glance("/data")
    expect(page.get_by_text("tenfold data fetch cifar10")).to_be_visible()
    assert violations(page) == []


def test_a_folder_is_added_and_looked_through(look_at: LookAt, colours: Path) -> None:
    page = look_at("/data")
    add(page, str(colours / "nowhere"))
    expect(page.get_by_role("dialog").locator(".failure")).to_contain_text("does not exist")
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Discard", exact=True).click()
    add(page, str(colours))
    expect(page.get_by_role("heading", name="colours")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="red")).to_contain_text("11")
    pictures = page.locator("li img")
    expect(pictures).to_have_count(25)
    page.get_by_role("button", name="Show more").click()
    expect(pictures).to_have_count(31)
    expect(page.get_by_text("It cannot be read")).to_have_count(1)
    page.get_by_role("combobox", name="Class").select_option("green")
    expect(pictures).to_have_count(10)
    page.get_by_role("button", name="green/3.png").click()
    opened = page.get_by_role("dialog")
    expect(opened.get_by_role("heading", name="green")).to_be_visible()
    expect(opened).to_contain_text("green/3.png")
    expect(opened).to_contain_text("48 × 40 pixels")
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(opened).to_have_count(0)
    page.get_by_role("button", name="green/4.png").click()
    expect(page).to_have_url(re.compile(r"/data\?set=[^&]+&picture=\d+$"))
    link = page.url
    page.go_back()  # closes it, and leaves the page as it was
    expect(opened).to_have_count(0)
    expect(pictures).to_have_count(10)
    page.goto(link)
    expect(opened).to_contain_text("green/4.png")
    page.keyboard.press("Escape")
    expect(opened).to_have_count(0)
    page.goto(re.sub(r"\d+$", "99999", link))
    expect(opened).to_contain_text("not in the dataset any more")
    page.keyboard.press("Escape")
    page.get_by_role("combobox", name="Class").select_option("green")
    expect(pictures).to_have_count(10)
    shown = "image => image.complete && image.naturalWidth > 0"
    page.wait_for_function(f"() => [...document.querySelectorAll('li img')].every({shown})")
    page.get_by_role("combobox", name="Class").select_option("blue")
    expect(page.get_by_text("It cannot be read")).to_be_visible()
    assert violations(page) == []


@pytest.mark.long
@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en", "Parts: Test (⁨pets_test⁩), Training (⁨pets_train⁩)."),
        ("uk", "Частини: Тест (⁨pets_test⁩), Навчання (⁨pets_train⁩)."),
        ("ru", "Части: Тест (⁨pets_test⁩), Обучение (⁨pets_train⁩)."),
    ],
)
def test_what_was_taken_for_parts_is_said(
    look_at: LookAt, own_server: str, colours: Path, tmp_path: Path, locale: str, words: str
) -> None:
    pets = tmp_path / "pets"
    for part in ("pets_train", "pets_test"):
        shutil.copytree(colours, pets / part)
    data = {"source": str(pets)}
    page = look_at("/", locale=locale)
    assert page.request.post(f"{own_server}/api/v1/data", data=data).ok
    page.goto(f"{own_server}/data")
    expect(page.get_by_text(words)).to_be_visible()


@pytest.mark.long
def test_a_check_is_watched_and_what_it_found_is_shown(look_at: LookAt, colours: Path) -> None:
    (colours / "blue" / "broken.png").unlink()
    page = look_at("/data")
    add(page, str(colours))
    page.get_by_role("button", name="Look for problems").click()
    found = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Exact copies"))
    expect(found).to_contain_text("red/copy.png")
    expect(page.get_by_role("button", name="Look again")).to_be_visible()
    assert violations(page) == []
    with page.expect_popup() as opened:
        page.get_by_role("link", name="All findings on a page of their own").click()
    expect(opened.value.get_by_text("copy.png").first).to_be_visible()


def test_a_dataset_that_has_gone_can_be_taken_off_the_list(look_at: LookAt, colours: Path) -> None:
    page = look_at("/data")
    add(page, str(colours))
    expect(page.get_by_role("heading", name="colours")).to_be_visible()
    shutil.rmtree(colours)
    page.reload()
    page.get_by_role("link", name="colours").click()
    expect(page.get_by_text("Put it back, or take it off the list.")).to_be_visible()
    page.get_by_role("button", name="Take off the list").click()
    page.get_by_role("dialog").get_by_role("button", name="Take off the list").click()
    expect(page.get_by_role("link", name="colours")).to_have_count(0)


@pytest.mark.parametrize("locale", ["uk-UA", "ru-RU"])
def test_it_fits_a_phone(look_at: LookAt, colours: Path, locale: str) -> None:
    page = look_at("/data", locale=locale, viewport=PHONE, color_scheme="dark")
    page.request.post(page.url.replace("/data", "/api/v1/data"), data={"source": str(colours)})
    page.reload()
    page.get_by_role("link", name="colours").click()
    expect(page.locator("li img").first).to_be_visible()
    assert page.evaluate(SIDEWAYS) <= 0
    assert violations(page) == []


def test_a_dataset_is_sent_as_an_archive_or_a_folder(look_at: LookAt, colours: Path) -> None:
    (colours / "blue" / "broken.png").unlink()
    archive = shutil.make_archive(str(colours.parent / "packed"), "zip", colours.parent, "colours")
    page = look_at("/data", reduced_motion="reduce")
    page.get_by_role("button", name="Add a dataset").click()
    assert violations(page) == []
    page.locator("input[accept*=zip]").set_input_files(archive)
    expect(page.get_by_role("heading", name="packed")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="red")).to_contain_text("11")
    page.get_by_role("button", name="Add a dataset").click()
    page.locator("input[webkitdirectory]").set_input_files(colours)
    expect(page.get_by_role("heading", name="colours")).to_be_visible()
    expect(page.locator("li img")).to_have_count(25)
    page.get_by_role("button", name="Take off the list").click()
    expect(page.get_by_role("dialog")).to_contain_text("they are deleted from the server")
    page.get_by_role("dialog").get_by_role("button", name="Take off the list").click()
    expect(page.get_by_role("heading", name="colours")).to_have_count(0)


def test_an_archive_that_leads_elsewhere_is_refused_with_the_reason(look_at: LookAt, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        archive.writestr("../out.png", b"x")
    page = look_at("/data")
    page.get_by_role("button", name="Add a dataset").click()
    page.locator("input[accept*=zip]").set_input_files(tmp_path / "bad.zip")
    expect(page.get_by_role("dialog")).to_contain_text("leads out of its folder")
    expect(page.get_by_role("button", name="Choose a ZIP archive")).to_be_visible()
