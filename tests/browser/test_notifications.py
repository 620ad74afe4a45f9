"""Who is told what cameras see: destinations with a real receiver, rules on real events, and browsers."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tenfold.cameras.address import parse
from tenfold.database import now
from tests.browser.every_page.test_access import PHONE, violations
from tests.browser.modelling import filling
from tests.browser.seeing import LookAt
from tests.cameras.events import seen
from tests.outbox.receivers import Receiver
from tests.waiting import until

pytestmark = pytest.mark.browser

PLACE = "/settings?part=notifications"
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Keeps what the browser is asked to show.
_NOTED = """() => {
  window.shown = [];
  window.Notification = class {
    static permission = "granted";
    constructor(title, { body, tag }) { window.shown.push({ title, body, tag }); }
  };
}"""


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("listitem").filter(has=page.get_by_text(name, exact=True))


def add(page: Page, name: str, kind: str = "page") -> Locator:
    """Begin to add a destination; gives its dialog, which is to be completed."""
    page.get_by_role("button", name="Add a destination").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill(name)
    dialog.get_by_label("Kind").select_option(kind)
    return dialog


def test_a_webhook_is_added_tried_and_its_dead_letters_are_sent_again(
    look_at: LookAt, receiver: Receiver
) -> None:
    page = look_at(PLACE)
    expect(page.get_by_text("Messages are not sent anywhere yet")).to_be_visible()
    assert violations(page) == []
    dialog = add(page, "House", "webhook")
    dialog.get_by_label("Address of the webhook").fill(receiver.url)
    dialog.get_by_label("It is on this computer").check()
    assert violations(page) == []
    dialog.get_by_role("button", name="Add a destination").click()
    secret = dialog.locator("code").inner_text()
    assert secret.startswith("whsec_")
    page.keyboard.press("Escape")
    one = row(page, "House")
    expect(one).to_contain_text("Nothing sent yet")

    one.get_by_role("button", name="Send a test").click()
    expect(one).to_contain_text("The test message has been received.")
    assert len(receiver.ids) == 1
    expect(one).to_contain_text("Works")
    page.reload()
    expect(one).to_contain_text("Works")
    assert secret not in page.content()

    receiver.status = 410
    one.get_by_role("button", name="Send a test").click()
    expect(one).to_contain_text("was not received and has been given up")
    expect(one).to_contain_text("1 message was given up")
    expect(one).to_contain_text("Failing")
    expect(one.get_by_role("alert")).to_contain_text("410")
    assert violations(page) == []
    one.get_by_role("button", name="Messages").click()
    dialog.get_by_label("Only those that were given up").check()
    expect(dialog.get_by_role("listitem")).to_have_count(1)
    assert violations(page) == []
    receiver.status = 200
    dialog.get_by_role("button", name="Try all again").click()
    expect(dialog).to_contain_text("There are no messages")
    until(lambda: len(receiver.ids) == 2)
    page.keyboard.press("Escape")
    expect(one).not_to_contain_text("given up")

    one.get_by_role("button", name="Pause").click()
    expect(one).to_contain_text("Paused")
    one.get_by_role("button", name="Send a test").click()
    expect(one).to_contain_text("waits until this destination is resumed")
    one.get_by_role("button", name="Resume").click()
    until(lambda: len(receiver.ids) == 3)
    one.get_by_role("button", name="Remove").click()
    dialog.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Messages are not sent anywhere yet")).to_be_visible()


def test_an_address_that_cannot_be_used_is_told_in_the_form(look_at: LookAt) -> None:
    page = look_at(PLACE, locale="uk-UA")
    page.get_by_role("button", name="Додати одержувача").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Назва").fill("Пошта")
    dialog.get_by_label("Вид").select_option("apprise")
    dialog.get_by_label("Адреса у форматі apprise").fill("none://of-them")
    dialog.get_by_role("button", name="Додати одержувача").click()
    expect(dialog.locator(".failure")).to_contain_text("apprise не знає такої адреси.")
    dialog.get_by_label("Вид").select_option("page")
    dialog.get_by_role("button", name="Додати одержувача").click()
    expect(dialog).to_have_count(0)
    page.get_by_role("button", name="Додати одержувача").click()
    dialog.get_by_label("Назва").fill("пошта")
    dialog.get_by_label("Вид").select_option("page")
    dialog.get_by_role("button", name="Додати одержувача").click()
    expect(dialog.locator(".failure")).to_contain_text("вже зайняте")


@pytest.mark.long
def test_a_glance_the_destinations_that_is_refused_keeps_what_is_being_typed(glance: LookAt) -> None:
    page = glance(PLACE)
    dialog = add(page, "Half of a na")
    page.route("**/api/v1/destinations", lambda route: route.fulfill(status=500, body=""))
    expect(page.locator("main").get_by_role("alert")).to_be_attached()
    expect(dialog.get_by_label("Name", exact=True)).to_have_value("Half of a na")
    page.unroute("**/api/v1/destinations")
    expect(page.locator("main").get_by_role("alert")).to_have_count(0)
    expect(dialog.get_by_label("Name", exact=True)).to_have_value("Half of a na")


def test_open_browsers_show_messages_as_they_may(look_at: LookAt) -> None:
    page = look_at(PLACE)
    add(page, "Browsers").get_by_role("button", name="Add a destination").click()
    other = page.context.new_page()
    other.add_init_script(f"({_NOTED})()")
    other.goto(page.url.partition("/settings")[0] + "/catalogue")
    other.locator("main h1").wait_for()
    row(page, "Browsers").get_by_role("button", name="Send a test").click()
    expect(page.get_by_role("region", name="Messages")).to_contain_text(
        "This is a test: messages arrive here."
    )
    other.wait_for_function("window.shown.length === 1")
    assert other.evaluate("window.shown[0].body") == "This is a test: messages arrive here."


@pytest.fixture
def events(home: Path) -> None:
    """A paused camera, and three events of the last hours."""
    with filling(home) as app:
        camera = app.cameras.add("Gate", parse("rtsp://127.0.0.1:9/live"), by=0)
        app.cameras.pause(camera.id)
        for hours, label, confidence in ((5, "cat", 0.9), (3, "dog", 0.8), (1, "cat", 0.5)):
            start = now() - timedelta(hours=hours)
            values = seen(start, label=label, confidence=confidence, zones=["door"])
            app.camera_events.open(camera.id, **values)


def test_a_rule_is_tried_on_the_last_day_kept_and_changed(events: None, look_at: LookAt) -> None:
    page = look_at(PLACE)
    add(page, "Browsers").get_by_role("button", name="Add a destination").click()
    expect(row(page, "Browsers")).to_be_visible()
    page.get_by_role("button", name="Add a rule").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Browsers")).to_be_checked()
    dialog.get_by_label("Name of the rule").fill("Cats at the gate")
    dialog.get_by_label("Gate", exact=True).check()
    dialog.get_by_label("cat", exact=True).check()
    # Only the model of cameras tells it apart, not the one that answers on Classify.
    expect(dialog.get_by_label("person", exact=True)).not_to_be_checked()
    dialog.get_by_role("button", name="What would have fired").click()
    expect(dialog).to_contain_text("There were 3 events in the last day. It would have fired for 2:")
    dialog.get_by_label("Lowest confidence").fill("60")
    dialog.get_by_role("button", name="What would have fired").click()
    expect(dialog).to_contain_text("It would have fired for 1:")
    expect(dialog.get_by_role("listitem")).to_contain_text("cat · 90.0% · \u2068Gate\u2069")
    assert violations(page) == []
    dialog.get_by_role("button", name="Save the rule").click()
    one = row(page, "Cats at the gate")
    expect(one).to_contain_text("\u2068Gate\u2069 · cat · confidence from 60.0%")
    expect(one).to_contain_text("Tells: \u2068Browsers\u2069")

    one.get_by_role("button", name="Change").click()
    dialog.get_by_label("From").fill("22:00")
    dialog.get_by_label("To", exact=True).fill("06:00")
    dialog.get_by_text("Further conditions").click()
    dialog.get_by_label("It crosses a line").check()
    dialog.get_by_label("Direction").select_option("left")
    assert violations(page) == []
    dialog.get_by_role("button", name="Save the rule").click()
    expect(one).to_contain_text("22:00–06:00 · crosses a line to the left")
    one.get_by_role("button", name="Turn off").click()
    expect(one).to_contain_text("Off")
    one.get_by_role("button", name="Remove").click()
    dialog.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("No rule yet")).to_be_visible()


@pytest.mark.parametrize("locale", ["en-US", "uk-UA", "ru-RU"])
def test_nothing_scrolls_sideways_on_a_phone(glance: LookAt, locale: str) -> None:
    page = glance(PLACE, locale=locale, viewport=PHONE, color_scheme="dark")
    page.locator("main .empty").last.wait_for()
    for number in range(2):
        page.locator("main .empty button").nth(number).click()
        page.get_by_role("dialog").locator("form").wait_for()
        assert page.evaluate(SIDEWAYS) <= 0
        assert violations(page) == []
        page.keyboard.press("Escape")
