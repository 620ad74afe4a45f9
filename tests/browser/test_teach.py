"""The page Teach in a real browser: recording, trying, correcting, keeping; and what may go wrong."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, ViewportSize, expect

from tests.browser import scenes
from tests.browser.catalogues import get
from tests.browser.seeing import LookAt
from tests.environment.chromium import FAKE_CAMERA

pytestmark = pytest.mark.browser

# How much of the camera's picture is blue: of the plane's sky more than of the ship's sea.
_BLUE = """() => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 8;
  const drawing = canvas.getContext("2d");
  drawing.drawImage(document.querySelector("main video"), 0, 0, 8, 8);
  const { data } = drawing.getImageData(0, 0, 8, 8);
  let sum = 0;
  for (let i = 0; i < data.length; i += 4) sum += data[i + 1];
  return sum / 64;
}"""


@pytest.fixture(scope="module")
def filming(launch: Any, tmp_path_factory: pytest.TempPathFactory, plane: Path, ship: Path) -> Browser:
    """A Chromium before whose camera a plane and a ship are shown in turn."""
    recording = scenes.write(tmp_path_factory.mktemp("scenes") / "scenes.y4m", [plane, ship])
    browser: Browser = launch(*FAKE_CAMERA, f"--use-file-for-fake-video-capture={recording}")
    return browser


@pytest.fixture
def page(filming: Browser, own_server: str) -> Iterator[Page]:
    context = filming.new_context(locale="en-US", viewport={"width": 1280, "height": 900})
    made = context.new_page()
    made.goto(f"{own_server}/teach")
    yield made
    context.close()


def begin(page: Page, button: str, *classes: str) -> None:
    for number, name in enumerate(classes, 1):
        page.get_by_role("textbox", name=f"Class {number}").fill(name)
    page.get_by_role("button", name=button).click()
    card(page, classes[0]).wait_for()


def card(page: Page, name: str) -> Locator:
    return page.locator(f"section[aria-label={name}]")


def add(page: Page, name: str, *files: Path) -> None:
    with page.expect_file_chooser() as opened:
        card(page, name).get_by_text("Add pictures").click()
    opened.value.set_files([str(file) for file in files])


def await_scene(page: Page, bright: bool) -> None:
    """Wait until one of the two scenes has just begun."""
    ends = time.monotonic() + 60
    levels: list[float] = []
    while time.monotonic() < ends:
        levels.append(float(page.evaluate(_BLUE)))
        middle = (max(levels) + min(levels)) / 2
        if max(levels) - min(levels) > 10 and len(levels) > 1:
            before, now = (level > middle for level in levels[-2:])
            if now == bright and before != bright:
                return
        page.wait_for_timeout(100)
    raise AssertionError(levels)


@pytest.mark.long
@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 900}, {"width": 390, "height": 844}])
def test_the_next_class_stays_in_its_place_when_pictures_of_the_first_come(
    filming: Browser, own_server: str, viewport: ViewportSize
) -> None:
    page = filming.new_page(locale="en-US", viewport=viewport)
    page.goto(f"{own_server}/teach")
    begin(page, "Begin with the camera", "plane", "ship")
    expect(page.locator("video.on")).to_be_visible()
    button = card(page, "plane").locator(".buttons button.main")
    top = "document.querySelectorAll('section[data-class] .buttons')[1].getBoundingClientRect().top + scrollY"
    button.focus()
    page.keyboard.down(" ")
    expect(button).to_contain_text("Recording")
    expect(card(page, "plane").locator("li")).to_have_count(1)
    before = page.evaluate(top)
    expect(button).to_contain_text("Recording 9")
    page.keyboard.up(" ")
    expect(card(page, "plane").locator("li img").nth(1)).to_be_visible()
    expect(page.get_by_role("button", name="Undo the last pictures")).to_be_enabled()
    assert page.evaluate(top) == pytest.approx(before, abs=1)
    page.context.close()


def test_two_classes_are_recorded_told_apart_tried_and_kept(page: Page) -> None:
    begin(page, "Begin with the camera", "plane", "ship")
    expect(page.locator("video.on")).to_be_visible()
    for name, bright in (("plane", True), ("ship", False)):
        await_scene(page, bright)
        button = card(page, name).locator(".buttons button.main")
        button.focus()
        page.keyboard.down(" ")
        page.wait_for_timeout(1200)
        page.keyboard.up(" ")
        expect(card(page, name).locator("li img").nth(1)).to_be_visible()
    result = page.get_by_role("region", name="How well they are told apart")
    expect(result.get_by_text("% right")).to_be_visible()
    await_scene(page, False)
    expect(page.locator(".answer p.name")).to_have_text("ship")
    await_scene(page, True)
    expect(page.locator(".answer p.name")).to_have_text("plane")

    page.reload()
    expect(card(page, "ship").locator("li img").nth(1)).to_be_visible()
    expect(result.get_by_text("% right")).to_be_visible()
    page.get_by_role("button", name="Keep as a model").click()
    page.get_by_role("button", name="Make it live").click()
    expect(page.get_by_text("It is live")).to_be_visible()
    name = page.get_by_label("Name of the model").input_value()
    page.get_by_role("link", name="Watch a camera with it").click()
    chosen = page.get_by_role("dialog").get_by_label("Model")
    expect(chosen.locator("option:checked")).to_have_text(name)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_files_teach_without_a_camera_and_a_mistake_is_moved_and_undone(
    look_at: LookAt, photos: Path
) -> None:
    page = look_at("/teach")
    begin(page, "Begin with files", "cats", "dogs")
    cats, dogs = (sorted((photos / name).glob("*"))[:6] for name in ("cat", "dog"))
    add(page, "cats", *cats, dogs[0])
    add(page, "dogs", *dogs[1:])
    expect(page.get_by_text("% right")).to_be_visible()
    card(page, "cats").locator("li button").first.click()
    page.get_by_role("combobox", name="Move to…").select_option("dogs")
    expect(card(page, "dogs").get_by_text("6 pictures")).to_be_visible()
    page.get_by_role("button", name="Undo the move").click()
    expect(card(page, "cats").get_by_text("7 pictures")).to_be_visible()
    card(page, "dogs").get_by_role("textbox").fill("hounds")
    page.keyboard.press("Enter")
    expect(card(page, "hounds")).to_be_visible()


def test_the_way_back_of_a_removed_class_goes_with_the_next_change(look_at: LookAt, plane: Path) -> None:
    page = look_at("/teach")
    begin(page, "Begin with files", "cats", "dogs")
    messages = page.get_by_role("region", name="Messages")
    card(page, "dogs").get_by_role("button", name="Remove the class").click()
    undo = messages.get_by_role("button", name="Undo")
    undo.click()
    expect(card(page, "dogs")).to_be_visible()
    card(page, "dogs").get_by_role("button", name="Remove the class").click()
    undo.hover()  # it stays for as long as somebody points at it
    # Now Undo would take this picture away, and not bring the class back.
    card(page, "cats").locator("input[type=file]").set_input_files(str(plane))
    expect(card(page, "cats").get_by_text("1 picture", exact=True)).to_be_visible()
    expect(undo).to_have_count(0)


def test_a_class_has_the_name_that_was_typed_in_every_language(look_at: LookAt, photos: Path) -> None:
    page = look_at("/teach", locale="uk-UA")
    for number, name in enumerate(("cat", "dog"), 1):
        page.get_by_role("textbox", name=f"Клас {number}").fill(name)
    page.get_by_role("button", name="Почати з файлів").click()
    for name in ("cat", "dog"):
        files = [str(file) for file in sorted((photos / name).glob("*"))[:4]]
        card(page, name).locator("input[type=file]").set_input_files(files)
    with page.expect_file_chooser() as opened:
        page.get_by_role("button", name="Спробувати зображення").click()
    opened.value.set_files(str(sorted((photos / "cat").glob("*"))[4]))
    expect(page.locator(".answer p.name")).to_have_text("cat")
    bars = page.get_by_role("list", name="Упевненість щодо кожного класу").locator(".name")
    expect(bars).to_have_text(["cat", "dog"])


def test_the_pictures_that_have_no_room_in_a_row_are_shown_when_asked_for(
    look_at: LookAt, photos: Path
) -> None:
    page = look_at("/teach", viewport={"width": 390, "height": 844})
    begin(page, "Begin with files", "cats", "dogs")
    add(page, "cats", *sorted((photos / "cat").glob("*"))[:8])
    shown, more = (
        card(page, "cats").locator("li img"),
        card(page, "cats").get_by_role("button", name="Show all"),
    )
    expect(more).to_be_visible()
    few = shown.count()
    expect(more).to_have_text(f"+{8 - few}")
    rows = card(page, "cats").locator("li").evaluate_all("all => new Set(all.map(one => one.offsetTop)).size")
    assert rows == 1
    more.click()
    expect(shown).to_have_count(8)
    card(page, "cats").get_by_role("button", name="Show fewer").click()
    expect(shown).to_have_count(few)


def test_with_hundreds_of_pictures_a_training_is_named(look_at: LookAt, photos: Path) -> None:
    def many(route: Route) -> None:
        answer = route.fetch()
        draft = answer.json()
        draft["fit"]["counts"] = [500, 900]
        route.fulfill(response=answer, json=draft)

    page = look_at("/teach")
    begin(page, "Begin with files", "cats", "dogs")
    for name in ("cat", "dog"):
        add(page, f"{name}s", *sorted((photos / name).glob("*"))[:4])
    result = page.get_by_role("region", name="How well they are told apart")
    expect(result.get_by_text("% right")).to_be_visible()
    expect(result.get_by_text("training usually does better")).to_have_count(0)
    page.route("**/api/v1/drafts/*/fit", many)
    add(page, "cats", *sorted((photos / "cat").glob("*"))[4:6])
    expect(result.get_by_text("When each class has this many pictures, training usually")).to_be_visible()
    expect(result.get_by_role("link", name="Models")).to_have_attribute("href", "/models?part=runs")


def test_a_double_click_makes_one(look_at: LookAt, own_server: str) -> None:
    page = look_at("/teach")
    page.get_by_role("textbox").nth(0).fill("cats")
    page.get_by_role("button", name="Begin with files").dblclick()
    expect(page.get_by_role("region", name="cats")).to_be_visible()
    page.get_by_role("button", name="Add a class").dblclick()
    expect(page.get_by_role("region", name="Class 3")).to_be_visible()
    page.get_by_role("button", name="Add a class").click()
    expect(page.get_by_role("region", name="Class 4")).to_be_visible()
    expect(page.get_by_text("is there already")).to_have_count(0)
    assert len(get(own_server, "/drafts")["drafts"]) == 1
    expect(page.locator("[data-class]")).to_have_count(4)


def test_nothing_is_asked_twice_about_a_picture(look_at: LookAt, photos: Path, plane: Path) -> None:
    page = look_at("/teach")
    begin(page, "Begin with files", "cats", "dogs")
    for name in ("cat", "dog"):
        add(page, f"{name}s", *sorted((photos / name).glob("*"))[:4])
    expect(page.get_by_text("% right")).to_be_visible()
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.partition("/drafts/")[2]))
    with page.expect_file_chooser() as opened:
        page.get_by_role("button", name="Try a picture").click()
    opened.value.set_files(str(plane))
    expect(page.locator(".answer p.name")).to_be_visible()
    page.wait_for_timeout(500)
    assert [one for one in asked if "classify" in one] == ["1/classify?evidence=false"]
    page.get_by_role("list", name="How sure it is of each class").get_by_role("button").first.click()
    page.wait_for_timeout(1000)
    page.get_by_role("list", name="How sure it is of each class").get_by_role("button").last.click()
    asked_before = len(asked)
    page.get_by_label("Name of the model").fill("Pets")
    page.keyboard.press("Enter")
    page.wait_for_timeout(1000)
    assert [one for one in asked if "classify" in one][1:] == ["1/classify?evidence=true"]
    assert asked[asked_before:] == ["1"]


def test_the_answer_stays_in_its_place_while_more_is_recorded(look_at: LookAt, photos: Path) -> None:
    page = look_at("/teach")
    begin(page, "Begin with files", "cats", "dogs")
    for name in ("cat", "dog"):
        add(page, f"{name}s", *sorted((photos / name).glob("*"))[:4])
    page.get_by_role("button", name="Use the camera").click()
    answer = page.locator(".answer p.name")
    expect(answer).to_be_visible()
    card(page, "cats").locator(".buttons button.main").focus()
    page.keyboard.down(" ")
    expect(card(page, "cats").locator(".buttons button.main")).to_contain_text("Recording")
    assert answer.count() == 1
    page.keyboard.up(" ")


def test_one_class_is_a_start(look_at: LookAt, plane: Path, ship: Path) -> None:
    page = look_at("/teach")
    page.get_by_role("button", name="Remove the class").last.click()
    begin(page, "Begin with files", "good")
    add(page, "good", plane, ship)
    expect(page.get_by_text("A single class")).to_be_visible()


def test_a_refused_camera_is_asked_for_once(launch: Any, own_server: str) -> None:
    browser = launch("--use-fake-device-for-media-stream", "--deny-permission-prompts")
    page = browser.new_page(locale="en-US")
    page.add_init_script(
        "let asked = 0; const media = navigator.mediaDevices, real = media.getUserMedia.bind(media);"
        "media.getUserMedia = how => { window.asked = ++asked; return real(how); };"
    )
    page.goto(f"{own_server}/teach")
    begin(page, "Begin with the camera", "plane", "ship")
    expect(page.get_by_text("The browser did not allow the camera.")).to_be_visible()
    expect(card(page, "plane").locator(".buttons button.main")).to_be_disabled()
    assert page.evaluate("window.asked") == 1


def test_a_lost_camera_is_told_and_can_be_started_again(page: Page) -> None:
    begin(page, "Begin with the camera", "plane", "ship")
    expect(page.locator("video.on")).to_be_visible()
    page.evaluate(
        "document.querySelector('main video').srcObject.getTracks()"
        ".forEach(track => { track.stop(); track.dispatchEvent(new Event('ended')); })"
    )
    expect(page.get_by_text("The camera was disconnected.")).to_be_visible()
    page.get_by_role("button", name="Use the camera").click()
    expect(page.locator("video.on")).to_be_visible()


def test_pictures_wait_for_a_server_that_is_away(look_at: LookAt, plane: Path, ship: Path) -> None:
    page = look_at("/teach")
    begin(page, "Begin with files", "plane", "ship")
    page.context.set_offline(True)
    add(page, "plane", plane)
    expect(page.get_by_text("1 picture is on its way…")).to_be_visible()
    page.context.set_offline(False)
    expect(card(page, "plane").get_by_text("1 picture")).to_be_visible()


@pytest.mark.parametrize("locale", ["en-US", "uk-UA", "ru-RU"])
def test_nothing_is_wider_than_a_phone(look_at: LookAt, locale: str) -> None:
    page = look_at("/teach", viewport={"width": 390, "height": 800}, locale=locale)
    page.locator("form .buttons button").last.click()
    page.locator("section[data-class]").first.wait_for()
    for width in (390, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
