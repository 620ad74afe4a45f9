"""The form of a station in a real browser: a camera of the list, registers as they change, outputs."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tenfold.line.plc.modbus import ModbusAddress, registers
from tenfold.line.plc.signals import Inputs
from tests.browser.every_page.test_access import violations
from tests.browser.line.stations import BeltCamera, filming
from tests.browser.seeing import LookAt
from tests.browser.shell.test_app import PASSWORD, account, sign_in
from tests.line.plc.modbus_server import served

pytestmark = pytest.mark.browser
CHANGE = re.compile(r"^Change \W?gate")
SECRET = "a plant's secret"
_PATIENCE = 60.0


@pytest.fixture
def camera() -> Iterator[BeltCamera]:
    with filming() as made:
        yield made


def form(page: Page) -> Locator:
    page.get_by_role("button", name="Add a station").first.click()
    return page.get_by_role("dialog")


def kept(page: Page, address: str) -> dict[str, Any]:
    """The only station, as the server answers."""
    [station] = page.request.get(f"{address}/api/v1/stations").json()
    return dict(station)


def test_a_camera_of_the_list_is_chosen_tried_and_left_for_another(
    look_at: LookAt, camera: BeltCamera, own_server: str
) -> None:
    page = look_at("/line")
    listed = {"name": "hall", "source": camera.address, "user": "ann", "password": SECRET, "untested": True}
    assert page.request.post(f"{own_server}/api/v1/cameras", data=listed).status == 201
    dialog = form(page)
    dialog.get_by_label("Name").fill("gate")
    # A field for an address until the list of cameras is there.
    chosen = dialog.get_by_role("combobox", name="Camera", exact=True)
    chosen.select_option(label="hall (of the list of cameras)")
    # It has its own address and login, and nothing of them is asked for or shown.
    expect(dialog.get_by_label("Address of the camera")).to_have_count(0)
    expect(dialog.get_by_label("User", exact=True)).to_have_count(0)
    assert SECRET not in dialog.inner_html()
    dialog.get_by_label("Ask this address for one picture").check()
    dialog.get_by_role("button", name="Try the camera").click()
    expect(dialog.get_by_text("The camera answers: 240 × 160 pixels, a single picture.")).to_be_visible()
    assert violations(page) == []
    dialog.get_by_role("button", name="Add", exact=True).click()
    station = page.get_by_role("article", name="gate")
    expect(station.get_by_role("img")).to_be_visible()
    assert kept(page, own_server)["address"] == "camera:hall"

    station.get_by_role("button", name=CHANGE).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Camera", exact=True)).to_have_value("camera:hall")
    dialog.get_by_label("Camera", exact=True).select_option(label="Another camera, by its address")
    expect(dialog.get_by_label("Address of the camera")).to_have_value("")
    dialog.get_by_label("Address of the camera").fill(camera.address)
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert kept(page, own_server)["address"] == camera.address


def test_the_registers_of_a_plc_are_seen_as_they_change_in_both_word_orders(look_at: LookAt) -> None:
    place = ModbusAddress("127.0.0.1")
    told = Inputs(0x0001_0002, 7, (0,) * 8, 3, (0,) * 8, 55)
    page = look_at("/line")
    inputs = registers(place, told)
    with served(place, inputs) as (port, _):
        dialog = form(page)
        dialog.get_by_label("PLC", exact=True).select_option(label="Modbus TCP, the PLC is the server")
        dialog.get_by_text("Registers and word order").click()
        read = dialog.get_by_role("button", name="Read the registers now")
        expect(read).to_be_disabled()
        dialog.get_by_label("Address of the PLC").fill("127.0.0.1")
        dialog.get_by_label("Port", exact=True).fill(str(port))
        read.click()
        encoder = dialog.get_by_role("row").filter(has_text="encoder")
        expect(encoder).to_have_text("encoder 0–1 1–2 65,538 131,073", use_inner_text=True)
        heartbeat = dialog.get_by_role("row").filter(has_text="heartbeat")
        expect(heartbeat.get_by_role("cell", name="55").first).to_be_visible()
        assert violations(page) == []
        inputs[:2] = 0, 777
        expect(encoder).to_have_text("encoder 0–1 1–2 777 50,921,472", use_inner_text=True)
        # Counted from 1, where a PLC's first register is called 1.
        dialog.get_by_label("Registers count from").select_option("1")
        dialog.get_by_label("First register that is read").fill("1")
        expect(encoder).to_contain_text("777")
        dialog.get_by_label("First register that is read").fill("0")
        expect(dialog.get_by_role("alert")).to_contain_text("counted")
    dialog.get_by_label("First register that is read").fill("1")
    expect(dialog.get_by_role("alert")).to_contain_text("127.0.0.1")
    dialog.get_by_role("button", name="Stop reading").click()
    expect(dialog.get_by_role("alert")).to_have_count(0)


@pytest.mark.long
def test_a_command_a_file_and_encrypted_opc_ua_are_set_up_and_told_what_is_rejected(
    look_at: LookAt, camera: BeltCamera, own_server: str, home: Path, tmp_path: Path
) -> None:
    account(home, "olena", "administrator")
    account(home, "guest", "viewer")
    page = look_at("/line")
    sign_in(page, "olena")
    dialog = form(page)
    dialog.get_by_label("Name").fill("gate")
    dialog.get_by_label("Camera", exact=True).fill(camera.address)
    dialog.get_by_label("Ask this address for one picture").check()
    dialog.get_by_text("More: times").click()
    dialog.get_by_role("button", name="Command", exact=True).click()
    command = dialog.get_by_role("group", name="Command", exact=True)
    command.get_by_label("Program and arguments").fill(f"/usr/bin/touch\n{tmp_path / 'a lamp'}")
    command.get_by_label("Pass", exact=True).uncheck()
    command.get_by_label("Reject", exact=True).check()
    dialog.get_by_role("button", name="File", exact=True).click()
    dialog.get_by_role("group", name="File", exact=True).get_by_label("File on the server").fill(
        str(tmp_path / "verdict.json")
    )
    dialog.get_by_role("button", name="OPC UA server").click()
    served_by = dialog.get_by_role("group", name="OPC UA server")
    served_by.get_by_label("Signed and encrypted").check()
    served_by.get_by_label("User", exact=True).fill("plc")
    served_by.get_by_label("Password", exact=True).fill(SECRET)
    served_by.get_by_label("Port", exact=True).fill("48401")
    assert violations(page) == []
    dialog.get_by_label("Your own password").fill(PASSWORD)
    dialog.get_by_role("button", name="Add", exact=True).click()
    station = page.get_by_role("article", name="gate")
    expect(station).to_contain_text("No recipe is chosen")
    shown = kept(page, own_server)
    assert [one["kind"] for one in shown["outputs"]] == ["command", "file", "opcua-server"]
    assert shown["outputs"][2]["security"]["certificate"].startswith(str(home))
    assert SECRET not in json.dumps(shown)

    # Without a recipe every part is rejected; both outputs are told.
    expect(station).to_contain_text("Fault")
    station.get_by_role("button", name="Trigger").click()
    ends = time.monotonic() + _PATIENCE
    while not ((tmp_path / "a lamp").exists() and (tmp_path / "verdict.json").exists()):
        assert time.monotonic() < ends, kept(page, own_server)["state"]
        time.sleep(0.1)
    assert json.loads((tmp_path / "verdict.json").read_text())["verdict"] == "reject"

    station.get_by_role("button", name=CHANGE).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("More: times").click()
    served_by = dialog.get_by_role("group", name="OPC UA server")
    expect(served_by.get_by_label("User", exact=True)).to_have_value("plc")
    expect(served_by.get_by_label("Password", exact=True)).to_have_value("")
    # What runs already needs no password again; another command does.
    expect(dialog.get_by_label("Your own password")).to_have_count(0)
    command = dialog.get_by_role("group", name="Command", exact=True)
    command.get_by_label("Program and arguments").fill("/bin/true")
    expect(dialog.get_by_label("Your own password")).to_be_visible()
    command.get_by_role("button", name=re.compile(r"^Remove")).click()
    expect(dialog.get_by_label("Your own password")).to_have_count(0)
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert [one["kind"] for one in kept(page, own_server)["outputs"]] == ["file", "opcua-server"]

    page = look_at("/line")
    sign_in(page, "guest")
    expect(page.get_by_role("article", name="gate")).to_contain_text("No recipe is chosen")
    assert str(tmp_path) not in page.request.get(f"{own_server}/api/v1/stations").text()
