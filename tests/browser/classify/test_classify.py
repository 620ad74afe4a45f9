"""A picture in, its class out, as somebody with a browser meets it."""

import csv
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from tests.browser.seeing import Visit, ask, card, choose, english_percent, look, names, speak

pytestmark = pytest.mark.browser

CLASSES = 10


def png(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def unlike(address: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pattern that the model says is none of its classes, one of which is nearer than the others."""
    for size in range(2, 40):
        checks = (np.indices((240, 320)).sum(0) // size % 2 * 255).astype(np.uint8)
        picture = png(checks)
        answer = ask(address, picture)
        if not answer["known"] and answer["confidence"] > 0.2:
            path = tmp_path_factory.mktemp("unlike") / "checks.png"
            path.write_bytes(picture)
            return path
    raise AssertionError("the model takes every chequered pattern for one of its classes")


def test_a_picture_is_shown_with_its_class_its_bars_and_its_evidence(
    visit: Visit, address: str, plane: Path
) -> None:
    page = visit()
    choose(page, plane)
    answer = card(page, "plane.png")
    expected = ask(address, plane.read_bytes())

    expect(answer.locator(".verdict .name")).to_have_text(expected["label"])
    expect(answer.locator(".sure")).to_have_text(f"{english_percent(expected['confidence'])} sure")
    with Image.open(plane) as original:
        expect(answer.locator("img")).to_have_js_property("naturalWidth", original.width)
    bars = answer.get_by_role("list").get_by_role("button")
    expect(bars).to_have_count(CLASSES)
    ranked = sorted(expected["probabilities"].items(), key=lambda pair: -pair[1])
    for bar, (label, share) in zip(bars.all(), ranked, strict=True):
        assert bar.locator(".name").inner_text() == label
        assert bar.locator(".percent").inner_text() == english_percent(share)
    drawn, _ = look(answer.locator("canvas"))
    assert drawn > 0.99
    expect(answer.locator("canvas")).to_have_css("opacity", "1")


def test_a_class_shows_its_own_evidence_and_the_evidence_can_be_hidden(visit: Visit, plane: Path) -> None:
    page = visit()
    choose(page, plane)
    answer = card(page, "plane.png")
    bars = answer.get_by_role("list").get_by_role("button")
    expect(bars.first).to_have_attribute("aria-pressed", "true")
    _, first = look(answer.locator("canvas"))

    bars.nth(1).click()
    expect(bars.nth(1)).to_have_attribute("aria-pressed", "true")
    expect(bars.first).to_have_attribute("aria-pressed", "false")
    expect(answer.locator("figcaption")).to_contain_text(bars.nth(1).locator(".name").inner_text())
    _, second = look(answer.locator("canvas"))
    assert second != first

    answer.get_by_role("button", name="Hide the evidence").click()
    expect(answer.locator("canvas")).to_have_css("opacity", "0")
    answer.get_by_role("button", name="Show the evidence").click()
    expect(answer.locator("canvas")).to_have_css("opacity", "1")


def test_none_of_these_is_said_plainly_with_the_nearest_class(
    visit: Visit, address: str, unlike: Path
) -> None:
    page = visit()
    choose(page, unlike)
    answer = card(page, "checks.png")
    expect(answer.locator(".verdict .name")).to_have_text("None of these")
    nearest = ask(address, unlike.read_bytes())
    expect(answer.locator(".more")).to_contain_text(
        f"It looks like nothing that this model knows. Nearest: {nearest['label']}, "
        f"{english_percent(nearest['confidence'])}."
    )
    expect(answer.locator("canvas")).to_have_css("opacity", "0")


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en-US", "No class is nearer than the others."),
        ("uk-UA", "Жоден клас не ближчий за інші."),
        ("ru-RU", "Ни один класс не ближе других."),
    ],
)
def test_where_all_classes_are_as_likely_none_is_called_the_nearest(
    visit: Visit, plane: Path, tmp_path: Path, locale: str, words: str
) -> None:
    pixels = np.asarray(Image.open(plane).convert("RGB")).copy()
    pixels[len(pixels) // 2 :] = 128
    (tmp_path / "half.png").write_bytes(png(pixels))
    page = visit(locale=locale)
    choose(page, tmp_path / "half.png")
    expect(card(page, "half.png").locator(".more")).to_contain_text(words)
    expect(card(page, "half.png").locator(".more")).not_to_contain_text("10")


def test_a_double_click_on_an_example_takes_it_once(visit: Visit) -> None:
    page = visit()
    page.get_by_role("button", name="A drawn plane").dblclick()
    expect(card(page, "plane.webp").locator(".verdict")).to_be_visible()
    assert names(page) == ["plane.webp"]


def test_a_file_that_is_no_picture_gets_its_message_beside_it(
    visit: Visit, plane: Path, tmp_path: Path
) -> None:
    note = tmp_path / "note.txt"
    note.write_text("hello from a text file")
    page = visit()
    choose(page, plane, note)
    said = card(page, "note.txt").locator(".failure")
    expect(said).to_contain_text("is not a picture this build can read (it starts with")
    expect(said).to_contain_text("hello")
    expect(said).to_contain_text("Supported: JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF, HEIC.")
    expect(card(page, "plane.png").locator(".verdict")).to_be_visible()

    speak(page, "uk")
    expect(said).to_contain_text("не є зображенням, яке tenfold може прочитати.")
    said.get_by_text("Повідомлення сервера").click()
    expect(said.locator("[lang=en]")).to_contain_text("note.txt is not a picture this build can read")


def test_a_file_past_the_limit_is_said_to_be_too_large(visit: Visit, tmp_path: Path) -> None:
    large = tmp_path / "large.bmp"
    large.write_bytes(b"BM" + bytes(26_000_000))
    page = visit()
    choose(page, large)
    said = card(page, "large.bmp").locator(".failure")
    expect(said).to_contain_text("is too large a file")
    expect(said).to_contain_text("25 MB")


def test_a_damaged_picture_is_said_to_be_damaged(visit: Visit, plane: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.png"
    cut.write_bytes(plane.read_bytes()[: plane.stat().st_size // 2])
    page = visit()
    choose(page, cut)
    expect(card(page, "cut.png").locator(".failure")).to_contain_text("is a damaged")


def test_a_picture_that_the_browser_cannot_show_is_classified_behind_a_placeholder(
    visit: Visit, plane: Path, tmp_path: Path
) -> None:
    odd = tmp_path / "plane.tif"
    with Image.open(plane) as original:
        original.convert("RGB").save(odd)
    page = visit()
    choose(page, odd)
    answer = card(page, "plane.tif")
    expect(answer.locator(".verdict")).to_be_visible()
    expect(answer.locator(".blank")).to_be_visible()
    expect(answer.locator("img")).to_have_count(0)
    expect(
        answer.get_by_text("This browser cannot show this format. tenfold can still read it.")
    ).to_be_visible()


def test_pictures_stand_newest_first_and_can_be_removed(visit: Visit, plane: Path, ship: Path) -> None:
    page = visit()
    choose(page, plane)
    choose(page, ship)
    assert names(page) == ["ship.png", "plane.png"]
    expect(page.locator(".count p")).to_have_text("2 pictures")

    card(page, "ship.png").get_by_role("button", name="Remove").click()
    assert names(page) == ["plane.png"]
    expect(card(page, "plane.png").get_by_role("heading")).to_be_focused()

    page.get_by_role("button", name="Clear all").click()
    expect(page.get_by_role("article")).to_have_count(0)
    expect(page.get_by_role("button", name="Choose a file")).to_be_focused()


def test_of_many_pictures_one_that_moves_is_said_to_be_judged_by_the_first(
    visit: Visit, plane: Path, ship: Path, tmp_path: Path
) -> None:
    moving = tmp_path / "moving.gif"
    with Image.open(plane) as first, Image.open(ship) as second:
        first.save(moving, save_all=True, append_images=[second.resize(first.size)], duration=200)
    others = [tmp_path / f"{number}.png" for number in range(3)]
    for other in others:
        other.write_bytes(plane.read_bytes())
    page = visit()
    choose(page, moving, *others)  # as rows
    expect(card(page, "moving.gif")).to_contain_text(
        "The file has 2 pictures. The class is that of the first."
    )
    expect(card(page, "0.png")).to_contain_text("airplane")
    expect(page.get_by_text("The class is that of the first")).to_have_count(1)


def test_many_pictures_are_sent_a_few_at_a_time(visit: Visit, plane: Path, tmp_path: Path) -> None:
    files = [tmp_path / f"{n}.png" for n in range(12)]
    for file in files:
        file.write_bytes(plane.read_bytes())
    page = visit()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/api/v1/classify*", hold)
    choose(page, *files)
    expect(page.locator(".count p")).to_contain_text("0 of 12 pictures")
    page.wait_for_timeout(500)  # nothing is answered, so all that are sent at once are there
    assert 2 <= len(held) <= 4
    page.unroute("**/api/v1/classify*")  # what is held goes on
    expect(page.locator(".verdict")).to_have_count(len(files))
    expect(page.locator(".count p")).to_have_text("12 pictures")


def test_a_server_that_does_not_answer_is_told_and_the_picture_can_be_tried_again(
    visit: Visit, plane: Path
) -> None:
    page = visit()
    page.route("**/api/v1/classify*", lambda route: route.abort())
    choose(page, plane)
    answer = card(page, "plane.png")
    expect(answer.locator(".failure")).to_contain_text("could not be sent: the server does not answer.")
    page.unroute("**/api/v1/classify*")
    answer.get_by_role("button", name="Try again").click()
    expect(answer.locator(".verdict .name")).to_be_visible()


def test_an_answer_that_makes_no_sense_is_told_by_its_status(visit: Visit, plane: Path) -> None:
    page = visit()
    page.route("**/api/v1/classify*", lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"))
    choose(page, plane)
    expect(card(page, "plane.png").locator(".failure")).to_contain_text("answered with error 502")


def saved(page: Page, button: str) -> str:
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    return Path(download.value.path()).read_text(encoding="utf-8-sig")


def test_results_can_be_saved(visit: Visit, address: str, plane: Path, tmp_path: Path) -> None:
    note = tmp_path / "=note.txt"
    note.write_text("hello")
    page = visit()
    choose(page, plane, note)
    expect(page.locator(".failure")).to_be_visible()
    expect(page.locator(".verdict")).to_be_visible()
    expected = ask(address, plane.read_bytes())

    rows = list(csv.DictReader(io.StringIO(saved(page, "Save as CSV"))))
    assert [row["name"] for row in rows] == ["plane.png", "'=note.txt"]
    assert rows[0]["label"] == expected["label"]
    assert float(rows[0]["confidence"]) == pytest.approx(expected["confidence"])
    assert "is not a picture" in rows[1]["problem"]

    results = json.loads(saved(page, "Save as JSON"))
    assert results[0]["prediction"]["probabilities"] == pytest.approx(expected["probabilities"])


def test_a_file_name_is_text_and_turns_nothing_round(visit: Visit, plane: Path, tmp_path: Path) -> None:
    name = "<img src=x onerror=alert(1)>\u202egpj.png"
    odd = tmp_path / name
    odd.write_bytes(plane.read_bytes())
    page = visit()
    choose(page, odd)
    expect(page.locator("article h3 bdi")).to_have_text(re.compile(re.escape("<img src=x onerror=alert(1)>")))
    expect(page.locator("article img")).to_have_count(1)


@pytest.mark.parametrize("kind", ["cat", "truck", "airplane"])
def test_a_real_photograph_is_classified_as_the_api_does(
    visit: Visit, address: str, photos: Path, kind: str
) -> None:
    photo = sorted((photos / kind).iterdir())[0]
    page = visit()
    choose(page, photo)
    expected = ask(address, photo.read_bytes())
    answer = card(page, photo.name)
    verdict = expected["label"] if expected["known"] else "None of these"
    expect(answer.locator(".verdict .name")).to_have_text(verdict)
    expect(answer.get_by_role("list").get_by_role("button")).to_have_count(CLASSES)
    if expected["known"]:
        expect(answer.locator("canvas")).to_have_css("opacity", "1")
