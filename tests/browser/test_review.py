"""The review: one picture at a time, by keyboard, with a way back."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from tests.browser.catalogue.test_catalogue import SIDEWAYS
from tests.browser.catalogues import get, puzzle, send
from tests.browser.every_page.test_access import PHONE, WIDE, violations
from tests.browser.seeing import LookAt

pytestmark = pytest.mark.browser


def asked(page: Page) -> str:
    return page.locator(".picture .name").inner_text() if page.locator("section.stage").count() else ""


def wait_for_queue(page: Page, count: int) -> None:
    """Noise is classified in the background; the page is opened again until all of it is in the queue."""
    for _ in range(60):
        page.locator(".stage").wait_for()
        if page.locator(".left").count() and page.locator(".left").inner_text().split().count(str(count)):
            return
        page.wait_for_timeout(300)
        page.reload()
    raise AssertionError(f"the queue never has {count}")


QueueOf = Callable[..., Page]


@pytest.fixture
def queue_of(look_at: LookAt, own_server: str, tmp_path: Path) -> QueueOf:
    """Opens the page with so many pictures to review; further arguments are those of `look_at`."""

    def opened(count: int, **view: Any) -> Page:
        send(own_server, *puzzle(tmp_path / "noise", own_server, count))
        page = look_at("/review", **view)
        wait_for_queue(page, count)
        return page

    return opened


def test_the_queue_is_worked_off_with_the_keyboard(queue_of: QueueOf, own_server: str) -> None:
    page = queue_of(5)
    expect(page.get_by_role("heading", name="Is it really none of these?")).to_be_visible()
    expect(page.locator(".why")).to_contain_text("unlike the pictures that the model was trained on")
    first = asked(page)
    page.keyboard.press("Enter")  # yes, none of these
    expect(page.locator(".left")).to_have_text("4 left")
    second = asked(page)
    assert second != first
    page.keyboard.press("9")
    expect(page.locator(".left")).to_have_text("3 left")
    page.keyboard.press("z")
    expect(page.locator(".left")).to_have_text("4 left")
    assert asked(page) == second
    page.keyboard.press("n")
    expect(page.locator(".left")).to_have_text("3 left")
    third = asked(page)
    page.keyboard.press("Space")
    expect(page.locator(".picture .name")).not_to_have_text(third)
    page.keyboard.press("t")
    expect(page.locator(".left")).to_have_text("2 left")
    page.keyboard.press("t")  # once more is the same picture: one class has this letter, so it is the next
    expect(page.get_by_text("Nothing is left to review")).to_be_visible()
    page.get_by_role("button", name="Show the skipped ones again").click()
    expect(page.locator(".picture .name")).to_have_text(third)

    entries = get(own_server, "/catalogue/entries?corrected=true")["entries"]
    assert sorted(entry["label"] for entry in entries) == ["", "", "truck", "truck"]
    expect(page.get_by_text("4 pictures were corrected or confirmed.")).to_be_visible()
    expect(page.get_by_text("At least this many corrected pictures are needed: 10.")).to_be_visible()


def test_a_double_click_and_a_held_key_answer_for_one_picture(queue_of: QueueOf, own_server: str) -> None:
    page = queue_of(4)
    # The second click comes when the next picture is there already.
    yes = page.get_by_role("button", name="Yes").bounding_box()
    assert yes is not None
    at = (yes["x"] + yes["width"] / 2, yes["y"] + yes["height"] / 2)
    page.evaluate(
        """() => document.querySelector("section.stage").addEventListener("click", (event) => {
          const twice = { bubbles: true, cancelable: true, detail: 2 };
          const left = document.querySelector(".left");
          new MutationObserver((_, seen) => {
            seen.disconnect();
            const second = new MouseEvent("click", twice);
            // However long the answer took: a hand's second click comes soon.
            Object.defineProperty(second, "timeStamp", { value: event.timeStamp + 100 });
            event.target.dispatchEvent(second);
            document.title = "clicked twice";
          }).observe(left, { childList: true, characterData: true, subtree: true });
        }, { once: true })"""
    )
    page.mouse.click(*at)
    expect(page).to_have_title("clicked twice")
    expect(page.locator(".left")).to_have_text("3 left")
    second = asked(page)
    page.keyboard.down("Enter")
    expect(page.locator(".left")).to_have_text("2 left")
    assert asked(page) != second
    page.keyboard.down("Enter")
    page.keyboard.up("Enter")
    page.keyboard.press("9")
    expect(page.locator(".left")).to_have_text("1 left")
    entries = get(own_server, "/catalogue/entries?corrected=true")["entries"]
    assert sorted(entry["label"] for entry in entries) == ["", "", "ship"]


def test_every_choice_is_on_the_screen_with_evidence_and_a_larger_picture(queue_of: QueueOf) -> None:
    page = queue_of(1, viewport={"width": 1280, "height": 800})
    bars = page.get_by_role("list", name="Classes").get_by_role("button")
    expect(bars).to_have_count(11)
    for bar in bars.all():
        box = bar.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 800
    page.get_by_role("button", name="Where it sees this").click()
    expect(page.locator(".frame canvas.on")).to_be_visible()
    width = "document.querySelector('.frame img').getBoundingClientRect().width"
    small = page.evaluate(width)
    page.get_by_role("button", name="Larger").click()
    assert page.evaluate(width) == pytest.approx(3 * small, rel=0.01)


def test_a_picture_that_moves_is_said_to_be_judged_by_the_first(
    look_at: LookAt, own_server: str, tmp_path: Path
) -> None:
    first, *others = (Image.open(file) for file in puzzle(tmp_path / "noise", own_server, 3))
    moving = tmp_path / "moving.png"
    first.save(moving, save_all=True, append_images=others, duration=200)
    send(own_server, moving)
    page = look_at("/review")
    wait_for_queue(page, 1)
    expect(page.locator(".answer")).to_contain_text(
        "The file has 3 pictures. The class is that of the first."
    )


def test_a_held_space_bar_skips_once_and_does_not_scroll_the_picture_away(queue_of: QueueOf) -> None:
    page = queue_of(2, viewport={"width": 640, "height": 450})  # 200 % of a small screen
    assert page.evaluate("document.documentElement.scrollHeight > innerHeight + 100")
    before = page.evaluate("scrollY")
    page.keyboard.down(" ")
    for _ in range(3):
        page.keyboard.down(" ")  # as the keyboard repeats it
    page.keyboard.up(" ")
    expect(page.locator(".left")).to_have_text("2 left")
    page.wait_for_timeout(500)
    assert page.evaluate("scrollY") == before


WORDS = [
    "adidas trainers",
    "ankle boot",
    "backpack",
    "baseball cap",
    "belt",
    "bikini top",
    "blazer",
    "bracelet",
    "cardigan",
    "coat",
    "dress",
    "earrings",
    "gloves",
    "handbag",
    "hoodie",
    "jeans",
    "jumper",
    "jumpsuit",
    "kimono",
    "leather jacket",
    "long sleeved t-shirt",
    "necklace",
    "polo shirt",
    "raincoat",
    "sandals",
    "scarf",
    "shorts",
    "skirt",
    "sunglasses",
    "wristwatch with a leather strap",
]


def of_thirty_classes(route: Route) -> None:
    """The model's answer, and that about an entry, as of a model with thirty classes."""
    answer = route.fetch()
    facts = answer.json()
    facts["classes"] = [{"label": word, "names": {}} for word in WORDS]
    facts["probabilities"] = {word: (30 - n) / 465 for n, word in enumerate(WORDS)}
    for model in facts.get("models", ()):
        model["classes"] = WORDS
    route.fulfill(response=answer, json=facts)


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 800}, PHONE], ids=["wide", "phone"])
def test_thirty_classes_are_on_the_screen_too(queue_of: QueueOf, viewport: dict[str, int]) -> None:
    page = queue_of(1, viewport=viewport)
    for path in ("model", "models", "catalogue/entries/*"):
        page.route(f"**/api/v1/{path}", of_thirty_classes)
    page.reload()
    bars = page.get_by_role("list", name="Classes").get_by_role("button")
    expect(bars).to_have_count(31)
    boxes = [box for bar in bars.all() if (box := bar.bounding_box())]
    bottom, top = max(box["y"] + box["height"] for box in boxes), min(box["y"] for box in boxes)
    # On a phone they come after the picture, in two columns.
    assert bottom <= 800 or (viewport == PHONE and bottom - top < 800)
    assert page.evaluate(SIDEWAYS) <= 0


def test_a_cameras_picture_can_get_a_class_that_only_the_model_of_cameras_knows(
    queue_of: QueueOf, own_server: str
) -> None:
    page = queue_of(1)
    of_a_camera = {"sources": ["camera"]}

    def filmed(route: Route) -> None:
        answer = route.fetch()
        facts = answer.json()
        facts["entries"] = [entry | of_a_camera for entry in facts["entries"]]
        route.fulfill(response=answer, json=facts)

    page.route("**/api/v1/review*", filmed)
    page.reload()
    expect(page.get_by_role("list", name="Classes").get_by_role("button", name="person")).to_be_visible()
    page.keyboard.press("p")
    expect(page.get_by_text("Nothing is left to review")).to_be_visible()
    [entry] = get(own_server, "/catalogue/entries?corrected=true")["entries"]
    assert entry["label"] == "person"


def test_a_click_on_skip_leaves_enter_its_meaning_and_nothing_is_passed_twice(
    queue_of: QueueOf, own_server: str
) -> None:
    page = queue_of(4)
    page.get_by_role("button", name="Skip").click()
    expect(page.locator("section.stage")).to_be_focused()
    second = asked(page)

    # The answer to a correction is slow; a space meanwhile must not pass the next picture.
    def slowly(route: Route) -> None:
        page.wait_for_timeout(700)
        route.continue_()

    page.route("**/catalogue/actions", slowly)
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    expect(page.locator(".left")).to_have_text("3 left")
    expect(page.locator(".picture .name")).not_to_have_text(second)
    third = asked(page)
    [entry] = get(own_server, "/catalogue/entries?corrected=true")["entries"]
    assert (entry["name"], third not in (second, "")) == (second, True)
    page.keyboard.press("Enter")
    expect(page.locator(".left")).to_have_text("2 left")


@pytest.mark.parametrize(
    ("scheme", "viewport", "locale"),
    [("light", WIDE, "en-US"), ("dark", PHONE, "uk-UA")],
    ids=["light-wide", "dark-phone"],
)
def test_axe_finds_nothing_wrong(
    look_at: LookAt, own_server: str, tmp_path: Path, scheme: str, viewport: dict[str, int], locale: str
) -> None:
    page = look_at("/review", color_scheme=scheme, viewport=viewport, locale=locale, reduced_motion="reduce")
    expect(page.locator(".empty")).to_be_visible()
    assert violations(page) == []
    send(own_server, *puzzle(tmp_path / "noise", own_server, 1))
    wait_for_queue(page, 1)
    expect(page.locator("section.stage")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate(SIDEWAYS) <= 0
    page.route("**/api/v1/review?*", lambda route: route.abort())
    page.reload()
    expect(page.get_by_role("alert")).to_be_visible()
    assert violations(page) == []
