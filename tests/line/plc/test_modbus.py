"""A PLC over real Modbus TCP: both word orders, what goes wrong in words, and coming back."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from tenfold.errors import LineError
from tenfold.line.plc.modbus import (
    OUTPUT_REGISTERS,
    ModbusAddress,
    ModbusPlant,
    outputs,
    registers,
)
from tenfold.line.plc.modbus_tcp import ModbusClient
from tenfold.line.plc.signals import Inputs, OperatingState, Outputs
from tests.line.plc.modbus_server import served

INPUTS = Inputs(
    encoder=0xFFFF_0001,
    triggers=70_000,
    trigger_counts=tuple(range(100_000, 100_008)),
    rejects=3,
    reject_counts=tuple(range(200_000, 200_008)),
    heartbeat=17,
    recipe=4,
    order=1_200_034,
    batch=70_001,
    shift=3,
    gate_parts=70_001,
    gate_counts=tuple(range(300_000, 300_008)),
)


@pytest.mark.parametrize("words", ["high-first", "low-first"])
@pytest.mark.parametrize(("inputs_at", "outputs_at", "device"), [(0, 100, 1), (1, 81, 255)])
def test_what_the_plant_says_and_is_told_arrives(
    words: str, inputs_at: int, outputs_at: int, device: int
) -> None:
    place = ModbusAddress("127.0.0.1", 0, inputs_at, outputs_at, device, words)  # type: ignore[arg-type]
    with served(place, registers(place, INPUTS)) as (port, held):
        place = ModbusAddress("127.0.0.1", port, inputs_at, outputs_at, device, words)  # type: ignore[arg-type]
        plant = ModbusPlant(place)
        told = Outputs(123_456, OperatingState.READY, 7, 4, 70_001, 2)
        assert plant.exchange(told) == INPUTS
        assert outputs(place, held[outputs_at : outputs_at + OUTPUT_REGISTERS]) == told
        first = held[outputs_at]
        plant.exchange(told)
        assert held[outputs_at] != first, "the heartbeat moves"
        plant.close()


def test_a_wrong_unit_is_told_in_words_and_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    place = ModbusAddress("127.0.0.1")
    with served(place, registers(place, INPUTS)) as (port, _):
        plant = ModbusPlant(ModbusAddress("127.0.0.1", port, device=9))
        with pytest.raises(LineError, match="does not exchange signals"):
            plant.exchange(Outputs())
        plant.close()
    assert capfd.readouterr() == ("", "")


def test_a_plc_that_goes_and_comes_back_is_found_again() -> None:
    place = ModbusAddress("127.0.0.1")
    with served(place, registers(place, INPUTS)) as (port, _):
        plant = ModbusPlant(ModbusAddress("127.0.0.1", port))
        plant.exchange(Outputs())
    with pytest.raises(LineError, match=f"port {port}"):
        plant.exchange(Outputs())
    with served(place, registers(place, INPUTS), port=port):
        assert plant.exchange(Outputs()) == INPUTS
    plant.close()


@contextmanager
def silent() -> Iterator[int]:
    """A port that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        kept: list[socket.socket] = []

        def take() -> None:
            while True:
                try:
                    kept.append(server.accept()[0])
                except OSError:
                    return

        threading.Thread(target=take, daemon=True).start()
        try:
            yield server.getsockname()[1]
        finally:
            for each in kept:
                each.close()


def test_a_plc_that_says_nothing_is_told_within_its_time() -> None:
    with silent() as port:
        plant = ModbusPlant(ModbusAddress("127.0.0.1", port), seconds=0.2)
        with pytest.raises(LineError, match="does not exchange signals"):
            plant.exchange(Outputs())
        plant.close()


def test_addresses_may_be_counted_from_one() -> None:
    place = ModbusAddress("127.0.0.1", 0, 0, 100)
    with served(place, registers(place, INPUTS)) as (port, held):
        plant = ModbusPlant(ModbusAddress("127.0.0.1", port, 1, 101, base=1))
        told = Outputs(5, OperatingState.READY)
        assert plant.exchange(told) == INPUTS
        assert outputs(place, held[100 : 100 + OUTPUT_REGISTERS]) == told
        plant.close()
    with pytest.raises(LineError, match="cannot be counted so"):
        ModbusAddress("127.0.0.1", inputs=0, base=1)


def test_registers_are_read_back_and_what_is_not_there_is_told() -> None:
    place = ModbusAddress("127.0.0.1")
    with served(place, registers(place, INPUTS)) as (port, _):
        with closing(ModbusClient("127.0.0.1", port, 1)) as client:
            assert client.read(0, 4) == [0xFFFF, 1, 1, 70_000 - 65_536]
            with pytest.raises(LineError, match=r"exception 2, there are no such registers"):
                client.read(70, 2)
        with pytest.raises(LineError, match="exception 4, it fails, or there is no such unit"):
            ModbusClient("127.0.0.1", port, 7).read(0, 2)
    with pytest.raises(LineError, match=f"port {port} does not answer. Check that it runs"):
        ModbusClient("127.0.0.1", port, 1, 0.5).read(0, 2)
    with silent() as port, pytest.raises(LineError, match="does not answer for that unit"):
        ModbusClient("127.0.0.1", port, 1, 0.2).read(0, 2)
