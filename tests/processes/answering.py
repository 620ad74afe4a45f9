"""What the tests' workers answer with. Imported by the children."""

import os
import time
from contextlib import suppress

from tenfold.processes import ProcessLimits, limit
from tenfold.processes.frames import Header


def answer(header: Header, body: bytearray) -> tuple[Header, bytes | bytearray | memoryview]:
    """Do what the header says."""
    if header["do"] == "echo":
        return {"process": os.getpid()}, body
    if header["do"] == "sleep":
        time.sleep(header["seconds"])
    if header["do"] == "spin":
        while True:
            pass
    if header["do"] == "hold":
        held = bytearray(header["bytes"])
        return {"held": len(held)}, b""
    if header["do"] == "narrow":
        limit(ProcessLimits(memory=1 << 20))
        return {"held": len(bytearray(header["bytes"]))}, b""
    if header["do"] == "die":
        os._exit(header["status"])
    if header["do"] == "abort":
        os.abort()
    if header["do"] == "raise":
        raise ValueError("no such thing")
    if header["do"] == "print":
        os.write(1, b"out\n")
        os.write(2, b"err\n")
    if header["do"] == "nonsense":
        for number in range(3, 10):
            with suppress(OSError):
                os.write(number, b"\xff" * 200)
    return {}, b""
