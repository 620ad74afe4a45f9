"""The process of a simulated plant: a PLC, and a camera on HTTP. Runs as a child of messages.

From the parent: first `{"conveyor", "pictures", "order", "outcomes", "signals"}`, `signals` being modbus or
opcua, then `{"do": NAME, "seconds": N}`: start, plc-cut, camera-cut, frozen-picture, belt-stop, belt-reverse,
report (what became of the parts so far, though more are to come), end.
To the parent: `{"plc": ADDRESS, "camera": PORT}` once it runs, `{"parts": N}` ten times a second, and
`{"done": true, "rate": N}` when all parts went by, or at `report`, with the parts a second that the belt
reached. What became of each part is written into the file `outcomes`, a JSON array.
"""

import asyncio
import json
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tenfold.line.simulator.broker import HOST, free_port
from tenfold.line.simulator.conveyor import Conveyor, ConveyorOptions
from tenfold.line.simulator.plcs import Plc, opened, run
from tenfold.line.simulator.scene import Scene
from tenfold.processes.child import ParentChannel

_STEP_SECONDS = 0.001
# If this process is delayed, the belt slows down instead of jumping, as real belts do not jump.
_LONGEST_STEP_SECONDS = 0.01
_TELL_SECONDS = 0.1


def serve(channel: ParentChannel) -> None:
    """Simulate a plant until all parts went by, or the parent is gone."""
    told = channel.receive()
    assert told is not None
    asyncio.run(_Plant(channel, told).run())


class _Plant:
    def __init__(self, channel: ParentChannel, told: dict[str, Any]) -> None:
        self._channel = channel
        options = ConveyorOptions(**told["conveyor"])
        self._conveyor = Conveyor(options)
        pictures = [Path(each) for each in told["pictures"]]
        self._scene = Scene(pictures, spacing=options.spacing, ahead=round(0.12 * options.spacing))
        self._order: list[int] = told["order"]
        self._outcomes = Path(told["outcomes"])
        self._plc: Plc = opened(told["signals"], self._conveyor)
        self._camera_port = free_port()
        self._until: dict[str, float] = {}
        self._frozen: bytes | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def run(self) -> None:
        # A daemon: what waits for the parent must not keep the process from ending.
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._listen, args=[loop], daemon=True).start()
        answers = asyncio.Event()
        plc = asyncio.create_task(run(self._plc, lambda: self._failing("plc-cut"), answers.set))
        camera = asyncio.create_task(self._camera())
        answering = asyncio.create_task(answers.wait())
        await asyncio.wait([plc, answering], return_when=asyncio.FIRST_COMPLETED)
        if plc.done():
            await plc  # says why it did not start
        self._channel.send({"plc": self._plc.address(), "camera": self._camera_port})
        last = told = time.monotonic()
        reported = False
        while not (reported and "end" in self._until):
            await asyncio.sleep(_STEP_SECONDS)
            now = time.monotonic()
            self._move()
            self._conveyor.advance(min(now - last, _LONGEST_STEP_SECONDS))
            last = now
            if now - told > _TELL_SECONDS:
                told = now
                self._channel.send({"parts": self._conveyor.inputs().triggers})
            if not reported and (self._conveyor.done or "report" in self._until):
                reported = True
                self._report(now - self._until["start"])
        for task in (plc, camera):
            task.cancel()

    def _report(self, took: float) -> None:
        """All parts went by, or enough. The PLC goes on: the station reads what became of the last ones."""
        self._outcomes.write_text(json.dumps([asdict(one) for one in self._conveyor.outcomes]))
        # By what the belt moved: before the first part and behind the last one it is empty.
        rate = self._conveyor.position / self._conveyor.options.spacing / took
        self._channel.send({"done": True, "rate": rate})

    def _listen(self, loop: asyncio.AbstractEventLoop) -> None:
        while (said := self._channel.receive()) is not None:
            loop.call_soon_threadsafe(self._begin, str(said["do"]), float(said["seconds"]))

    def _begin(self, fault: str, seconds: float) -> None:
        self._until[fault] = time.monotonic() + seconds
        self._frozen = None

    def _failing(self, fault: str) -> bool:
        return time.monotonic() < self._until.get(fault, 0.0)

    def _move(self) -> None:
        stands = "start" not in self._until or self._failing("belt-stop")
        full = 0.0 if stands else self._conveyor.options.speed
        self._conveyor.speed = -full / 4 if self._failing("belt-reverse") else full

    async def _camera(self) -> None:
        while True:
            server = await asyncio.start_server(self._answer, HOST, self._camera_port)
            while not self._failing("camera-cut"):
                await asyncio.sleep(0.01)
            server.close()
            for writer in list(self._open):
                writer.transport.abort()
            while self._failing("camera-cut"):
                await asyncio.sleep(0.01)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            while True:
                await reader.readuntil(b"\r\n\r\n")
                body = self._picture()
                head = f"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: {len(body)}\r\n\r\n"
                writer.write(head.encode() + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    def _picture(self) -> bytes:
        if self._failing("frozen-picture"):
            self._frozen = self._frozen or self._seen()
            return self._frozen
        return self._seen()

    def _seen(self) -> bytes:
        conveyor = self._conveyor
        # Only parts around the photo-eye can be in view.
        first = max(0, conveyor.inputs().triggers - 2)
        near = [
            (self._order[number], conveyor.places[number])
            for number in range(first, min(first + 5, len(conveyor.places)))
        ]
        return self._scene.jpeg(conveyor.position, near)
