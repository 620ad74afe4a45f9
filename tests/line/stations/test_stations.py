"""Stations as they are kept."""

import pytest

from tenfold.database import Database
from tenfold.errors import LineError, UnknownRecipe, UnknownStation
from tenfold.line.stations.stations import Stations

CAMERA = {"kind": "http", "target": "http://10.0.0.5/snapshot.jpg", "user": "line", "password": "pass word"}
MODBUS = {"kind": "modbus", "host": "10.0.0.9"}
EYED = {"distance": 1000, "window": 40, "slack": 20, "eye": 920}
TOLD = {"kind": "plant", "gate_topic": "line/gate"}


def test_a_station_is_kept_changed_paused_and_removed_with_its_passwords(database: Database) -> None:
    stations = Stations(database)
    row = stations.add("  gate   one ", CAMERA, by=3)
    assert (row.name, row.trigger, row.plant) == ("gate one", {"kind": "hand"}, {"kind": "none"})
    assert stations.named("gate one").id == stations.named(str(row.id)).id == row.id
    changed = stations.change(row.id, broker={"host": "broker", "password": "secret"}, deadline=0.2)
    assert changed.changed_at > row.changed_at
    assert stations.pause(row.id).paused_at is not None
    assert stations.claim("worker", []) == []
    stations.pause(row.id, paused=False)
    assert [one.id for one in stations.claim("worker", [])] == [row.id]
    gone = stations.remove(row.id)
    assert (gone.password, gone.user, gone.broker) == ("", "", None)
    with pytest.raises(UnknownStation):
        stations.get(row.id)
    assert stations.all() == []
    stations.add("gate one", CAMERA, by=3)


def test_a_change_of_recipe_does_not_start_a_station_anew(database: Database) -> None:
    stations = Stations(database)
    row = stations.add("gate", CAMERA, by=3)
    assert stations.change(row.id, recipe_id=None).changed_at == row.changed_at


def test_a_station_makes_what_there_is_a_recipe_of(database: Database) -> None:
    stations = Stations(database)
    row = stations.add("gate", CAMERA, by=3)
    with pytest.raises(UnknownRecipe, match="Recipe 7 does not exist"):
        stations.change(row.id, recipe_id=7)
    with pytest.raises(UnknownRecipe, match="Recipe 7 does not exist"):
        stations.add("other", CAMERA, by=3, recipe_id=7)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"region": [0.0, 0.0, 0.0, 0.0]}, "The region of the station gate is empty"),
        ({"trigger": {"kind": "plant"}}, "needs a PLC"),
        ({"trigger": {"kind": "encoder", "counts": 5}}, "needs a PLC"),
        ({"trigger": {"kind": "encoder"}}, "needs the encoder's counts"),
        ({"trigger": {"kind": "crossing"}}, "needs a line in the picture"),
        ({"trigger": {"kind": "mqtt", "topic": "line/eye"}}, "needs an MQTT broker"),
        ({"gate": {"distance": 10, "window": 20}}, "The gate cannot stand there"),
        ({"gate": EYED}, "The second photo-eye needs a PLC"),
        (
            {"gate": EYED, "plant": {"kind": "modbus-server"}, "trigger": {"kind": "plant"}},
            "needs a PLC whose",
        ),
        ({"gate": EYED, "plant": MODBUS, "trigger": {"kind": "encoder", "counts": 5}}, "tells of each part"),
        ({"gate": EYED | {"eye": 921}, "plant": MODBUS}, "The second photo-eye cannot stand there"),
        ({"gate": EYED | {"slack": 0}, "plant": MODBUS}, "a place from 1 to 960"),
        ({"gate": EYED, "plant": {"kind": "opcua", "reads": {}}}, "The second photo-eye has no node"),
        ({"gate": EYED, "plant": MODBUS, "trigger": TOLD}, "The second photo-eye needs an MQTT broker"),
        ({"plant": MODBUS, "trigger": TOLD}, "The second photo-eye needs an MQTT broker"),
        ({"plant": MODBUS, "trigger": TOLD, "broker": {"host": "a"}}, "The second photo-eye has no place"),
        ({"challenge": {"good": 1, "bad": 0, "hours": 8}}, "Challenge parts cannot be required"),
        ({"gate": {"distance": 10, "windw": 2}}, "not known, or lacks one"),
        ({"gate": {"distance": "far", "window": 2}}, "not known, or lacks one"),
        ({"trigger": {"kind": "crossing", "line": [[0.5]]}}, "not known, or lacks one"),
        ({"trigger": {"kind": "telepathy"}}, "is not known"),
    ],
)
def test_what_does_not_go_together_is_refused(
    database: Database, values: dict[str, object], words: str
) -> None:
    stations = Stations(database)
    with pytest.raises(LineError, match=words):
        stations.add("gate", CAMERA, by=3, **values)
    row = stations.add("gate", CAMERA, by=3)
    with pytest.raises(LineError, match=words):
        stations.change(row.id, **values)
    assert stations.get(row.id).changed_at == row.changed_at


@pytest.mark.parametrize(
    "values",
    [
        {"gate": EYED, "plant": MODBUS},
        {"gate": EYED, "plant": {"kind": "opcua", "reads": {"gate_parts": "ns=4;i=1"}}},
        {"gate": EYED, "plant": MODBUS, "trigger": TOLD, "broker": {"host": "a"}},
    ],
)
def test_a_second_photo_eye_is_the_plc_s_or_tells_by_mqtt(
    database: Database, values: dict[str, object]
) -> None:
    row = Stations(database).add("gate", CAMERA, by=3, **values)
    assert row.gate["eye"] == 920


def test_two_stations_cannot_have_one_name(database: Database) -> None:
    stations = Stations(database)
    stations.add("gate", CAMERA, by=3)
    with pytest.raises(LineError, match="is that of another station") as refused:
        stations.add("gate", CAMERA, by=3)
    assert refused.value.reason == "name-taken"
    with pytest.raises(LineError, match="cannot be used"):
        stations.add("  ", CAMERA, by=3)


def test_the_camera_of_a_page_is_refused_when_a_station_is_added_and_when_it_changes(
    database: Database,
) -> None:
    stations = Stations(database)
    with pytest.raises(LineError, match="browser:desk is no camera"):
        stations.add("gate", CAMERA | {"kind": "browser", "target": "desk"}, by=3)
    row = stations.add("gate", CAMERA, by=3)
    with pytest.raises(LineError, match="browser:desk is no camera"):
        stations.change(row.id, kind="browser", target="desk")
    assert stations.get(row.id).kind == "http"
