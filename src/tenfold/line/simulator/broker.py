"""An MQTT broker for a simulated plant: mosquitto, where it is installed."""

import os
import shutil
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

from tenfold.errors import LineError

HOST = "127.0.0.1"
_START_SECONDS = 10.0


def program() -> str | None:
    """Where mosquitto is; None where it is not installed. Debian puts it where only root looks."""
    return shutil.which("mosquitto", path=os.environ.get("PATH", os.defpath) + os.pathsep + "/usr/sbin")


def free_port() -> int:
    """A port of this machine that nothing listens on now."""
    with socket.create_server((HOST, 0)) as free:
        port: int = free.getsockname()[1]
        return port


class Mosquitto:
    """A broker that may be killed and started again; ended with the `with` block. settings: its file."""

    def __init__(self, folder: Path) -> None:
        found = program()
        assert found is not None
        self._program = found
        self.port = free_port()
        self.settings = folder / "mosquitto.conf"
        lines = [f"listener {self.port} {HOST}", "persistence false", "allow_anonymous true"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            lines.append("user root")  # another user could not read the folder
        self.settings.write_text("\n".join(lines) + "\n")
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start it, and return when it takes connections. Raises LineError where it takes none."""
        self._process = subprocess.Popen(
            [self._program, "-c", str(self.settings)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end:
            with suppress(OSError), socket.create_connection((HOST, self.port), 1):
                return
            time.sleep(0.02)
        self.kill()
        raise LineError(
            "mosquitto",
            "takes no connections",
            received=f"none within {_START_SECONDS:g} s",
            cure="Start it by hand to see why.",
            reason="broker-missing",
        )

    def kill(self) -> None:
        """Kill it; its messages are lost."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
