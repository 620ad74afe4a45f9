"""A Modbus TCP server in a thread, with registers that a test reads and writes."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from tenfold.line.plc.modbus import OUTPUT_REGISTERS, ModbusAddress


@contextmanager
def served(place: ModbusAddress, inputs: list[int], port: int = 0) -> Iterator[tuple[int, list[int]]]:
    """Serve `inputs` where `place` reads them; gives the port and all registers by their address."""
    held = [0] * 256
    if not port:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
    running, stop = threading.Event(), threading.Event()

    async def exchange(
        code: int,
        start: int,
        address: int,
        count: int,
        kept: list[int],
        values: list[int] | list[bool] | None,
    ) -> ExcCodes | None:
        if values is not None:
            held[address : address + len(values)] = [int(value) for value in values]
        return None

    async def serve() -> None:
        device = SimDevice(
            place.device,
            simdata=[
                SimData(place.inputs, values=list(inputs), datatype=DataType.REGISTERS),
                SimData(place.outputs, count=OUTPUT_REGISTERS, values=0, datatype=DataType.REGISTERS),
            ],
            action=exchange,
        )
        server = ModbusTcpServer(device, address=("127.0.0.1", port))
        await server.serve_forever(background=True)
        running.set()
        while not stop.is_set():
            await asyncio.sleep(0.01)
        await server.shutdown()  # type: ignore[no-untyped-call]

    thread = threading.Thread(daemon=True, target=lambda: asyncio.run(serve()))
    thread.start()
    assert running.wait(10)
    try:
        yield port, held
    finally:
        stop.set()
        thread.join(10)
