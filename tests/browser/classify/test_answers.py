"""An answer on the page Classify: where it stands, many at once, put right, kept, and taken back."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.catalogues import get
from tests.browser.every_page.test_access import violations
from tests.browser.seeing import LookAt, Visit, ask, card, choose, english_percent, names

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
ZOOMED = {"width": 640, "height": 400}  # 1280 x 800 at 200 %


def in_sight(page: Page, element: Locator) -> bool:
    """Whether the whole of it is in the window."""
    box, view = element.bounding_box(), page.viewport_size
    return (
        box is not None and view is not None and box["y"] >= 0 and box["y"] + box["height"] <= view["height"]
    )


def copies(folder: Path, picture: Path, count: int) -> list[Path]:
    """`count` files with the same picture."""
    files = [folder / f"{number}.png" for number in range(count)]
    for file in files:
        file.write_bytes(picture.read_bytes())
    return files


@pytest.mark.parametrize("viewport", [PHONE, ZOOMED], ids=["phone", "zoomed"])
def test_on_a_small_window_the_answer_is_in_sight_and_above_the_picture(
    visit: Visit, plane: Path, ship: Path, viewport: dict[str, int]
) -> None:
    page = visit(viewport=viewport, reduced_motion="reduce")
    for path in (plane, ship):  # also where there are pictures already
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        choose(page, path)
        answer = card(page, path.name)
        verdict = answer.locator(".verdict")
        expect(verdict).to_be_visible()
        assert in_sight(page, verdict)
        verdict_box, picture_box = verdict.bounding_box(), answer.locator("img").bounding_box()
        assert verdict_box is not None
        assert picture_box is not None
        assert verdict_box["y"] + verdict_box["height"] <= picture_box["y"]


def test_many_pictures_are_rows_in_the_order_chosen_and_unfold(
    visit: Visit, address: str, plane: Path, tmp_path: Path
) -> None:
    page = visit()
    files = copies(tmp_path, plane, 5)
    choose(page, *files)
    assert names(page) == [file.name for file in files]
    expect(page.locator("article .verdict")).to_have_count(5)
    expect(page.get_by_role("article").get_by_role("list")).to_have_count(0)  # no bars
    row = card(page, "3.png")
    expected = ask(address, plane.read_bytes())
    expect(row.locator(".verdict")).to_contain_text(expected["label"])
    expect(row.locator(".verdict")).to_contain_text(english_percent(expected["confidence"]))
    box = row.bounding_box()
    assert box is not None
    assert box["height"] < 100

    row.get_by_role("button", name="Details").click()
    expect(row.get_by_role("list").get_by_role("button")).to_have_count(10)
    expect(row.get_by_role("heading")).to_be_focused()
    assert violations(page) == []
    row.get_by_role("button", name="Less").click()
    expect(row.get_by_role("list")).to_have_count(0)


def test_clear_all_and_remove_can_be_undone(visit: Visit, plane: Path, ship: Path, tmp_path: Path) -> None:
    page = visit()
    choose(page, plane, ship)
    expect(page.locator(".verdict")).to_have_count(2)
    page.get_by_role("button", name="Clear all").click()
    expect(page.locator("p.removed")).to_contain_text("2 pictures removed.")
    page.get_by_role("button", name="Undo").click()
    assert names(page) == ["plane.png", "ship.png"]
    expect(page.locator(".verdict")).to_have_count(2)
    expect(card(page, "plane.png").locator("img")).not_to_have_js_property("naturalWidth", 0)

    card(page, "ship.png").get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Undo").click()
    assert names(page) == ["plane.png", "ship.png"]


def test_an_example_on_the_first_page_is_classified(visit: Visit) -> None:
    page = visit()
    page.get_by_role("button", name="A drawn ship").click()
    expect(card(page, "ship.webp").locator(".verdict")).to_be_visible()


def test_a_wrong_answer_is_put_right_kept_in_the_catalogue_and_taken_back(
    look_at: LookAt, own_server: str, plane: Path
) -> None:
    page = look_at("/")
    choose(page, plane)
    answer = card(page, "plane.png")
    answer.get_by_role("button", name="This is wrong").click()
    right = answer.get_by_role("group", name="What is it?")
    expect(right.get_by_role("button").first).to_be_focused()
    assert violations(page) == []
    right.get_by_role("button", name="horse").click()
    expect(answer.get_by_text("In the catalogue. Class: horse.")).to_be_visible()
    [entry] = get(own_server, "/catalogue/entries")["entries"]
    assert (entry["name"], entry["label"], entry["corrected"]) == ("plane.png", "horse", True)

    page.locator(".toasts").get_by_role("button", name="Undo").click()
    expect(answer.get_by_text("In the catalogue")).to_have_count(0)
    assert get(own_server, "/catalogue/entries")["entries"] == []


def test_a_picture_is_added_to_the_catalogue_once(look_at: LookAt, own_server: str, plane: Path) -> None:
    page = look_at("/")
    choose(page, plane)
    answer = card(page, "plane.png")
    answer.get_by_role("button", name="Add to the catalogue").click()
    expect(answer.get_by_text("In the catalogue.")).to_be_visible()
    expect(answer.get_by_role("button", name="Add to the catalogue")).to_have_count(0)
    [entry] = get(own_server, "/catalogue/entries")["entries"]
    assert (entry["name"], entry["corrected"]) == ("plane.png", False)
