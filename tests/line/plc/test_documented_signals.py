"""A PLC programmer's way in: peers that know the page "Plant signals" alone, with running servers."""

import asyncio
import json
import os
import re
import sys
import time
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import pytest
from asyncua import ua
from pymodbus.client import ModbusTcpClient

from tenfold.line.parts import CODES, Verdict
from tenfold.line.plc.digital import CommandOptions, command_output, file_output
from tenfold.line.plc.handshake_plant import HandshakePlant
from tenfold.line.plc.modbus import ModbusAddress, ModbusPlant
from tenfold.line.plc.modbus_server import ModbusServer
from tenfold.line.plc.mqtt_broker import Broker
from tenfold.line.plc.opcua.client import OpcUaAddress, OpcUaPlant
from tenfold.line.plc.opcua.methods import NOT_SUPPORTED
from tenfold.line.plc.opcua.plc import OpcUaPlc
from tenfold.line.plc.signals import Inputs, Light, OperatingState, Outputs
from tenfold.line.plc.sparkplug import SparkplugOutput
from tenfold.line.plc.sparkplug_payload import DataType
from tenfold.line.simulator.broker import free_port
from tests.line.plc.modbus_server import running, served
from tests.line.plc.test_opcua_server import PATIENCE, Peer, driven, result, serving
from tests.line.plc.test_sparkplug import Host, metric, rebirth
from tests.outbox.receivers import brokering
from tests.paths import ROOT
from tests.waiting import until

PAGE = (ROOT / "docs" / "reference" / "plant-signals.md").read_text("utf-8")
EIGHT = tuple(range(70_000, 70_008))
# Values that differ, and need both halves of what has 32 bits.
INPUTS = Inputs(
    4_000_000_001, 70_002, EIGHT, 70_003, tuple(one + 100 for one in EIGHT), 5, 6, 70_007, 70_008, 9, 70_010,
    tuple(one + 200 for one in EIGHT),
)  # fmt: skip
OUTPUTS = Outputs(70_001, OperatingState.READY, 3, 4, 70_005, 70_006, light=Light.AMBER)
# What an output is told beside these is of no account to a PLC that answers.
TOLD = {name: value for name, value in asdict(OUTPUTS).items() if name not in ("pictured", "model")}


def table(heading: str, after: str = "") -> list[list[str]]:
    """The rows of the first table after a heading, and there after some words; without code marks."""
    part = PAGE.split(f"\n## {heading}\n", 1)[1]
    found = re.search(r"\n\|[^\n]*\n\| ---[^\n]*\n((?:\|[^\n]*\n)+)", part[part.index(after) :])
    assert found
    return [[cell.strip().strip("`") for cell in row.strip("|").split("|")] for row in found[1].splitlines()]


def registers(heading: str, after: str) -> dict[str, range]:
    """Names with the addresses of their registers, by whether one value takes two of them."""
    places = {}
    for place, name, each, _ in table(heading, after):
        first, _, last = place.partition(" to ")
        places[name] = range(int(first), int(last or first) + 1, 2 if each.startswith("32") else 1)
    return places


def words(value: int, step: int) -> list[int]:
    return [value >> 16, value & 0xFFFF] if step == 2 else [value]


def value_at(held: dict[int, int], place: range) -> int:
    return held[place[0]] << 16 | held[place[0] + 1] if place.step == 2 else held[place[0]]


def bits(heading: str, after: str, name: str) -> dict[str, int]:
    says = next(row[3] for row in table(heading, after) if row[1] == name)
    return {bit: int(at) for at, bit in re.findall(r"(\d+) (\w+)", says.removeprefix("bits: "))}


def test_every_register_of_a_plc_is_read_and_written_where_the_docs_say() -> None:
    heading = "Modbus TCP, the PLC is the server"
    reads, writes = registers(heading, "reads these"), registers(heading, "It writes these")
    assert set(reads) == {one.name for one in fields(Inputs)}
    assert set(writes) == {*TOLD, "heartbeat"}
    held = [0] * (max(place[-1] for place in reads.values()) + 2)
    for name, place in reads.items():
        values = getattr(INPUTS, name)
        for at, value in zip(place, values if isinstance(values, tuple) else [values], strict=True):
            held[at : at + place.step] = words(value, place.step)
    with served(ModbusAddress("127.0.0.1"), held) as (port, written):
        plant = ModbusPlant(ModbusAddress("127.0.0.1", port))
        assert plant.exchange(OUTPUTS) == INPUTS
        plant.close()
    told = dict(enumerate(written))
    assert {name: value_at(told, place) for name, place in writes.items()} == TOLD | {"heartbeat": 1}


def test_every_register_of_a_station_is_written_and_read_where_the_docs_say() -> None:
    heading = "Modbus TCP, the station is the server: the handshake"
    writes, reads = registers(heading, "The PLC writes"), registers(heading, "It reads these")
    control = bits(heading, "The PLC writes", "control")
    status = bits(heading, "It reads these", "status")
    place = ModbusAddress("127.0.0.1", free_port())
    server = ModbusServer(place)
    client = ModbusTcpClient(place.host, port=place.port, timeout=5, retries=0)
    try:
        assert client.connect()  # type: ignore[no-untyped-call]

        def write(name: str, value: int) -> None:
            at = writes[name]
            assert not client.write_registers(at[0], words(value, at.step), device_id=1).isError()

        def read() -> dict[str, int]:
            found = {}
            for name, at in reads.items():
                answer = client.read_holding_registers(at[0], count=at.step, device_id=1)
                assert not answer.isError(), name
                found[name] = value_at(dict(zip(range(at[0], at[0] + 2), answer.registers, strict=False)), at)
            return found | {f"bit {name}": found["status"] >> at & 1 for name, at in status.items()}

        server.exchange(OUTPUTS)
        said = {"heartbeat": 5, "part_id": 3_000_000_004, "recipe": 6, "order": 70_007, "batch": 70_008}
        for name, value in (said | {"shift": 9}).items():
            write(name, value)
        write("control", 1 << control["enable"])
        assert read()["bit ready"] == 1
        write("control", 1 << control["enable"] | 1 << control["trigger"])
        told = read()
        assert (told["bit trigger_ack"], told["bit acquiring"], told["bit ready"]) == (1, 1, 0)
        write("control", 1 << control["enable"])
        write("control", 1 << control["enable"] | 1 << control["trigger"])
        heard = server.exchange(OUTPUTS)
        assert (heard.triggers, heard.recipe, heard.order, heard.batch, heard.shift, heard.heartbeat) == (
            1, 6, 70_007, 70_008, 9, 5,
        )  # fmt: skip
        server.fire(result(1, Verdict.DIVERT, "unsure"))
        ends = time.monotonic() + 30
        while not (told := read())["bit valid"]:
            assert time.monotonic() < ends
        assert {name: told[name] for name in reads if name not in ("status", "heartbeat")} == {
            "state": OperatingState.READY, "alarm": 3, "recipe_in_use": 4, "missed": 1, "triggers": 1,
            "waiting": 1,
            "number": 1, "result_part_id": 3_000_000_004, "verdict": 3, "reason": CODES["unsure"],
            "passed": 70_005, "rejected": 70_006, "light": Light.AMBER,
        }  # fmt: skip
        assert (told["bit full"], told["heartbeat"]) == (0, 2)
        write("control", 1 << control["enable"] | 1 << control["result_ack"])
        assert read()["bit valid"] == 0
        beyond = (max(at[-1] + at.step for at in one.values()) for one in (writes, reads))
        for first in beyond:  # what the docs do not name is not there
            assert client.read_holding_registers(first, count=1, device_id=1).isError(), first
    finally:
        client.close()  # type: ignore[no-untyped-call]
        server.close()


class Heard:
    """In the place of a conveyor: what a station wrote."""

    def __init__(self) -> None:
        self.outputs: list[Outputs] = []

    def inputs(self) -> Inputs:
        return INPUTS

    def hear(self, outputs: Outputs, heartbeat: int) -> None:
        self.outputs.append(outputs)


@pytest.mark.slow
def test_every_node_of_a_plc_that_the_docs_name_is_read_and_written() -> None:
    heading = "OPC UA, the PLC is the server"
    reads = {row[0] for row in table(heading, "It reads:")}
    writes = {row[0] for row in table(heading, "It writes:")}
    assert reads == {one.name for one in fields(Inputs)}
    assert writes == {*TOLD, "heartbeat"}
    heard = Heard()
    plc = OpcUaPlc("127.0.0.1", free_port(), heard.inputs, heard.hear)
    with running(plc):
        address = plc.address()
        ids = {name: address["reads"]["encoder"].replace("encoder", name) for name in reads}
        told = {name: address["writes"]["state"].replace("state", name) for name in writes}
        plant = OpcUaPlant(OpcUaAddress(address["url"], ids, told), seconds=10)
        assert plant.exchange(OUTPUTS) == INPUTS
        plant.close()
    assert heard.outputs[-1] == OUTPUTS


@pytest.mark.slow
def test_every_node_and_method_of_a_station_is_there_as_the_docs_say_and_no_other() -> None:
    heading = "OPC UA, the station is the server"
    rows = {row[0].removeprefix("s="): row[1:3] for row in table(heading, "whose node ids are strings")}
    objects = table(heading, "### Methods")
    named = {f"{of[2:]}.{one}" for of, those in objects for one in re.findall(r"\w+", those)}
    handshake = HandshakePlant()
    with serving(handshake=handshake) as (server, url):

        async def drive(peer: Peer) -> None:
            variables, methods = await _found(peer)
            # Those of the model have ids by their path below the station.
            assert {name for name in variables if not name.startswith("Station.")} == set(rows)
            assert set(re.findall(r"`s=(Station\.[\w.]+CurrentState)`", PAGE)) <= set(variables)
            for name, (kind, by) in rows.items():
                node = peer.client.get_node(f"ns={peer.own};s={name}")
                assert (await node.read_data_type_as_variant_type()).name == kind, name
                writable = ua.AccessLevel.CurrentWrite in await node.get_user_access_level()
                assert writable == (by == "plant"), name
            supported = {one for one in methods if one.rpartition(".")[2] not in NOT_SUPPORTED}
            assert supported == named
            refused = PAGE.split("with `BadNotSupported`:", 1)[1].split("\n")[0]
            assert all(f"`{one.rpartition('.')[2]}`" in refused for one in methods - supported)

            said = {"PartId": 3_000_000_004, "PlantHeartbeat": 5, "RecipeAskedFor": 6, "Order": 70_007,
                    "Batch": 70_008, "Shift": 9, "Enable": True, "Trigger": True}  # fmt: skip
            handshake.exchange(OUTPUTS)
            server.state(OUTPUTS)
            for name, value in said.items():
                kind = ua.VariantType[rows[f"Handshake.{name}"][0]]
                if name == "Trigger":
                    await _reads(peer, {"Handshake.Ready": True})
                await peer.write(f"Handshake.{name}", value, kind)
            await _reads(peer, {"Handshake.TriggerAck": True, "Handshake.Acquiring": True})
            await peer.write("Handshake.Trigger", False, ua.VariantType.Boolean)
            await _reads(peer, {"Handshake.TriggerAck": False})
            await peer.write("Handshake.Trigger", True, ua.VariantType.Boolean)
            await _reads(peer, {"Handshake.Missed": 1})
            heard = handshake.exchange(OUTPUTS)
            assert (heard.triggers, heard.recipe, heard.order, heard.batch, heard.shift, heard.heartbeat) == (
                1, 6, 70_007, 70_008, 9, 5,
            )  # fmt: skip
            one = result(1, Verdict.DIVERT, "unsure")
            handshake.fire(one)
            server.fire(one)
            await _reads(peer, {"Handshake.Valid": True})
            shown = {
                "Signals.State": OperatingState.READY, "Signals.Alarm": 3, "Signals.Recipe": 4,
                "Signals.Passed": 70_005, "Signals.Rejected": 70_006, "Signals.Light": Light.AMBER,
                "Signals.LastPart": 1, "Signals.LastVerdict": 3, "Signals.LastReason": CODES["unsure"],
                "Handshake.Ready": False, "Handshake.TriggerAck": False, "Handshake.Acquiring": False,
                "Handshake.Full": False, "Handshake.Triggers": 1, "Handshake.Waiting": 1,
                "Handshake.ResultNumber": 1, "Handshake.ResultPartId": 3_000_000_004,
                "Handshake.ResultVerdict": 3, "Handshake.ResultReason": CODES["unsure"],
            }  # fmt: skip
            rest = {"Signals.Heartbeat", "Handshake.Valid", "Handshake.Missed"}
            assert set(shown) | rest == {name for name, (_, by) in rows.items() if by == "station"}
            await _reads(peer, shown)
            await peer.write("Handshake.ResultAck", True, ua.VariantType.Boolean)
            await _reads(peer, {"Handshake.Valid": False})

        driven(url, drive)


@pytest.mark.slow
def test_every_topic_and_metric_of_a_station_is_published_as_the_docs_say_and_no_other(
    tmp_path: Path,
) -> None:
    heading = "MQTT"
    rows = {row[0]: row[1:3] for row in table(heading)}
    topics = {
        one.split("/")[2]: one.replace("GROUP", "plant").replace("NODE", "station")
        for one in re.findall(r"`(spBv1.0/[^`]+)`", PAGE)
    }
    with brokering(tmp_path) as broker:
        host = Host(broker.port)
        output = SparkplugOutput(Broker("127.0.0.1", "plant", "station", broker.port))
        output.state(replace(OUTPUTS, model="abc"))
        until(lambda: "NBIRTH" in host.kinds())
        birth = host.last("NBIRTH")
        assert {one.name: DataType(one.datatype).name for one in birth.metrics} == {
            name: kind.upper() for name, (kind, _) in rows.items()
        }
        assert [name for name, (_, by) in rows.items() if by == "plant"] == ["Node Control/Rebirth"]
        host.client.publish(topics["NCMD"], rebirth(), qos=1)
        until(lambda: host.kinds().count("NBIRTH") == 2)
        output.state(replace(OUTPUTS, model="abc", alarm=0, light=Light.GREEN))
        until(lambda: {one.string_value for one in host.told()} >= {"green"})
        output.close()
        until(lambda: "NDEATH" in host.kinds())
        host.close()
    assert {message.topic for _, _, message in host.heard} - {topics["NCMD"]} == {
        topics[kind] for kind in ("NBIRTH", "NDATA", "NDEATH")
    }
    for name, member in (("state", OperatingState.READY), ("light", Light.AMBER)):
        [says] = [row[3] for row in table(heading) if row[0] == name]
        assert metric(birth, name).string_value == member.name.lower()
        assert all(one.name.lower() in says for one in type(member))
    told = {name: metric(birth, name).long_value for name in ("alarm", "recipe", "passed", "rejected")}
    assert told == {"alarm": 3, "recipe": 4, "passed": 70_005, "rejected": 70_006}
    assert metric(birth, "model").string_value == "abc"


def test_commands_and_files_are_told_what_the_docs_say_and_no_more(tmp_path: Path) -> None:
    rows = table("Commands and files")
    environment, file = tmp_path / "environment", tmp_path / "verdict.json"
    write = f"import json, os; json.dump(dict(os.environ), open({str(environment)!r}, 'w'))"
    outputs = command_output(CommandOptions((sys.executable, "-c", write))), file_output(file)
    one = result(7, Verdict.PASS, "good")
    for output in outputs:
        output.fire(one)
    until(lambda: file.exists() and environment.exists() and environment.read_text().endswith("}"))
    for output in outputs:
        output.close()
    told = json.loads(file.read_text())
    assert list(told) == [row[1] for row in rows]
    assert (told["part"], told["verdict"], told["reason"]) == (7, "pass", "good")
    inside = json.loads(environment.read_text())
    added = {name: inside[name] for name in inside.keys() - os.environ.keys() if name.startswith("TENFOLD_")}
    assert added == {row[0]: str(told[row[1]]) for row in rows}


async def _found(peer: Peer) -> tuple[list[str], set[str]]:
    """The ids of all variables and methods below the station in tenfold's own namespace."""
    variables, methods, waiting = list[str](), set[str](), [peer.station]
    while waiting:
        for node in await waiting.pop().get_children():
            kind, name = await node.read_node_class(), node.nodeid.Identifier
            if kind == ua.NodeClass.Object:
                waiting.append(node)
            elif node.nodeid.NamespaceIndex == peer.own and isinstance(name, str):
                if kind == ua.NodeClass.Method:
                    methods.add(name)
                elif kind == ua.NodeClass.Variable:
                    variables.append(name)
    return variables, methods


async def _reads(peer: Peer, wanted: dict[str, Any]) -> None:
    ends = time.monotonic() + PATIENCE
    while (found := {name: await peer.read(name) for name in wanted}) != wanted:
        assert time.monotonic() < ends, str(
            {name: found[name] for name in wanted if found[name] != wanted[name]}
        )
        await asyncio.sleep(0.01)
