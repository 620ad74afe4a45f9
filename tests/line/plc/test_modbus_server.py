"""A station as a Modbus TCP server, driven by pymodbus's client: the handshake in registers."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from pymodbus.client import ModbusTcpClient

from tenfold.errors import LineError
from tenfold.line.parts import Verdict
from tenfold.line.plc.modbus import ModbusAddress
from tenfold.line.plc.modbus_server import CONTROL_BITS, CONTROL_MAP, STATUS_BITS, STATUS_MAP, ModbusServer
from tenfold.line.plc.registers import WordOrder
from tenfold.line.plc.signals import OperatingState, Outputs, PartResult

AT = datetime(2026, 3, 4, tzinfo=UTC)
RUNNING = Outputs(state=OperatingState.READY, recipe=3, passed=70_000)


class Peer:
    """A PLC's program, as short words over a client."""

    def __init__(self, place: ModbusAddress) -> None:
        self.place, self.said = place, dict.fromkeys((one.name for _, one in CONTROL_MAP), 0)
        self.client = ModbusTcpClient(place.host, port=place.port, timeout=2, retries=0)
        assert self.client.connect()  # type: ignore[no-untyped-call]

    def say(self, **said: int) -> None:
        """Write all registers in one request."""
        bits = {name: said.pop(name) for name in CONTROL_BITS if name in said}
        for name, on in bits.items():
            at = CONTROL_BITS.index(name)
            self.said["control"] = self.said["control"] & ~(1 << at) | on << at
        self.said |= said
        registers = CONTROL_MAP.pack(self.said, self.place.words)
        done = self.client.write_registers(self.place.inputs, registers, device_id=self.place.device)
        assert not done.isError()

    def read(self) -> dict[str, int]:
        answer = self.client.read_holding_registers(
            self.place.outputs, count=STATUS_MAP.size, device_id=self.place.device
        )
        assert not answer.isError()
        values = STATUS_MAP.unpack(answer.registers, self.place.words)
        found = {name: value for name, value in values.items() if isinstance(value, int)}
        return found | {name: found["status"] >> at & 1 for at, name in enumerate(STATUS_BITS)}

    def until(self, condition: Callable[[dict[str, int]], bool]) -> dict[str, int]:
        ends = time.monotonic() + 10
        while not condition(found := self.read()):
            assert time.monotonic() < ends, found
        return found


@contextmanager
def serving(
    words: WordOrder = "high-first", device: int = 1, inputs: int = 0
) -> Iterator[tuple[ModbusServer, Peer]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    place = ModbusAddress("127.0.0.1", port, inputs, 100, device, words)
    server = ModbusServer(place)
    try:
        peer = Peer(place)
        yield server, peer
        peer.client.close()  # type: ignore[no-untyped-call]
    finally:
        server.close()


@pytest.mark.parametrize(("words", "device", "inputs"), [("high-first", 1, 0), ("low-first", 255, 1)])
def test_a_plc_goes_through_the_handshake(words: WordOrder, device: int, inputs: int) -> None:
    with serving(words, device, inputs) as (server, peer):
        server.exchange(RUNNING)
        peer.say(enable=1, heartbeat=5, order=100_000)
        assert peer.read()["ready"] == 1
        peer.say(trigger=1, part_id=3_000_000_000)
        told = peer.read()
        assert (told["trigger_ack"], told["ready"], told["acquiring"]) == (1, 0, 1)
        peer.say(trigger=0)
        heard = server.exchange(RUNNING)
        assert (heard.triggers, heard.heartbeat, heard.order) == (1, 5, 100_000)
        server.fire(PartResult(9, 1, Verdict.PASS, "good", AT, AT, 3))
        told = peer.until(lambda told: bool(told["valid"]))
        assert (told["number"], told["result_part_id"], told["verdict"]) == (1, 3_000_000_000, 1)
        assert (told["state"], told["recipe_in_use"], told["passed"]) == (OperatingState.READY, 3, 70_000)
        peer.say(result_ack=1)
        told = peer.read()
        assert (told["valid"], told["verdict"], told["waiting"]) == (0, 0, 0)


def test_a_trigger_too_early_is_counted_and_eight_parts_are_buffered() -> None:
    with serving() as (server, peer):
        peer.say(enable=1, trigger=1)
        peer.say(trigger=0)
        assert (peer.read()["missed"], peer.read()["triggers"]) == (1, 0)
        for number in range(1, 10):
            server.exchange(Outputs(state=OperatingState.READY, pictured=number - 1))
            peer.say(trigger=1, part_id=number)
            peer.say(trigger=0)
            server.fire(PartResult(number, number, Verdict.REJECT, "unsure", AT, AT, 1))
        told = peer.read()
        assert (told["triggers"], told["missed"], told["waiting"], told["full"], told["ready"]) == (
            8,
            2,
            8,
            1,
            0,
        )
        assert "results of 8 parts" in str(server.health().problem)
        for number in range(1, 9):
            told = peer.until(lambda told: bool(told["valid"]))
            assert (told["result_part_id"], told["verdict"], told["reason"]) == (number, 2, 22)
            peer.say(result_ack=1)
            peer.say(result_ack=0)
        assert (peer.read()["waiting"], peer.read()["valid"]) == (0, 0)
        assert server.health().works


def test_what_is_only_to_be_read_and_a_wrong_unit_are_refused(capfd: pytest.CaptureFixture[str]) -> None:
    with serving() as (server, peer):
        server.exchange(RUNNING)
        assert peer.client.write_register(100, 1, device_id=1).isError()
        assert peer.client.read_holding_registers(50, count=2, device_id=1).isError()
        assert peer.client.read_holding_registers(100, count=2, device_id=9).isError()
        assert peer.read()["state"] == OperatingState.READY
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("inputs", [0, 200])
def test_a_plc_reads_back_what_it_wrote(inputs: int) -> None:
    with serving(inputs=inputs) as (_, peer):
        peer.say(part_id=70_000, recipe=3)
        place = peer.place
        for _ in range(2):
            back = peer.client.read_holding_registers(
                place.inputs, count=CONTROL_MAP.size, device_id=place.device
            )
            assert back.registers == CONTROL_MAP.pack(peer.said, place.words)
        assert peer.read()["state"] == 0


def test_two_masters_at_once_see_the_same(capfd: pytest.CaptureFixture[str]) -> None:
    with serving() as (server, peer):
        server.exchange(RUNNING)
        other = Peer(peer.place)
        peer.say(enable=1)
        for _ in range(200):
            assert other.read()["ready"] == peer.read()["ready"] == 1
        other.client.close()  # type: ignore[no-untyped-call]


def test_registers_that_overlap_are_told_in_words() -> None:
    with pytest.raises(LineError, match="overlap"):
        ModbusServer(ModbusAddress("127.0.0.1", 15020, inputs=95, outputs=100))


def test_a_port_that_is_taken_is_told_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(LineError, match=f"port {port}"):
            ModbusServer(ModbusAddress("127.0.0.1", port))
