"""Stations and recipes over HTTP: roles, what is refused, overrides; no answer holds a password."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from tenfold.catalogue.entries.tables import SOURCES
from tenfold.database import now
from tenfold.errors import LineError
from tenfold.line.plc.modbus import ModbusAddress, registers
from tenfold.line.plc.mqtt_broker import Broker
from tenfold.line.plc.signals import Inputs
from tenfold.line.plc.wiring import connect
from tenfold.line.recipe import WHOLE
from tenfold.line.simulator.scene import bundled_parts
from tenfold.line.stations.tables import StationRow
from tenfold.line.trail.trail import Trail, TrailEntry
from tests.environment.web_server import QuietHandler, answering
from tests.fakes import RED, picture
from tests.line.plc.modbus_server import served
from tests.web.conftest import Running
from tests.web.signed_in import WORDS, Staffed
from tests.web.stations import paused_station

SECRET = "s3cret"
CAMERA: dict[str, Any] = {
    "source": f"http://ann:{SECRET}@127.0.0.1:9/snapshot.jpg",
    "snapshot": True,
    "untested": True,
}
AT = "2026-11-29T10:00:00.000Z"


@pytest.fixture
def gate(running: Running) -> Iterator[int]:
    number = paused_station(running.service.app, "gate", CAMERA["source"])
    yield number
    running.client.delete(f"/api/v1/stations/{number}")


@pytest.fixture
def trail(running: Running, gate: int) -> Path:
    """Its trail: part 1 passed, part 2 was rejected, one alarm."""
    path = running.service.app.trail_of(gate)
    path.parent.mkdir(parents=True, exist_ok=True)
    facts = {"model": "a" * 64, "recipe": [1, 2]}
    answers = [
        {"region": "part", "label": "red", "known": True, "novelty": 0.0, "probabilities": {"red": 1.0}}
    ]
    with Trail(path) as opened:
        opened.append(
            [
                TrailEntry("part", AT, facts | {"verdict": "pass", "reason": "good", "answers": answers}, 1),
                TrailEntry("gate", AT, {"outcome": "passed"}, 1),
                TrailEntry(
                    "part",
                    AT,
                    facts | {"verdict": "reject", "reason": "unsure", "box": [0.5, 0.25, 0.25, 0.5]},
                    2,
                    picture(RED, size=(80, 40)),
                ),
                TrailEntry("alarm", AT, {"reason": "camera"}),
            ]
        )
    return path


def test_what_fails_of_a_station_is_told_by_codes_that_the_page_has_in_every_language(
    running: Running, gate: int
) -> None:
    away = Broker("plant.example", "plant", "gate").away("Connection refused")
    missing = LineError("Recipe 7", "is not approved", reason="recipe-not-approved", params={"number": 7})
    status = {"output_problems": [away.facts()], "recipe_problem": missing.facts()}
    with running.service.app.database.writing() as session:
        session.execute(update(StationRow).values(status=status, status_at=now(), worker="elsewhere"))
    state = running.client.get(f"/api/v1/stations/{gate}").json()["state"]
    [told] = state["outputs"]
    assert told["detail"] == (
        "The MQTT broker at plant.example, port 1883 is not connected (Connection refused)."
    )
    # The port as a text: a number would be written with a thousands separator.
    assert (told["reason"], told["params"]) == ("broker-away", {"host": "plant.example", "port": "1883"})
    assert (state["problem"]["reason"], state["problem"]["params"]) == ("recipe-not-approved", {"number": 7})
    assert state["refused"] is None


def recipe(running: Running) -> dict[str, Any]:
    made = running.client.post("/api/v1/recipes", json={"name": "caps", "barcode": "400638"})
    assert made.status_code == 201, made.text
    return dict(made.json())


def test_a_station_is_added_changed_paused_and_removed_and_no_answer_holds_its_passwords(
    running: Running, gate: int
) -> None:
    client, url = running.client, f"/api/v1/stations/{gate}"
    broker = {"host": "broker", "user": "line", "password": SECRET}
    plant = {"kind": "modbus", "host": "10.0.0.9"}
    answers = [
        client.get("/api/v1/stations"),
        client.patch(url, json={"broker": broker, "plant": plant, "trigger": {"kind": "plant"}}),
        client.patch(url, json={"broker": {"host": "broker", "user": "line", "node": "2"}, "deadline": 0.2}),
        client.patch(url, json={"trigger": {"kind": "crossing"}}),
        client.patch(url, json={"no_broker": True}),
        client.get(url),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 422, 200, 200]
    assert SECRET not in "".join(answer.text for answer in answers)
    assert answers[2].json()["broker"]["node"] == "2"
    assert answers[2].json()["plant"]["host"] == "10.0.0.9"
    found = answers[5].json()
    assert (found["state"]["phase"], found["deadline"], found["broker"]) == ("paused", 0.2, None)
    assert found["address"] == "http://127.0.0.1:9/snapshot.jpg"


def test_the_registers_of_a_plc_are_read_as_a_station_would(running: Running) -> None:
    pytest.importorskip("pymodbus", reason="needs the line extra: pip install 'tenfold[line]'")
    told = Inputs(0x0001_0002, 7, (0,) * 8, 3, (0,) * 8, 55, order=12)
    place = ModbusAddress("127.0.0.1")
    with served(place, registers(place, told)) as (port, _):
        asked = {"host": "127.0.0.1", "port": port, "inputs": 1, "base": 1}
        url = "/api/v1/stations/registers"
        found = {one["name"]: one for one in running.client.post(url, json=asked).json()}
        assert [found["encoder"][name] for name in ("address", "registers")] == [0, 2]
        assert (found["encoder"]["high_first"], found["encoder"]["low_first"]) == (0x0001_0002, 0x0002_0001)
        assert (found["heartbeat"]["high_first"], found["heartbeat"]["address"]) == (55, 6)
        assert found["order"]["high_first"] == 12
        assert "trigger_counts" not in found
        refused = running.client.post(url, json=asked | {"inputs": 0})
        assert (refused.status_code, "cannot be counted so" in refused.text) == (422, True)
    away = running.client.post(url, json={"host": "127.0.0.1", "port": port})
    assert (away.status_code, "does not answer" in away.text) == (422, True)


def test_a_camera_is_tried_by_the_rule_that_a_station_is_added_by(
    running: Running, gate: int, tmp_path: Path
) -> None:
    pytest.importorskip("av", reason="needs the cameras extra: pip install 'tenfold[cameras]'")
    client, url = running.client, "/api/v1/stations"
    (tmp_path / "1.png").write_bytes(picture(RED, size=(80, 40)))
    camera = {"source": str(tmp_path)}
    tried = client.post(f"{url}/test", json=camera)
    assert (tried.status_code, tried.json()["width"], tried.json()["height"]) == (200, 80, 40), tried.text
    added = client.post(url, json={"name": "other", **camera})
    assert added.status_code == 201, added.text
    client.delete(f"{url}/{added.json()['id']}")
    both = [
        client.post(f"{url}/test", json=camera | {"snapshot": True}),
        client.post(url, json={"name": "other", "snapshot": True, **camera}),
    ]
    assert [answer.status_code for answer in both] == [422, 422]
    assert both[0].json()["detail"] == both[1].json()["detail"]
    assert client.post(f"{url}/test", json={"source": "camera:nowhere"}).status_code == 404


def test_a_camera_is_tried_with_the_login_that_its_station_has(running: Running, gate: int) -> None:
    asked: list[str] = []

    class Locked(QuietHandler):
        def do_GET(self) -> None:
            asked.append(self.headers.get("Authorization", ""))
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="camera"')
            self.send_header("Content-Length", "0")
            self.end_headers()

    with answering(Locked) as address:
        source = f"{address}/snap.jpg"
        change = {"source": source, "user": "ann", "password": SECRET, "untested": True}
        running.client.patch(f"/api/v1/stations/{gate}", json=change)
        asked_for = {"source": source, "snapshot": True}
        running.client.post("/api/v1/stations/test", json=asked_for)
        assert set(asked) == {""}
        running.client.post("/api/v1/stations/test", json=asked_for | {"station": gate})
    assert any(one.startswith("Basic ") for one in asked)


def test_a_password_of_the_broker_stays_but_is_not_sent_to_a_new_address(running: Running, gate: int) -> None:
    client, url = running.client, f"/api/v1/stations/{gate}"
    client.patch(url, json={"broker": {"host": "broker", "user": "line", "password": SECRET}})

    def kept() -> dict[str, Any]:
        found = running.service.app.stations.get(gate).broker
        assert found is not None
        return found

    assert client.patch(url, json={"broker": {"host": "broker", "user": "line", "group": "a"}}).is_success
    assert (kept()["group"], kept()["password"]) == ("a", SECRET)
    for moved in ({"host": "other"}, {"host": "broker", "port": 1884}):
        refused = client.patch(url, json={"broker": moved | {"user": "line"}})
        assert (refused.status_code, refused.json()["reason"]) == (422, "password-again")
    assert kept()["host"] == "broker"
    assert client.patch(url, json={"broker": {"host": "broker", "user": "another"}}).is_success
    assert kept()["password"] == ""


OPCUA: dict[str, Any] = {
    "kind": "opcua",
    "url": "opc.tcp://plc:4840",
    "reads": {"triggers": "ns=2;i=1", "encoder": "ns=2;i=2", "heartbeat": "ns=2;i=3"},
    "writes": {"pass_part": "ns=2;i=9", "heartbeat": "ns=2;i=8"},
}


def test_a_plc_is_checked_and_its_password_stays_and_is_not_shown(running: Running, gate: int) -> None:
    client, url = running.client, f"/api/v1/stations/{gate}"
    refused = client.patch(url, json={"plant": {"kind": "modbus"}, "trigger": {"kind": "plant"}})
    assert (refused.status_code, "lacks one" in refused.text) == (422, True)
    security = {"encrypted": True, "user": "line", "password": SECRET}
    made = client.patch(url, json={"plant": OPCUA | {"security": security}, "trigger": {"kind": "plant"}})
    assert (made.status_code, SECRET in made.text) == (200, False), made.text
    shown = made.json()["plant"]["security"]
    assert (shown["encrypted"], shown["user"], shown["certificate"].endswith("opcua/tenfold.der")) == (
        True,
        "line",
        True,
    )

    def kept() -> dict[str, Any]:
        return dict(running.service.app.stations.get(gate).plant)

    # A client that knows nothing of security changes none of it.
    assert client.patch(url, json={"plant": OPCUA | {"reads": OPCUA["reads"] | {"order": "i=4"}}}).is_success
    assert kept()["security"]["password"] == SECRET
    trusting = shown | {"trusted": "/certificates"}
    assert client.patch(url, json={"plant": OPCUA | {"security": trusting}}).is_success
    assert (kept()["security"]["password"], kept()["security"]["trusted"]) == (SECRET, "/certificates")
    moved = client.patch(url, json={"plant": OPCUA | {"url": "opc.tcp://other:4840", "security": shown}})
    assert (moved.status_code, moved.json()["reason"]) == (422, "password-again")
    open_password = client.patch(url, json={"plant": OPCUA | {"security": {"user": "line"}}})
    assert (open_password.status_code, open_password.json()["reason"]) == (422, "connection-security")
    assert client.patch(url, json={"plant": OPCUA | {"security": {}}}).is_success
    assert "security" not in kept()


def test_outputs_are_set_up_and_a_password_stays_with_its_place(
    running: Running, gate: int, tmp_path: Path
) -> None:
    client, url = running.client, f"/api/v1/stations/{gate}"
    served = {"kind": "opcua-server", "host": "0.0.0.0", "port": 4850}
    security = {"encrypted": True, "user": "plant", "password": SECRET}
    broker = {"kind": "sparkplug", "host": "broker", "user": "line"}
    outputs = [
        served | {"security": security},
        broker | {"password": SECRET},
        {"kind": "command", "command": ["/bin/lamp", "--red"], "verdicts": ["reject", "divert"]},
        {"kind": "file", "path": str(tmp_path / "verdict.json")},
    ]
    made = client.patch(url, json={"outputs": outputs})
    assert (made.status_code, SECRET in made.text) == (200, False), made.text
    shown = made.json()["outputs"]
    assert [one["kind"] for one in shown] == ["opcua-server", "sparkplug", "command", "file"]
    assert (shown[0]["security"]["encrypted"], shown[2]["command"]) == (True, ["/bin/lamp", "--red"])
    # As the page sends them back, in another order and one left out.
    assert client.patch(url, json={"outputs": [shown[1], shown[2], shown[0]]}).is_success
    kept = running.service.app.stations.get(gate).outputs
    assert (kept[0]["password"], kept[2]["security"]["password"]) == (SECRET, SECRET)
    assert (kept[1]["verdicts"], kept[1]["seconds"]) == (["reject", "divert"], 2.0)
    connect_wires(kept[1:2])
    assert client.patch(url, json={"deadline": 0.3}).json()["outputs"] != []
    assert client.patch(url, json={"outputs": []}).json()["outputs"] == []


def connect_wires(outputs: list[dict[str, Any]]) -> None:
    """What is kept is what a station opens."""
    for one in connect({"kind": "none"}, outputs).outputs:
        one.close()


@pytest.mark.parametrize("path", ["verdict.json", "/no-such-folder/verdict.json", "/", "{home}/tenfold.db"])
def test_a_file_that_verdicts_cannot_be_written_to_is_refused(running: Running, gate: int, path: str) -> None:
    place = path.replace("{home}", str(running.service.app.home.folder))
    asked = {"outputs": [{"kind": "file", "path": place}]}
    refused = running.client.patch(f"/api/v1/stations/{gate}", json=asked)
    assert (refused.status_code, refused.json()["reason"]) == (422, "output-file"), refused.text


def test_a_broker_whose_certificates_cannot_be_read_is_refused(running: Running, gate: int) -> None:
    asked = {"broker": {"host": "broker", "tls": True, "ca": "/no/such/ca.pem"}}
    refused = running.client.patch(f"/api/v1/stations/{gate}", json=asked)
    assert (refused.status_code, refused.json()["reason"]) == (422, "certificate"), refused.text


def test_what_a_station_that_does_not_run_is_told_is_refused(running: Running, gate: int) -> None:
    client, url = running.client, f"/api/v1/stations/{gate}"
    for answer in (
        client.post(f"{url}/trigger"),
        client.post(f"{url}/challenge", json={"expected": ["bad"]}),
        client.post(f"{url}/first-parts/approve", json={}),
        client.get(f"{url}/picture"),
    ):
        assert (answer.status_code, "does not run here" in answer.text) == (422, True), answer.text
    assert client.get(f"{url}/parts").json() == client.get(f"{url}/alarms").json() == []
    assert client.get(f"{url}/figures").json()["parts"] == 0
    assert client.get(f"{url}/parts/1").status_code == 404


def test_recipes_have_versions_that_run_when_they_are_approved(running: Running, gate: int) -> None:
    client, made = running.client, recipe(running)
    url = f"/api/v1/recipes/{made['id']}"
    model = running.service.app.registry.live()
    region = {"name": "part", "box": list(WHOLE), "accepts": ["nothing of this kind"]}
    refused = client.post(f"{url}/versions", json={"model": model, "regions": [region]})
    assert (refused.status_code, "does not know" in refused.text) == (400, True)
    region["accepts"] = [running.service.app.registry.info(model).labels[0]]
    added = client.post(f"{url}/versions", json={"model": model, "regions": [region], "least": 0.8})
    assert added.status_code == 201, added.text
    (listed,) = client.get("/api/v1/recipes").json()
    assert (listed["runs"], listed["latest"]) == (None, 1)
    proof: dict[str, Any] = {"station": "gate", "at": AT, "parts": 20, "now_rejected": 1, "now_passed": 0}
    proof |= {"good": None, "bad": None, "milliseconds": [], "changed": [3], "worse": False}
    assert client.get(f"{url}/versions").json()[0]["proof"] is None
    body = {"model": model, "regions": [region], "none_of_these": "divert"}
    diverts = client.post(f"{url}/versions", json=body).json()
    assert (diverts["none_of_these"], diverts["unsure"]) == ("divert", "reject")
    running.service.app.recipes.keep_proof(made["id"], 1, proof)
    approved = client.post(f"{url}/versions/1/approve").json()
    assert (approved["proof"]["parts"], approved["proof"]["worse"]) == (20, False)
    assert approved["approved_at"]
    assert client.get("/api/v1/recipes").json()[0]["runs"] == 1
    by_barcode = client.post(f"/api/v1/stations/{gate}/changeover", json={"barcode": "400638"})
    assert by_barcode.json()["recipe_id"] == made["id"]
    assert client.post(f"/api/v1/stations/{gate}/changeover", json={"barcode": "1"}).status_code == 404
    assert client.delete(url).status_code == 200
    assert client.get(f"{url}/versions").status_code == 404


def test_a_version_is_proven_on_a_stations_recorded_parts_in_the_background(
    running: Running, gate: int, tmp_path: Path
) -> None:
    client, app, made = running.client, running.service.app, recipe(running)
    url, station = f"/api/v1/recipes/{made['id']}", f"/api/v1/stations/{gate}"
    region = {"name": "part", "box": list(WHOLE), "accepts": ["ship"]}
    client.post(f"{url}/versions", json={"model": app.registry.live(), "regions": [region], "least": 0.0})
    client.patch(station, json={"locate": False})
    # The station passed two frogs, and rejected two ships, of which a person called one good.
    shown = [one for label in ("frog", "ship") for one in bundled_parts(tmp_path) if one[1] == label]
    chosen = shown[:2] + shown[-2:]
    path = app.trail_of(gate)
    path.parent.mkdir(parents=True, exist_ok=True)
    with Trail(path) as trail:
        for number, (file, label) in enumerate(chosen, 1):
            facts = {"model": "a" * 64, "recipe": [made["number"], 1]}
            facts |= {"frog": {"verdict": "pass", "reason": "good"}}.get(
                label, {"verdict": "reject", "reason": "unsure"}
            )
            trail.append([TrailEntry("part", AT, facts, number, file.read_bytes())])
    client.post(f"{station}/parts/3/override", json={"verdict": "pass", "reason": "x", "by": "Olha"})
    assert client.post(f"{url}/versions/2/prove", json={"station": gate}).status_code == 404
    assert client.post(f"{url}/versions/1/prove", json={"station": gate + 1}).status_code == 404
    started = client.post(f"{url}/versions/1/prove", json={"station": gate})
    assert started.status_code == 202, started.text
    assert started.json()["title"] == "Prove version 1 of caps"
    app.jobs.wait(started.json()["id"], timeout=60)
    job = client.get(f"/api/v1/jobs/{started.json()['id']}").json()
    assert (job["state"], job["problem"]) == ("done", None)
    assert (job["result"]["kept"], job["result"]["proof"]["worse"]) == (True, False)
    proof = client.get(f"{url}/versions").json()[0]["proof"]
    assert (proof["station"], proof["parts"], proof["changed"]) == ("gate", 4, [4, 3, 2, 1])
    assert (proof["good"]["before"]["value"], proof["good"]["now"]["value"]) == (1.0, 0.0)
    assert job["result"]["proof"] == proof
    # By another model the proof is the job's alone, and the version's stays as it is.
    app.registry.register_bundled()
    named = {name: app.registry.find(name).hash for name in ("photo", "cifar10")}
    other = next(name for name, key in named.items() if key != app.registry.live())
    client.post(f"{station}/parts/1/override", json={"verdict": "reject", "reason": "x", "by": "Olha"})
    started = client.post(f"{url}/versions/1/prove", json={"station": gate, "model": other})
    assert started.status_code == 202, started.text
    app.jobs.wait(started.json()["id"], timeout=60)
    result = client.get(f"/api/v1/jobs/{started.json()['id']}").json()["result"]
    assert (result["kept"], result["model"], result["proof"]["parts"]) == (False, named[other], 4)
    assert result["proof"]["bad"]["before"]["value"] == 1.0
    assert client.get(f"{url}/versions").json()[0]["proof"] == proof
    assert client.post(f"{url}/versions/1/prove", json={"station": gate, "model": "none"}).status_code == 404
    known = {name: app.registry.info(app.registry.find(name).hash).labels for name in ("cifar10", "watch")}
    region["accepts"] = [next(label for label in known["watch"] if label not in known["cifar10"])]
    assert client.post(f"{url}/versions", json={"model": "watch", "regions": [region]}).status_code == 201
    refused = client.post(f"{url}/versions/2/prove", json={"station": gate, "model": "cifar10"})
    assert (refused.status_code, "does not know" in refused.text) == (400, True)
    client.delete(url)


def test_a_station_that_has_not_run_yet_proves_nothing(running: Running, gate: int) -> None:
    client, made = running.client, recipe(running)
    url = f"/api/v1/recipes/{made['id']}"
    app = running.service.app
    region = {"name": "part", "box": list(WHOLE), "accepts": app.registry.info(app.registry.live()).labels}
    client.post(f"{url}/versions", json={"model": app.registry.live(), "regions": [region]})
    refused = client.post(f"{url}/versions/1/prove", json={"station": gate})
    assert (refused.status_code, "has no trail yet" in refused.text) == (404, True)
    client.delete(url)


def test_an_override_is_a_row_of_the_trail_and_a_correction_in_the_catalogue(
    running: Running, gate: int, trail: Path
) -> None:
    client, url = running.client, f"/api/v1/stations/{gate}"
    second, first = client.get(f"{url}/parts").json()
    assert (first["verdict"], first["outcome"], first["answers"][0]["label"]) == ("pass", "passed", "red")
    assert (second["station_reason"], second["picture"]) == ("unsure", True)
    assert client.get(f"{url}/parts/2/picture").headers["content-type"].startswith("image/")
    assert client.get(f"{url}/parts/1/picture").status_code == 404
    said = {"verdict": "pass", "reason": "a shadow", "by": "Olha", "label": "red"}
    assert client.post(f"{url}/parts/9/override", json=said).status_code == 404
    assert client.post(f"{url}/parts/2/override", json=said | {"by": ""}).status_code == 400
    done = client.post(f"{url}/parts/2/override", json=said)
    assert done.status_code == 200, done.text
    found = done.json()["part"]
    assert (found["verdict"], found["station_verdict"]) == ("pass", "reject")
    assert [(one["by"], one["reason"]) for one in found["overrides"]] == [("Olha", "a shadow")]
    (entry,) = running.service.app.ingest.entries([done.json()["entry_id"]])
    assert (entry.sources, entry.corrected_label) == (SOURCES["camera"], "red")
    assert (entry.width, entry.height) == (20, 20), "what was judged, and not all that the camera showed"
    figures = client.get(f"{url}/figures").json()
    assert (figures["parts"], figures["passed"], figures["overkill"]["value"]) == (2, 1, 1.0)
    assert figures["reasons"] == [{"reason": "unsure", "parts": 1}]
    with Trail(trail) as opened:
        assert opened.verify() is None


def test_alarms_are_acknowledged_by_name(running: Running, gate: int, trail: Path) -> None:
    client, url = running.client, f"/api/v1/stations/{gate}/alarms"
    assert [(one["reason"], one["acknowledged"]) for one in client.get(url).json()] == [("camera", False)]
    assert client.post(f"{url}/acknowledge", json={"by": "Olha"}).json()[0]["acknowledged"]
    with Trail(trail) as opened:
        opened.append([TrailEntry("alarm", AT, {"reason": "plc"})])
    assert [one["acknowledged"] for one in client.get(url).json()] == [False, True]


def test_a_command_needs_an_administrator_and_their_own_password(staffed: Staffed) -> None:
    administrator, operator = staffed.ann, staffed.olga
    added = administrator.post("/api/v1/stations", json={"name": "lamp", **CAMERA})
    url = f"/api/v1/stations/{added.json()['id']}"
    administrator.post(f"{url}/pause")
    command = {"kind": "command", "command": ["/opt/plant/lamp", "--key", SECRET]}

    def change(who: httpx.Client, *outputs: dict[str, Any], **more: str) -> httpx.Response:
        return who.patch(url, json={"outputs": outputs, **more})

    assert change(operator, command, own_password=WORDS).status_code == 403
    without = change(administrator, command)
    assert (without.status_code, without.json()["reason"]) == (403, "own-password-needed")
    assert change(administrator, command, own_password="wrong").status_code == 401
    assert change(administrator, command, own_password=WORDS).is_success
    # One that is there already needs no confirmation, another one does.
    slower = command | {"seconds": 5}
    assert change(administrator, slower).is_success
    assert change(administrator, command | {"command": ["/bin/sh"]}).status_code == 403
    assert administrator.get(url).json()["outputs"][0]["command"] == command["command"]
    for who in (operator, staffed.vic):
        answer = who.get(url)
        assert answer.json()["outputs"][0]["command"] == ["lamp"]
        assert SECRET not in answer.text
    log = administrator.get("/api/v1/audit").text
    assert ("/opt/plant/lamp" in log, SECRET in log) == (True, False)
    administrator.delete(url)


def test_viewers_look_operators_act_administrators_set_up(staffed: Staffed) -> None:
    viewer, operator, administrator = staffed.vic, staffed.olga, staffed.ann
    added = administrator.post("/api/v1/stations", json={"name": "gate", **CAMERA})
    url = f"/api/v1/stations/{added.json()['id']}"
    administrator.post(f"{url}/pause")
    assert viewer.get(url).status_code == operator.get(url).status_code == 200
    for who, method, path, body, allowed in (
        (viewer, "post", f"{url}/trigger", None, False),
        (viewer, "post", f"{url}/parts/1/override", {"verdict": "pass", "reason": "x"}, False),
        (viewer, "post", f"{url}/alarms/acknowledge", {}, False),
        (operator, "post", f"{url}/trigger", None, True),
        (operator, "post", f"{url}/parts/1/override", {"verdict": "pass", "reason": "x"}, True),
        (operator, "patch", url, {"deadline": 0.2}, False),
        (operator, "post", "/api/v1/stations", {"name": "x", **CAMERA}, False),
        (operator, "post", "/api/v1/recipes", {"name": "x"}, False),
        (administrator, "patch", url, {"deadline": 0.2}, True),
    ):
        answer = who.request(method, path, json=body)
        assert (answer.status_code != 403) == allowed, (method, path)
    administrator.delete(url)
