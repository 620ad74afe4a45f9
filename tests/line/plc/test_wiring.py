"""Plants and outputs from kept values: each kind opens, what is unknown is refused and nothing stays open."""

import socket
from pathlib import Path
from typing import Any

import pytest

from tenfold.errors import LineError
from tenfold.line.plc.digital import DigitalOutput
from tenfold.line.plc.handshake_plant import HandshakePlant
from tenfold.line.plc.modbus import ModbusPlant
from tenfold.line.plc.modbus_server import ModbusServer
from tenfold.line.plc.opcua.client import OpcUaPlant
from tenfold.line.plc.opcua.server import OpcUaServer
from tenfold.line.plc.sparkplug import SparkplugOutput
from tenfold.line.plc.wiring import connect
from tenfold.line.simulator.broker import free_port

MODBUS = {"kind": "modbus", "host": "127.0.0.1"}
NODES = {"triggers": "ns=2;i=1", "heartbeat": "ns=2;i=2"}


def test_every_kind_opens(tmp_path: Path) -> None:
    port = free_port()
    wires = connect(
        MODBUS | {"words": "low-first"},
        [
            {"kind": "sparkplug", "host": "127.0.0.1", "port": port, "group": "g", "node": "n"},
            {"kind": "command", "command": ["true"]},
            {"kind": "file", "path": str(tmp_path / "verdict.json")},
        ],
    )
    assert isinstance(wires.plant, ModbusPlant)
    assert [type(one) for one in wires.outputs] == [SparkplugOutput, DigitalOutput, DigitalOutput]
    assert not wires.asks
    for output in wires.outputs:
        output.close()
    writes = {"pass_part": "ns=2;i=3", "heartbeat": "ns=2;i=4"}
    opcua: dict[str, Any] = {
        "kind": "opcua",
        "url": "opc.tcp://127.0.0.1:1/",
        "reads": NODES,
        "writes": writes,
    }
    assert isinstance(connect(opcua | {"security": None}).plant, OpcUaPlant)


def test_a_plant_that_asks_is_an_output_too() -> None:
    port = free_port()
    wires = connect({"kind": "modbus-server", "host": "127.0.0.1", "port": port})
    assert isinstance(wires.plant, ModbusServer)
    assert (wires.outputs, wires.asks) == ((wires.plant,), True)
    wires.plant.close()


@pytest.mark.slow
def test_a_plant_that_asks_over_opc_ua_is_served() -> None:
    wires = connect({"kind": "opcua-server", "port": free_port(), "recipes": [{"number": 1, "name": "caps"}]})
    assert isinstance(wires.plant, HandshakePlant)
    assert [type(one) for one in wires.outputs] == [HandshakePlant, OpcUaServer]
    for output in wires.outputs:
        output.close()


def test_what_is_not_known_is_refused_and_what_was_opened_is_closed() -> None:
    port = free_port()
    server = {"kind": "modbus-server", "host": "127.0.0.1", "port": port}
    for plant, outputs, says in (
        ({"kind": "profinet"}, [], "A kind of plant is not known"),
        (server, [{"kind": "smoke"}], "A kind of output is not known"),
        (server, [{"kind": "command", "program": "true"}], "has a setting that is not known"),
    ):
        with pytest.raises(LineError, match=says):
            connect(plant, outputs)
        socket.create_server(("127.0.0.1", port)).close()
