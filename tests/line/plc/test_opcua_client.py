"""A PLC that is a real OPC UA server: values in its types, faults in words, coming back, encryption."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from asyncua import ua

from tenfold.errors import LineError
from tenfold.line.plc.opcua.client import OpcUaAddress, OpcUaPlant
from tenfold.line.plc.opcua.security import Security, new_server
from tenfold.line.plc.server_thread import ServerThread
from tenfold.line.plc.signals import OperatingState, Outputs
from tenfold.line.simulator.broker import free_port

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("standard_nodes_once")]

TYPES = {"heartbeat": ua.VariantType.UInt16, "recipe": ua.VariantType.Byte, "state": ua.VariantType.Int16}
HELD: dict[str, Any] = {
    "encoder": 0xFFFF_0001, "triggers": 70_000, "heartbeat": 17, "recipe": 4, "rejects": 3,
    "trigger_counts": list(range(100, 108)), "reject_counts": list(range(200, 208)), "order": 900_000,
}  # fmt: skip
TOLD = Outputs(pass_part=123_456, state=OperatingState.READY, alarm=7, recipe=4, passed=70_001, rejected=2)


def place(port: int, security: Security | None = None) -> OpcUaAddress:
    reads = {name: f"nsu=urn:plc:test;s=In.{name}" for name in HELD}
    writes = {
        name: f"ns=2;s=Out.{name}"
        for name in ("pass_part", "heartbeat", "state", "alarm", "recipe", "passed")
    }
    return OpcUaAddress(f"opc.tcp://127.0.0.1:{port}/", reads, writes, security or Security())


class Plc:
    """What a test reads of the server."""

    loop: asyncio.AbstractEventLoop
    server: Any

    def read(self, name: str) -> Any:
        node = self.server.get_node(f"ns=2;s=Out.{name}")
        return asyncio.run_coroutine_threadsafe(node.read_value(), self.loop).result(5)


@contextmanager
def served(port: int, security: Security | None = None) -> Iterator[Plc]:
    plc = Plc()

    async def serve(listens: Callable[[], None], stop: asyncio.Event) -> str:
        plc.loop = asyncio.get_running_loop()
        plc.server = server = await new_server("127.0.0.1", port, security or Security())
        assert await server.register_namespace("urn:plc:test") == 2
        for name, value in HELD.items():
            kind = TYPES.get(name, ua.VariantType.UInt32)
            await server.nodes.objects.add_variable(f"ns=2;s=In.{name}", f"2:{name}", value, varianttype=kind)
        for name in ("pass_part", "heartbeat", "state", "alarm", "recipe", "passed"):
            kind = TYPES.get(name, ua.VariantType.UInt32)
            node = await server.nodes.objects.add_variable(
                f"ns=2;s=Out.{name}", f"2:o{name}", 0, varianttype=kind
            )
            await node.set_writable()
        await server.start()
        listens()
        await stop.wait()
        await server.stop()
        return "it was closed"

    thread = ServerThread("test", serve, (OSError,))
    assert thread.start(60) == ""
    try:
        yield plc
    finally:
        thread.close(10)


def test_values_arrive_in_the_types_of_the_plc_and_one_that_goes_and_comes_back_is_found_again() -> None:
    port = free_port()
    plant = OpcUaPlant(place(port), seconds=2.0)
    with served(port) as plc:
        heard = plant.exchange(TOLD)
        assert (heard.encoder, heard.triggers, heard.recipe, heard.order) == (0xFFFF_0001, 70_000, 4, 900_000)
        assert heard.trigger_counts == tuple(range(100, 108))
        assert heard.shift == 0, "there is no node for it"
        assert [plc.read(name) for name in ("pass_part", "state", "alarm", "recipe")] == [123_456, 1, 7, 4]
        first = plc.read("heartbeat")
        plant.exchange(TOLD)
        assert plc.read("heartbeat") != first
    with pytest.raises(LineError, match="does not exchange signals"):
        plant.exchange(TOLD)
    with served(port) as plc:
        assert plant.exchange(replace(TOLD, pass_part=5)).triggers == 70_000
        assert plc.read("pass_part") == 5
        plant.close()


def test_without_the_encoders_counts_parts_are_where_the_belt_is_read() -> None:
    port = free_port()
    whole = place(port)
    reads = {name: node for name, node in whole.reads.items() if not name.endswith("_counts")}
    with served(port):
        plant = OpcUaPlant(replace(whole, reads=reads), seconds=2.0)
        assert plant.exchange(TOLD).trigger_counts == (0xFFFF_0001,) * 8
        plant.close()


def test_a_node_that_is_not_there_and_a_set_up_that_is_wrong_are_told() -> None:
    port = free_port()
    whole = place(port)
    with served(port):
        plant = OpcUaPlant(replace(whole, reads={**whole.reads, "shift": "ns=2;s=In.none"}), seconds=2.0)
        with pytest.raises(LineError, match="BadNodeIdUnknown"):
            plant.exchange(TOLD)
    with pytest.raises(LineError, match="no node for triggers and heartbeat"):
        replace(whole, reads={})
    with pytest.raises(LineError, match="speed"):
        replace(whole, reads={**whole.reads, "speed": "ns=2;s=In.speed"})
    with pytest.raises(LineError, match=r"The node for shift has no id that can be read \(line\)"):
        replace(whole, reads={**whole.reads, "shift": "line"})


def test_an_encrypted_plc_lets_in_who_knows_the_password_and_is_trusted(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    port = free_port()

    def files(name: str) -> dict[str, str]:
        return {"certificate": str(tmp_path / f"{name}.der"), "key": str(tmp_path / f"{name}.pem")}

    theirs = Security(**files("plc"), user="line", password="pässword")
    with served(port, theirs):
        assert (tmp_path / "plc.pem").stat().st_mode & 0o077 == 0
        trusted, other = tmp_path / "trusted", tmp_path / "other"
        trusted.mkdir()
        (trusted / "plc.der").write_bytes((tmp_path / "plc.der").read_bytes())
        right = Security(**files("station"), trusted=str(trusted), user="line", password="pässword")
        plant = OpcUaPlant(place(port, right), seconds=5.0)
        assert plant.exchange(TOLD).triggers == 70_000
        plant.close()
        other.mkdir()
        (other / "station.der").write_bytes((tmp_path / "station.der").read_bytes())
        for wrong in (
            replace(right, password="guess"),
            replace(right, user="", password=""),
            replace(right, trusted=str(other)),
            Security(),
        ):
            with pytest.raises(LineError) as refused:
                OpcUaPlant(place(port, wrong), seconds=5.0).exchange(TOLD)
            for secret in ("pässword", "guess"):
                assert secret not in str(refused.value) + repr(wrong)
    assert capfd.readouterr() == ("", "")


@pytest.mark.quick
def test_a_password_without_encryption_is_refused() -> None:
    with pytest.raises(LineError, match="is not encrypted"):
        Security(user="line", password="secret")
    with pytest.raises(LineError, match="without a key"):
        Security(certificate="station.der")
