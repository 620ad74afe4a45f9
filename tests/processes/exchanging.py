"""What the tests' child of messages does. Imported by the child."""

import ctypes
import os
import signal
import time
from pathlib import Path

from tenfold.processes.child import ParentChannel


def run(channel: ParentChannel) -> None:
    """Do what the first message says."""
    said = channel.receive()
    assert said is not None
    what = said.pop("do")
    if what == "echo":
        channel.send(said)
        channel.receive()
    if what == "abort":
        os.abort()
    if what == "leave":
        os._exit(7)
    if what == "raise":
        raise ValueError("no such thing")
    if what == "nonsense":
        for number in range(3, 10):
            try:
                os.write(number, b"\xff" * 200)
            except OSError:
                continue
        time.sleep(60)
    if what == "deaf":
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    if what == "close":
        try:
            channel.send({"begun": True})
            time.sleep(60)
        finally:
            Path(said["file"]).touch()
    channel.send({"begun": True})
    if what == "wait":
        channel.receive()
    if what in ("sleep", "deaf"):
        time.sleep(60)
    if what == "hold the lock":
        ctypes.PyDLL(None).sleep(60)  # a call that keeps Python's lock
    while what == "spin":
        pass
    while what == "talk":
        channel.send({"word": "x" * 1000})
    held = []
    while what == "leak":
        held.append(bytearray(1 << 20))
