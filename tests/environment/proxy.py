"""A TCP proxy that stands between two ends and treats what they send as a bad network does."""

import socket
import threading
import time
from contextlib import suppress
from typing import Literal, Self

# cut: connections are closed and no new one is taken. frozen: nothing is carried, and all of it arrives
# later, as what a network sends again. dropped: what is sent is lost and nothing is closed; connections of
# that time are dead for good, as behind a router that has forgotten them.
Fault = Literal["cut", "frozen", "dropped"]
_CHUNK = 65536
_POLL_SECONDS = 0.05


class Proxy:
    """Carries connections to a port of this machine.

    Attributes:
        port: where it listens.
        seconds: by which everything is late.
        taken: how many connections it has taken.
    """

    def __init__(self, port: int) -> None:
        self._target = port
        self._fault: Fault | None = None
        self._healthy = threading.Event()
        self._healthy.set()
        self._closed = False
        self._sockets: list[socket.socket] = []
        self._dead: set[socket.socket] = set()
        self.seconds = 0.0
        self.taken = 0
        self._listening = self._listen(0)
        self.port: int = self._listening.getsockname()[1]

    def fail(self, fault: Fault) -> None:
        """Begin with a fault."""
        self._fault = fault
        self._healthy.clear()
        if fault == "dropped":
            self._dead.update(self._sockets)
        if fault == "cut":
            _end(self._listening)
            for one in self._sockets:
                _end(one)

    def restore(self) -> None:
        """End the fault."""
        if self._fault == "cut":
            self._listening = self._listen(self.port)
        self._fault = None
        self._healthy.set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closed = True
        self._healthy.set()
        for one in (self._listening, *self._sockets):
            _end(one)

    def _listen(self, port: int) -> socket.socket:
        listening = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._accept, args=(listening,), daemon=True).start()
        return listening

    def _accept(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                here = listening.accept()[0]
                self.taken += 1
                self._sockets.append(here)
                if self._fault == "dropped":
                    self._dead.add(here)
                threading.Thread(target=self._connect, args=(here,), daemon=True).start()

    def _connect(self, here: socket.socket) -> None:
        self._healthy.wait()
        if here in self._dead:
            return
        try:
            there = socket.create_connection(("127.0.0.1", self._target))
        except OSError:
            _end(here)
            return
        self._sockets.append(there)
        for pair in ((here, there), (there, here)):
            threading.Thread(target=self._carry, args=pair, daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(_CHUNK):
                time.sleep(self.seconds)
                if source not in self._dead:
                    self._healthy.wait()
                if source not in self._dead:
                    target.sendall(data)
            while source in self._dead and not self._closed:
                time.sleep(_POLL_SECONDS)  # nor does the other end hear that it was closed
        _end(target)


def _end(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
