"""A PLC in a thread of its own, and one whose registers a test reads and writes over Modbus TCP."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tenfold.line.plc.modbus import OUTPUT_REGISTERS, ModbusAddress
from tenfold.line.plc.modbus_tcp import RegisterServer
from tenfold.line.plc.opcua.plc import OpcUaPlc
from tenfold.line.plc.server_thread import ServerThread
from tenfold.line.simulator.broker import HOST, free_port


@contextmanager
def running(plc: RegisterServer | OpcUaPlc) -> Iterator[None]:
    async def serve(listens: Callable[[], None], stop: asyncio.Event) -> str:
        await plc.start()
        listens()
        await stop.wait()
        await plc.cut()
        return "it was closed"

    thread = ServerThread("test", serve, (OSError, RuntimeError))
    assert thread.start(60) == ""
    try:
        yield
    finally:
        thread.close(30)


@contextmanager
def served(place: ModbusAddress, inputs: list[int], port: int = 0) -> Iterator[tuple[int, list[int]]]:
    """Serve `inputs` where `place` reads them; gives the port and all registers by their address."""
    held, first = [0] * 256, place.outputs

    def hear(written: list[int]) -> None:
        held[first : first + len(written)] = written

    address = HOST, port or free_port()
    told, heard = range(place.inputs, place.inputs + len(inputs)), range(first, first + OUTPUT_REGISTERS)
    with running(RegisterServer(address, place.device, told, lambda: inputs, heard, hear)):
        yield address[1], held
