"""The catalogue: pictures come in and file themselves, are found, corrected, and go out again."""

import csv
import io
import re
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Route, expect

from tests.browser.catalogues import add, count_of, filed, get, paint, send, sent, tile, tiles
from tests.browser.every_page.test_access import PHONE, WIDE, violations
from tests.browser.seeing import LookAt

pytestmark = pytest.mark.browser

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def test_sixty_pictures_file_themselves_and_are_not_taken_twice(
    look_at: LookAt, own_server: str, plane: Path, ship: Path, tmp_path: Path
) -> None:
    note, cut = tmp_path / "note.txt", tmp_path / "cut.png"
    note.write_text("hello")
    cut.write_bytes(plane.read_bytes()[: plane.stat().st_size // 2])
    files = [*paint(tmp_path / "noise", 58), plane, ship]
    page = look_at("/catalogue")
    expect(page.get_by_text("The catalogue is empty")).to_be_visible()
    add(page, *files, note, cut)
    sent(page)
    upload = page.get_by_role("region", name="Upload")
    expect(upload).to_contain_text("61 of 61")
    expect(upload).to_contain_text("60 pictures added")
    expect(upload).to_contain_text("1 file that is not a picture was left out")
    upload.get_by_text("1 failed").last.click()
    expect(upload).to_contain_text("cut.png is a damaged")

    # By the server's own events, without a reload.
    expect(count_of(page, "Not classified yet")).to_have_text("0")
    expect(page.get_by_text("60 pictures", exact=True)).to_be_visible()
    page.get_by_role("searchbox").fill("plane")
    expect(tile(page, "plane.png")).to_contain_text("airplane")
    expect(page).to_have_url(f"{own_server}/catalogue?text=plane")

    page.goto(f"{own_server}/catalogue")
    add(page, *files)
    sent(page)
    expect(upload).to_contain_text("0 pictures added")
    expect(upload).to_contain_text("60 were already there")
    assert get(own_server, "/catalogue/counts")["total"] == 60


def test_a_whole_folder_is_added(look_at: LookAt, plane: Path, tmp_path: Path) -> None:
    folder = tmp_path / "album"
    paint(folder, 5)
    (folder / "inner").mkdir()
    (folder / "inner" / "deep.png").write_bytes(plane.read_bytes())
    (folder / "list.txt").write_text("no picture")
    page = look_at("/catalogue")
    page.locator("input[webkitdirectory]").set_input_files(str(folder))
    sent(page)
    filed(page, 6)
    expect(tile(page, "deep.png")).to_contain_text("airplane")


def test_an_upload_waits_out_a_broken_network_and_can_be_paused(
    look_at: LookAt, own_server: str, tmp_path: Path
) -> None:
    files = paint(tmp_path / "noise", 24)
    page = look_at("/catalogue")
    through = 0

    def some(route: Route) -> None:
        nonlocal through
        through += 1
        if through > 6:
            route.abort()
        else:
            route.continue_()

    page.route("**/api/v1/catalogue/pictures*", some)
    add(page, *files)
    expect(page.get_by_role("heading", name="Waiting for the server")).to_be_visible()
    upload = page.get_by_role("region", name="Upload")
    upload.get_by_role("button", name="Pause").click()
    page.unroute("**/api/v1/catalogue/pictures*")
    expect(page.get_by_role("heading", name="Paused")).to_be_visible()
    upload.get_by_role("button", name="Resume").click()
    sent(page)
    expect(upload).to_contain_text("24 pictures added")
    assert get(own_server, "/catalogue/counts")["total"] == 24


def test_pictures_are_corrected_by_keyboard_and_everything_is_undone(
    look_at: LookAt, own_server: str, tmp_path: Path
) -> None:
    send(own_server, *paint(tmp_path / "noise", 6))
    page = look_at("/catalogue?order=name")
    filed(page, 6)
    before = tile(page, "noise01").locator(".label span").inner_text()
    page.get_by_role("listbox").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("4")  # the fourth class
    expect(tile(page, "noise01")).to_contain_text("cat")
    expect(page.locator("[role=status]")).to_contain_text("1 picture filed under: cat.")

    page.keyboard.press("ArrowRight")
    page.keyboard.press("d")
    expect(tile(page, "noise02")).to_contain_text("deer")
    page.keyboard.press("d")  # and again: the next class with this letter
    expect(tile(page, "noise02")).to_contain_text("dog")
    page.keyboard.press("n")
    expect(tile(page, "noise02")).to_contain_text("None of these")

    page.keyboard.press("Home")
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_text("3 pictures selected")).to_be_visible()
    page.keyboard.press("9")
    expect(count_of(page, "ship")).to_have_text("3")
    expect(count_of(page, "Corrected")).to_have_text("3")
    page.keyboard.press("Control+z")
    expect(count_of(page, "ship")).to_have_text("0")
    expect(tile(page, "noise01")).to_contain_text("cat")
    page.keyboard.press("Control+a")
    expect(page.get_by_text("6 pictures selected")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("toolbar")).to_have_count(0)

    page.reload()
    expect(tile(page, "noise01")).to_contain_text("cat")
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("button", name="History").click()
    history = page.get_by_role("dialog", name="History")
    history.get_by_role("listitem").get_by_role("button", name="Undo").last.click()
    expect(history).to_contain_text("undone")
    page.keyboard.press("Escape")
    expect(tile(page, "noise01")).to_contain_text(before)


def test_the_mouse_chooses_files_deletes_and_undoes(look_at: LookAt, own_server: str, tmp_path: Path) -> None:
    send(own_server, *paint(tmp_path / "noise", 5))
    page = look_at("/catalogue?order=name")
    filed(page, 5)
    tile(page, "noise00").click()
    tile(page, "noise02").click(modifiers=["Shift"])
    tile(page, "noise04").click(modifiers=["Control"])
    expect(tiles(page).and_(page.locator("[aria-selected=true]"))).to_have_count(4)
    bar = page.get_by_role("toolbar")
    bar.get_by_role("button", name="File under").click()
    bar.get_by_role("button", name="frog").click()
    expect(count_of(page, "frog")).to_have_text("4")
    bar.get_by_role("button", name="Select all 5").click()
    bar.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("The catalogue is empty")).to_be_visible()
    page.get_by_role("region", name="Messages").get_by_role("button", name="Undo").last.click()
    filed(page, 5)


def test_one_picture_with_all_about_it_is_renamed_deleted_and_restored(
    look_at: LookAt, own_server: str, plane: Path, ship: Path
) -> None:
    send(own_server, plane, ship)
    page = look_at("/catalogue?order=name")
    filed(page, 2)
    tile(page, "plane.png").dblclick()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("airplane")
    expect(page).to_have_url(f"{own_server}/catalogue?order=name&open=1")
    page.go_back()
    expect(dialog).to_have_count(0)
    page.go_forward()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(f"{own_server}/catalogue?order=name&open=2")
    dialog.get_by_role("button", name="Close").first.click()
    expect(page).to_have_url(f"{own_server}/catalogue?order=name")
    page.goto(f"{own_server}/catalogue?open=1")  # by a link
    expect(dialog.get_by_role("heading", level=2)).to_contain_text("plane.png")
    page.keyboard.press("Escape")
    expect(page).to_have_url(f"{own_server}/catalogue")
    page.goto(f"{own_server}/catalogue?order=name&open=1")
    expect(dialog.get_by_role("listitem").filter(has_text="%")).to_have_count(10)
    expect(dialog.locator("img")).to_have_js_property("complete", True)
    dialog.get_by_role("button", name="Rename").click()
    dialog.get_by_label("New name").fill("<b>over the alps</b>.png")
    dialog.get_by_role("button", name="Rename").first.click()
    expect(dialog.get_by_role("heading", level=2)).to_contain_text("<b>over the alps</b>.png")
    with page.expect_download() as download:
        dialog.get_by_role("link", name="Download").click()
    assert Path(download.value.path()).read_bytes() == plane.read_bytes()
    page.keyboard.press("ArrowRight")
    expect(dialog.get_by_role("heading", level=2)).to_contain_text("ship.png")
    dialog.get_by_role("button", name="Delete").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(tiles(page)).to_have_count(1)

    page.get_by_role("button", name="Bin").click()
    expect(tile(page, "ship.png")).to_be_visible()
    tile(page, "ship.png").click()
    page.get_by_role("toolbar").get_by_role("button", name="Restore").click()
    expect(page.get_by_text("The bin is empty")).to_be_visible()
    page.get_by_role("link", name="All pictures").click()
    expect(tiles(page)).to_have_count(2)

    tile(page, "ship.png").click()
    page.get_by_role("toolbar").get_by_role("button", name="Delete").click()
    expect(tiles(page)).to_have_count(1)
    page.get_by_role("button", name="Bin").click()
    page.get_by_role("button", name="Empty the bin").click()
    question = page.get_by_role("dialog", name="Delete 1 picture for good?")
    question.get_by_role("button", name="Delete for good").click()
    messages = page.get_by_role("region", name="Messages")
    expect(messages.get_by_text("1 picture deleted for good.")).to_be_visible()
    expect(page.get_by_text("The bin is empty")).to_be_visible()
    expect(count_of(page, "Bin")).to_have_text("0")


def test_filters_live_in_the_address_and_exports_have_what_they_find(
    look_at: LookAt, own_server: str, plane: Path, ship: Path, tmp_path: Path
) -> None:
    send(own_server, plane, ship, *paint(tmp_path / "noise", 3))
    page = look_at("/catalogue")
    filed(page, 5)
    page.get_by_role("button", name="airplane").click()
    expect(page).to_have_url(f"{own_server}/catalogue?label=airplane")
    expect(tiles(page)).to_have_count(1)
    page.reload()
    expect(tile(page, "plane.png")).to_be_visible()
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as table:
        page.get_by_role("link", name="CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(table.value.path()).read_text("utf-8-sig"))))
    assert [row["name"] for row in rows] == ["plane.png"]
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as archive:
        page.get_by_role("link", name="Pictures by class").click()
    assert zipfile.ZipFile(archive.value.path()).namelist() == ["airplane/plane.png"]

    page.goto(f"{own_server}/catalogue?order=name")
    page.get_by_role("button", name="Export").click()
    expect(page.get_by_text("All 5 pictures that were found")).to_be_visible()
    tile(page, "noise00").click()
    tile(page, "noise01").click(modifiers=["Shift"])
    page.get_by_role("button", name="Export").click()
    expect(page.locator(".panel")).to_contain_text("2 pictures selected")
    with page.expect_download() as table:
        page.get_by_role("link", name="CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(table.value.path()).read_text("utf-8-sig"))))
    assert [row["name"] for row in rows] == ["noise00.png", "noise01.png"]
    with page.expect_download() as archive:
        page.get_by_role("toolbar").get_by_role("link", name="Download").click()
    names = zipfile.ZipFile(archive.value.path()).namelist()
    assert [name.split("/")[1] for name in names] == ["noise00.png", "noise01.png"]
    page.goto(f"{own_server}/catalogue")
    page.get_by_role("button", name="airplane").click()
    expect(tiles(page)).to_have_count(1)

    page.go_back()
    expect(tiles(page)).to_have_count(5)
    page.get_by_text("More filters").click()
    page.get_by_label("Added from").fill("2999-01-01")
    page.get_by_label("Added from").blur()
    expect(page.get_by_text("No pictures match these filters")).to_be_visible()


def test_what_is_alike_is_found_and_of_copies_one_is_kept(
    look_at: LookAt, own_server: str, plane: Path, ship: Path, tmp_path: Path
) -> None:
    smaller = tmp_path / "plane-small.png"
    with Image.open(plane) as original:
        original.convert("RGB").resize((original.width * 3 // 4, original.height * 3 // 4)).save(smaller)
    send(own_server, plane, ship, smaller, *paint(tmp_path / "noise", 2))
    page = look_at("/catalogue?order=name")
    filed(page, 5)
    tile(page, "plane.png").dblclick()
    page.get_by_role("dialog").get_by_role("button", name="More like this").click()
    expect(page.get_by_role("heading", name="More like this")).to_be_visible()
    expect(tiles(page).first).to_contain_text("similar")
    expect(tiles(page).first.locator("img")).to_have_attribute("src", re.compile("thumbnail"))
    assert violations(page) == []

    groups: list[object] = []
    for _ in range(200):  # copies are looked for every half minute
        groups = get(own_server, "/catalogue/duplicates")["groups"]
        if groups:
            break
        page.wait_for_timeout(300)
    page.goto(f"{own_server}/catalogue")
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("link", name="Near duplicates").click()
    expect(page.get_by_role("button", name="Open")).to_have_count(2)
    assert violations(page) == []
    groups_ = page.locator(".group")
    expect(groups_).to_contain_text(re.compile(r"plane\.png.*\d+ × \d+, \d+ kB.*The best of them", re.S))
    expect(groups_).to_contain_text(re.compile(r"plane-small\.png.*\d% similar to the best", re.S))
    page.get_by_role("button", name="Keep the best in 1 group").click()
    expect(page.get_by_text("There are no near duplicates")).to_be_visible()
    page.get_by_role("link", name="All pictures").click()
    expect(tiles(page)).to_have_count(4)
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("button", name="History").click()
    history = page.get_by_role("dialog", name="History")
    expect(history).to_contain_text("plane-small.png")
    expect(history.get_by_role("img")).to_have_js_property("complete", True)
    history.get_by_role("listitem").get_by_role("button", name="Undo").click()
    page.keyboard.press("Escape")
    expect(tiles(page)).to_have_count(5)


@pytest.mark.parametrize(
    ("scheme", "viewport", "locale"),
    [("light", WIDE, "en-US"), ("dark", PHONE, "uk-UA"), ("dark", WIDE, "ru-RU")],
    ids=["light-wide", "dark-phone", "dark-wide"],
)
def test_axe_finds_nothing_wrong_in_any_state(
    look_at: LookAt, own_server: str, plane: Path, scheme: str, viewport: dict[str, int], locale: str
) -> None:
    somebody = {"color_scheme": scheme, "viewport": viewport, "locale": locale, "reduced_motion": "reduce"}
    page = look_at("/catalogue", **somebody)
    expect(page.locator(".empty")).to_be_visible()
    assert violations(page) == []
    send(own_server, plane)
    expect(tiles(page)).to_have_count(1)
    assert page.evaluate(SIDEWAYS) <= 0
    page.get_by_role("listbox").focus()
    page.keyboard.press("Space")
    page.keyboard.press("1")
    expect(page.locator(".toast")).to_be_visible()
    assert violations(page) == []
    for target in page.locator("main button:visible, header button:visible, header a:visible").all():
        box = target.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 24, target.evaluate("e => e.outerHTML")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").locator("dl")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate(SIDEWAYS) <= 0
    page.keyboard.press("Escape")
    page.route("**/api/v1/catalogue/entries?*", lambda route: route.abort())
    page.locator("select.order").select_option("name")
    expect(page.get_by_role("alert")).to_be_visible()
    assert violations(page) == []
