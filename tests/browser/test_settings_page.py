"""The settings: the server, watched folders, people, tokens, and who did what."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.catalogues import paint
from tests.browser.every_page.test_access import PHONE, violations
from tests.browser.seeing import LookAt
from tests.cli.server.test_serve import server

pytestmark = pytest.mark.browser

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
PASSWORD = "correct horse battery"
# As a browser does whose person goes to another tab and comes back.
_SIGHT = """state => {
  Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def part(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/settings?part={name}")
    page.locator("main h1").wait_for()


def sign_in(page: Page, name: str) -> None:
    # The window that made the account has a name and a password of its own, until it has gone.
    expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("main h1")).to_have_text("Settings")


def confirm(dialog: Locator, action: str) -> None:
    dialog.get_by_label("Your own password").fill(PASSWORD)
    dialog.get_by_role("button", name=action).click()
    expect(dialog).to_have_count(0)


def test_a_setting_is_changed_for_the_next_start(look_at: LookAt, home: Path) -> None:
    page = look_at("/settings")
    field = page.get_by_label("batch_size")
    expect(field).to_have_value("16")
    row = page.locator("form").filter(has=field)
    field.fill("8")
    row.get_by_role("button", name="Save").click()
    expect(page.get_by_text("They take effect when the server is restarted.")).to_be_visible()
    expect(row).to_contain_text("After a restart: 8")
    assert (home / "tenfold.toml").read_text() == "batch_size = 8\n"
    assert violations(page) == []
    page.reload()
    expect(field).to_have_value("8")
    row.get_by_role("button", name="Reset to the default").click()
    expect(field).to_have_value("16")
    assert (home / "tenfold.toml").read_text() == ""


def test_a_value_that_cannot_be_used_is_told_beside_it(look_at: LookAt) -> None:
    page = look_at("/settings")
    field = page.get_by_label("database_url")
    row = page.locator("form").filter(has=page.get_by_label("language", exact=True))
    expect(field).to_be_visible()
    row.get_by_role("combobox").select_option("uk")
    row.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("After a restart: uk")
    model = page.locator("form").filter(has=page.get_by_label("host", exact=True))
    model.get_by_role("textbox").fill("\u200b" * 3)
    model.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.").or_(model.locator(".error")).first).to_be_visible()


def test_with_the_first_account_everybody_signs_in(look_at: LookAt, own_server: str) -> None:
    page = look_at("/settings?part=people")
    page.get_by_role("button", name="Create the first account").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("ann")
    dialog.get_by_label("Password").fill("password1")
    dialog.get_by_role("button", name="Create the first account").click()
    expect(dialog.locator(".failure")).to_contain_text("password")
    dialog.get_by_label("Password").fill(PASSWORD)
    assert violations(page) == []
    dialog.get_by_role("button", name="Create the first account").click()
    expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
    sign_in(page, "ann")
    expect(page.get_by_text("ann").first).to_be_visible()

    page.get_by_role("button", name="Add a person").click()
    dialog.get_by_label("Name").fill("Олена <script>")
    dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    dialog.get_by_label("Role").select_option("viewer")
    dialog.get_by_label("Your own password").fill("not mine at all")
    dialog.get_by_role("button", name="Add a person").click()
    expect(dialog.locator(".failure p")).to_have_text(
        ["Your own password is not right.", "Try again; an administrator can give you another password."]
    )
    assert violations(page) == []
    confirm(dialog, "Add a person")
    row = page.get_by_role("listitem").filter(has_text="Олена <script>")
    role = row.get_by_role("combobox")
    role.select_option("operator")
    expect(role).to_have_value("viewer")
    expect(dialog.get_by_role("heading")).to_have_text("New role of Олена <script>: Operator")
    assert violations(page) == []
    confirm(dialog, "Save")
    expect(page.get_by_role("region", name="Messages")).to_contain_text(
        "The account Олена <script> has been changed."
    )
    expect(role).to_have_value("operator")
    row.get_by_role("button", name="Sign out everywhere").click()
    confirm(dialog, "Sign out everywhere")
    expect(page.get_by_role("region", name="Messages")).to_contain_text("has been signed out everywhere")

    # The last administrator cannot be shut out, and the page says why.
    page.get_by_role("listitem").filter(has_text="ann").get_by_role("button", name="Disable").click()
    dialog.get_by_label("Your own password").fill(PASSWORD)
    dialog.get_by_role("button", name="Disable").click()
    expect(dialog.locator(".failure")).to_contain_text("is the last administrator")
    page.keyboard.press("Escape")

    part(page, own_server, "audit")
    expect(page.get_by_role("table")).to_contain_text("Created the account")
    expect(page.get_by_role("table")).to_contain_text("Олена <script>")
    assert violations(page) == []

    other = look_at("/settings")
    sign_in(other, "Олена <script>")
    expect(other.get_by_role("link", name="API tokens")).to_be_visible()
    expect(other.get_by_role("link", name="People")).to_have_count(0)
    expect(other.get_by_role("link", name="Server")).to_have_count(0)
    expect(other.get_by_label("batch_size")).to_have_count(0)


def test_a_token_is_shown_once_and_revoked(look_at: LookAt, own_server: str) -> None:
    page = look_at("/settings?part=people")
    page.get_by_role("button", name="Create the first account").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("ann")
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Create the first account").click()
    sign_in(page, "ann")
    part(page, own_server, "tokens")
    page.get_by_role("button", name="Create a token").click()
    dialog.get_by_label("What it is for").fill("the camera at the gate")
    dialog.get_by_label("Role").select_option("operator")
    dialog.get_by_label("Your own password").fill(PASSWORD)
    dialog.get_by_role("button", name="Create a token").click()
    secret = dialog.locator("code").inner_text()
    assert secret.startswith("tenfold_")
    assert violations(page) == []
    page.keyboard.press("Escape")
    row = page.get_by_role("listitem").filter(has_text="the camera at the gate")
    expect(row).to_contain_text("Never used")
    assert secret not in page.content()
    row.get_by_role("button", name="Revoke").click()
    confirm(dialog, "Revoke")
    expect(row).to_contain_text("Revoked")


def test_a_watched_folder_brings_its_pictures_in(look_at: LookAt, own_server: str, tmp_path: Path) -> None:
    folder = tmp_path / "album"
    paint(folder, 3)
    paint(tmp_path / "elsewhere", 1)
    (folder / "more").symlink_to(tmp_path / "elsewhere")
    page = look_at("/settings?part=folders")
    page.get_by_label("Folder", exact=True).fill("nowhere")
    page.get_by_role("button", name="Add a folder").click()
    expect(page.locator(".failure")).to_contain_text("nowhere")
    page.get_by_label("Folder", exact=True).fill(str(folder))
    page.get_by_role("button", name="Add a folder").click()
    row = page.get_by_role("listitem").filter(has_text=str(folder))
    expect(row).to_be_visible()
    assert violations(page) == []
    page.goto(f"{own_server}/catalogue")
    expect(page.get_by_text("3 pictures", exact=True)).to_be_visible()
    part(page, own_server, "folders")
    expect(row).to_contain_text(f"Links that are not followed: ⁨{folder}/more⁩.")
    row.get_by_role("button", name="Stop watching").click()
    expect(page.get_by_text("No folder is watched")).to_be_visible()


@pytest.mark.parametrize("locale", ["en-US", "uk-UA", "ru-RU"])
def test_nothing_scrolls_sideways_and_axe_finds_nothing_on_a_phone(glance: LookAt, locale: str) -> None:
    page = glance("/settings", locale=locale, viewport=PHONE, color_scheme="dark")
    for link in page.locator("main nav a").all():
        link.click()
        page.wait_for_load_state("domcontentloaded")
        assert page.evaluate(SIDEWAYS) <= 0
    page.locator("main nav a").first.click()
    expect(page.locator("main form").first).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("language", ["en", "uk", "ru"])
def test_every_service_is_shown_with_its_state(glance: LookAt, language: str) -> None:
    page = glance("/settings?part=services", locale=language, viewport=PHONE)
    rows = page.locator("main li")
    ready = page.request.get(f"{page.url.split('/settings')[0]}/readyz").json()
    expect(rows).to_have_count(len(ready["services"]))
    running = {"en": "Running", "uk": "Працює", "ru": "Работает"}[language]
    for row in rows.all():
        expect(row).to_contain_text(running)
    assert page.evaluate(SIDEWAYS) <= 0
    assert violations(page) == []


def test_the_link_that_the_server_printed_makes_the_first_account(chromium: Browser) -> None:
    with server(TENFOLD_ALLOWED_HOSTS="pictures.example.org") as (process, address):
        assert process.stdout is not None
        link = process.stdout.readline().split()[-1]
        page = chromium.new_page(locale="en-US")
        page.goto(address)
        expect(page.get_by_role("heading", name="The first account")).to_be_visible()
        expect(page.get_by_label("Code")).to_have_value("")
        page.goto(f"{address}/settings{link.removeprefix(address).removeprefix('/')}")
        page.reload()
        expect(page.get_by_label("Code")).to_have_value(link.partition("=")[2])
        assert violations(page) == []
        page.get_by_label("Name").fill("Ann")
        page.get_by_label("Password").fill("short")
        page.get_by_role("button", name="Create the account").click()
        expect(page.locator("form")).to_contain_text("8")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Create the account").click()
        expect(page.locator("main h1")).to_have_text("Settings")
        assert page.url == f"{address}/settings"
        page.close()


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "asked"), [("services", "system/services"), ("notifications", "destinations")]
)
def test_nothing_is_asked_for_again_while_the_page_is_out_of_sight(
    glance: LookAt, name: str, asked: str
) -> None:
    page = glance(f"/settings?part={name}")
    page.wait_for_load_state("networkidle")
    page.evaluate(_SIGHT, "hidden")
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.wait_for_timeout(6_000)
    assert [url for url in requests if url.endswith(asked)] == []
    with page.expect_response(f"**/api/v1/{asked}", timeout=2_000):  # at once
        page.evaluate(_SIGHT, "visible")
