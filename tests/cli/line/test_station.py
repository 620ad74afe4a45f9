"""tenfold station: set up, listed, changed over, removed; a model is proven on recorded parts."""

import json
import time
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tenfold.line.parts import Verdict
from tenfold.line.simulator.scene import bundled_parts
from tenfold.line.stations import orders
from tenfold.line.trail.overrides import override
from tenfold.line.trail.trail import Trail, TrailEntry
from tenfold.runtime import App
from tests.cli.conftest import Command

CAMERA = "http://127.0.0.1:9/snap.jpg"
AT = "2026-11-29T10:00:00.000Z"


def added(tenfold: Command, *more: str) -> None:
    done = tenfold("station", "add", "gate", CAMERA, "--snapshot", "--untested", *more)
    assert (done.status, done.err) == (0, "")


def with_recipe(tenfold: Command) -> None:
    for words in (
        ("add", "vehicles", "--number", "7", "--barcode", "400638"),
        ("version", "vehicles", "--model", "photo", "--accept", "ship", "--accept", "truck"),
    ):
        done = tenfold("station", "recipe", *words)
        assert (done.status, done.err) == (0, "")


def test_a_station_is_set_up_listed_changed_over_and_removed(tenfold: Command, own_home: Path) -> None:
    assert "There is no station" in tenfold("station", "list").out
    added(
        tenfold, "--plant", "modbus host=10.0.0.9 words=low-first", "--trigger", "plant",
        "--gate", "distance=3000 window=120", "--challenge", "good=1 bad=2", "--region", "0.1,0.2,0.5,0.5",
    )  # fmt: skip
    with_recipe(tenfold)
    assert "as soon as it is approved" in tenfold("station", "changeover", "gate", "--barcode", "400638").out
    shown = json.loads(tenfold("station", "show", "gate", "--json").out)
    assert shown["plant"] == {"kind": "modbus", "host": "10.0.0.9", "words": "low-first"}
    assert (shown["region"], shown["challenge"]) == ([0.1, 0.2, 0.5, 0.5], {"good": 1, "bad": 2})
    assert (shown["state"], shown["trail"]) == ("off", str(own_home / "line" / "station-1" / "trail.db"))
    (recipe,) = [json.loads(line) for line in tenfold("station", "recipe", "list", "--json").out.splitlines()]
    assert (recipe["number"], recipe["runs"], recipe["versions"]) == (7, None, 1)
    assert tenfold("station", "recipe", "approve", "7", "1").status == 0
    assert json.loads(tenfold("station", "recipe", "list", "--json").out)["runs"] == 1
    assert "is paused: the plant rejects all" in tenfold("station", "pause", "gate").out
    assert json.loads(tenfold("station", "list", "--json").out)["state"] == "paused"
    assert "Its trail stays" in tenfold("station", "remove", "gate").out
    assert tenfold("station", "show", "gate").status == 1


def test_what_has_passwords_is_wired_by_a_file_and_shown_without_them(
    tenfold: Command, tmp_path: Path
) -> None:
    wires = tmp_path / "wires.toml"
    wires.write_text(
        """
        trigger = { kind = "crossing", line = [[0.5, 0], [0.5, 1]] }
        broker = { host = "broker", group = "hall", node = "gate", user = "line", password = "s3cret" }
        [[outputs]]
        kind = "file"
        path = "/run/verdict.json"
        """
    )
    added(tenfold, "--wiring", str(wires), "--gate", "distance=500 window=100")
    told = tenfold("station", "show", "gate", "--json").out + tenfold("station", "show", "gate").out
    assert "s3cret" not in told
    shown = json.loads(told.splitlines()[0])
    assert shown["trigger"] == {"kind": "crossing", "line": [[0.5, 0], [0.5, 1]]}
    assert shown["outputs"] == [{"kind": "file", "path": "/run/verdict.json"}]
    wires.write_text("[plants]")
    assert (
        "a table that is not known (plants)" in tenfold("station", "add", "x", CAMERA, "--wiring", wires).err
    )


def test_a_camera_is_tried_before_a_station_is_added(tenfold: Command) -> None:
    for more in ((), ("--snapshot",)):
        done = tenfold("station", "add", "gate", CAMERA, *more)
        assert done.status == 1
        assert "refuses the connection" in done.err
    assert "There is no station" in tenfold("station", "list").out


def test_a_camera_of_the_list_is_a_stations_camera(tenfold: Command) -> None:
    assert tenfold("camera", "add", "door", "rtsp://127.0.0.1:9/live", "--untested").status == 0
    done = tenfold("station", "add", "gate", "camera:door", "--untested")
    assert (done.status, done.err) == (0, "")
    assert "gate: camera:door." in done.out
    assert json.loads(tenfold("station", "show", "gate", "--json").out)["camera"] == "camera:door"
    assert "does not exist" in tenfold("station", "add", "x", "camera:hall", "--untested").err


def answering(app: App, station: int, heard: list[dict[str, Any]], refused: str = "") -> Thread:
    """A server that runs the station: it takes one order."""

    def serve() -> None:
        until = time.monotonic() + 20
        while not (orders := app.station_orders.take(station)) and time.monotonic() < until:
            time.sleep(0.05)
        for order in orders:
            heard.append(order.body)
            app.station_orders.answer(order.id, refused)

    thread = Thread(target=serve)
    thread.start()
    return thread


@pytest.mark.parametrize(
    ("words", "body"),
    [
        (("trigger", "gate"), {"do": "trigger"}),
        (
            ("challenge", "gate", "good", "bad", "--by", "Olha"),
            {"do": "challenge", "expected": [True, False], "by": "Olha"},
        ),
        (("approve", "gate", "--by", "Olha"), {"do": "first-parts", "by": "Olha"}),
    ],
)
def test_a_running_station_is_told_what_to_do_in_the_terminal(
    tenfold: Command, own_home: Path, words: tuple[str, ...], body: dict[str, Any]
) -> None:
    added(tenfold)
    heard: list[dict[str, Any]] = []
    with App() as app:
        server = answering(app, 1, heard)
        done = tenfold("station", *words)
        server.join()
        assert (done.status, done.err, heard) == (0, "", [body])
        server = answering(app, 1, heard, refused="Too few parts.")
        done = tenfold("station", *words)
        server.join()
    assert (done.status, "refused (Too few parts.)" in done.err) == (1, True)


def test_an_order_that_no_server_takes_is_not_done_later(
    tenfold: Command, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "FRESH_SECONDS", 0.3)
    added(tenfold)
    done = tenfold("station", "trigger", "gate")
    assert (done.status, "Check that tenfold serve runs" in done.err) == (1, True)
    with App() as app:
        assert app.station_orders.take(1) == []


def test_a_persons_verdict_on_a_part_is_kept_by_the_stations_name(tenfold: Command, own_home: Path) -> None:
    added(tenfold)
    told = ("--by", "Olha", "--reason", "a scratch")
    assert "has no trail yet" in tenfold("station", "override", "gate", "1", "reject", *told).err
    path = own_home / "line" / "station-1" / "trail.db"
    path.parent.mkdir(parents=True)
    with Trail(path) as trail:
        trail.append([TrailEntry("part", AT, {"verdict": "pass", "reason": "good"}, 1)])
        done = tenfold("station", "override", "gate", "1", "reject", *told)
        assert done.out == "Part 1: pass by the station, reject by Olha\n"
        assert [row.body["reason"] for row in trail.rows(kind="override")] == ["a scratch"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--broker", "host=b group=g node=n password=s3cret"), "file of --wiring"),
        (("--trigger", "crossing line=0.5,0"), "needs both its ends"),
        (("--trigger", "crossing"), "needs a line in the picture"),
        (("--trigger", "plant"), "needs a PLC"),
        (("--plant", "host=10.0.0.9"), "names no kind"),
        (("--gate", "distance=1"), "lacks one"),
        (("--gate", "distance"), "no NAME=VALUE"),
        (("--plant", "modbus hst=10.0.0.9", "--trigger", "plant"), "not known, or lacks one"),
        (("--plant", "telepathy"), "A kind of plant is not known"),
        (("--plant", "modbus-server host=127.0.0.1", "--trigger", "hand"), "asks for each verdict"),
        (("--region", "0.1,0.2"), "no left, top, width and height"),
        (("--recipe", "caps"), "does not exist"),
    ],
)
def test_what_cannot_be_wired_is_refused_in_words(
    tenfold: Command, words: tuple[str, ...], says: str
) -> None:
    done = tenfold("station", "add", "gate", CAMERA, "--untested", *words)
    assert (done.status in (1, 2), says in done.err) == (True, True), done.err
    assert "There is no station" in tenfold("station", "list").out


def test_a_version_that_the_model_cannot_answer_is_refused(tenfold: Command) -> None:
    with_recipe(tenfold)
    refused = tenfold("station", "recipe", "version", "vehicles", "--model", "photo", "--accept", "shp")
    assert "does not know" in refused.err
    region = "name=cap box=0,0,1,0.3 accepts=truck,ship grid=2,1 count=3"
    refused = tenfold("station", "recipe", "version", "vehicles", "--model", "photo", "--region", region)
    assert "cannot be divided" in refused.err


def test_a_model_is_proven_on_recorded_parts(tenfold: Command, tmp_path: Path) -> None:
    added(tenfold, "--whole")
    with_recipe(tenfold)
    tenfold("station", "changeover", "gate", "vehicles")
    path = Path(json.loads(tenfold("station", "show", "gate", "--json").out)["trail"])
    path.parent.mkdir(parents=True)
    # The station passed everything: ships, which are good, and frogs, which are not.
    pictures = [(file, label) for file, label in bundled_parts(tmp_path) if label in ("ship", "frog")]
    with Trail(path) as trail:
        facts = {"model": "a" * 64, "recipe": [7, 1], "verdict": "pass", "reason": "good"}
        trail.append(
            [TrailEntry("part", AT, facts, n, file.read_bytes()) for n, (file, _) in enumerate(pictures, 1)]
        )
        for number, (_, label) in enumerate(pictures, 1):
            verdict = Verdict.PASS if label == "ship" else Verdict.REJECT
            override(trail, number, verdict, by="Olha", reason="looked at again")
    done = tenfold("station", "prove", "gate", "photo", "--json")
    found = json.loads(done.out)
    frogs = sum(label == "frog" for _, label in pictures)
    assert found["parts"] == len(pictures) == 20
    assert (found["bad"]["before"]["value"], found["bad"]["now"]["n"]) == (1.0, frogs)
    assert found["bad"]["now"]["value"] <= 0.2
    assert found["good"]["before"]["value"] == 0.0
    assert done.status == (1 if found["good"]["now"]["value"] > 0 else 0) == int(found["worse"])
    assert found["kept"]
    told = tenfold("station", "prove", "gate").out
    assert "bad parts that pass: 100.0% before" in told
    assert told.endswith("Kept with version 1 of vehicles.\n")
    (kept,) = [
        json.loads(line)
        for line in tenfold("station", "recipe", "show", "vehicles", "--json").out.splitlines()
    ]
    assert (kept["proof"]["station"], kept["proof"]["parts"]) == ("gate", 20)
    assert kept["proof"]["bad"] == found["bad"]
    approved = tenfold("station", "recipe", "approve", "vehicles", "1").out
    assert "It was proven on 20 recorded parts of gate at 20" in approved
    tenfold("station", "recipe", "version", "vehicles", "--model", "photo", "--accept", "ship")
    assert "It was not proven" in tenfold("station", "recipe", "approve", "vehicles", "2").out
    assert (
        "Not kept: version 2 of vehicles has another model"
        in tenfold("station", "prove", "gate", "cifar10").out
    )
    assert [line.strip() for line in tenfold("station", "recipe", "show", "vehicles").out.splitlines()][
        1
    ] == ("It was not proven on recorded parts.")
