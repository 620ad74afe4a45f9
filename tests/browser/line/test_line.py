"""The page Line in a real browser: a recipe is made and approved, a station set up, watched and changed."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.every_page.test_access import violations
from tests.browser.line.stations import BeltCamera, filming
from tests.browser.seeing import LookAt, speak
from tests.browser.shell.test_app import account, sign_in
from tests.environment.proxies import free_port

pytestmark = pytest.mark.browser


@pytest.fixture
def camera() -> Iterator[BeltCamera]:
    with filming() as made:
        yield made


def make_recipe(page: Page) -> None:
    page.get_by_role("button", name="New recipe").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("vehicles")
    dialog.get_by_role("checkbox", name="ship").check()
    dialog.get_by_role("button", name="New recipe").click()
    recipe = page.get_by_role("article", name="vehicles")
    expect(recipe).to_contain_text("No version is approved, so nothing passes.")
    recipe.get_by_role("button", name="Approve").click()
    page.get_by_role("dialog").get_by_role("button", name="Approve").click()
    expect(recipe.get_by_text("runs", exact=True)).to_be_visible()
    expect(recipe).to_contain_text("Tried on recorded parts")


def test_a_recipe_and_a_station_are_set_up_and_the_region_is_moved_by_keyboard(
    look_at: LookAt, camera: BeltCamera, own_server: str, home: Path
) -> None:
    page = look_at("/line")
    expect(page.get_by_text("No station yet")).to_be_visible()
    page.get_by_text("First a recipe").click()
    make_recipe(page)
    assert violations(page) == []

    page.goto(f"{own_server}/line")
    page.get_by_role("button", name="Add a station").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("gate")
    dialog.get_by_label("Camera", exact=True).fill("http://127.0.0.1:9/no-camera.jpg")
    dialog.get_by_label("Ask this address for one picture").check()
    dialog.get_by_label("Recipe", exact=True).select_option(label="1 · vehicles")
    dialog.get_by_role("button", name="Add", exact=True).click()
    # The reason stands at the field, and what was written stays.
    expect(dialog.get_by_label("Save it although the camera does not answer now")).to_be_visible()
    expect(dialog.get_by_label("Name")).to_have_value("gate")
    dialog.get_by_label("Camera", exact=True).fill(camera.address)
    dialog.get_by_role("button", name="Add", exact=True).click()

    station = page.get_by_role("article", name="gate")
    expect(station).to_contain_text("Running")
    expect(station).to_contain_text("Green light")
    expect(station.get_by_role("img")).to_be_visible()
    assert violations(page) == []

    station.get_by_role("button", name="Region and line").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="The whole picture").wait_for()
    corner = dialog.get_by_role("button", name="Corner 3", exact=True)
    corner.press("Shift+ArrowLeft")
    corner.press("Shift+ArrowUp")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    kept = json.loads(page.request.get(f"{own_server}/api/v1/stations").text())[0]["region"]
    assert kept[2] < 1, kept
    assert kept[3] < 1, kept

    station.get_by_role("button", name="Pause").click()
    page.get_by_role("dialog").get_by_role("button", name="Pause").click()
    expect(station).to_contain_text("Paused")
    station.get_by_role("button", name="Resume").click()
    expect(station).to_contain_text("Running")

    # One broker for the photo-eye and for the plant is lost: it is said once, in each language.
    broker, port = {"host": "127.0.0.1"}, free_port()
    wiring = {"broker": broker | {"port": port}, "trigger": {"kind": "mqtt", "topic": "line/eye"}}
    number = json.loads(page.request.get(f"{own_server}/api/v1/stations").text())[0]["id"]
    assert page.request.patch(f"{own_server}/api/v1/stations/{number}", data=wiring).ok
    for language, words in (
        ("uk", "Немає з’єднання з MQTT-брокером"),
        ("ru", "Нет соединения с MQTT-брокером"),
        ("en", "The MQTT broker at"),
    ):
        speak(page, language)
        expect(station.locator(".fault").filter(has_text=str(port))).to_have_count(1)
        expect(station.locator(".fault").filter(has_text=str(port))).to_contain_text(words)
    wiring = {"trigger": {"kind": "hand"}, "no_broker": True}
    assert page.request.patch(f"{own_server}/api/v1/stations/{number}", data=wiring).ok
    expect(station).to_contain_text("Running")

    account(home, "olena", "administrator")
    account(home, "guest", "viewer")
    page = look_at("/line")
    sign_in(page, "guest")
    station = page.get_by_role("article", name="gate")
    expect(station).to_contain_text("Running")
    expect(page.get_by_role("button", name="Add a station")).to_have_count(0)
    expect(station.get_by_role("button", name="Pause")).to_have_count(0)
