"""`tenfold serve` in a process of its own, for benchmarks that use it as others do. Knows no figures."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from benchmarks.record import DATA, ROOT


@dataclass(frozen=True)
class Server:
    """A running server. process: its number."""

    address: str
    process: int
    client: httpx.Client

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def get(self, path: str) -> Any:
        return self.client.get(path).raise_for_status().json()

    def post(self, path: str, /, **body: Any) -> Any:
        answer = self.client.post(path, json=body)
        assert answer.is_success, answer.text
        return answer.json()


@contextmanager
def serving(
    home: Path | None = None, *, python: str | Path = sys.executable, folder: Path = ROOT, **settings: str
) -> Iterator[Server]:
    """A server on a free port.

    Args:
        home: None: a new one, which goes with the server.
        python: of the environment whose tenfold it is.
        folder: in which it is started.
        settings: `TENFOLD_...`; those of this environment do not count.
    """
    left_out = "TENFOLD_" if str(python) == sys.executable else ("TENFOLD_", "PYTHONPATH")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    environ |= {"PYTHONUNBUFFERED": "1", "TENFOLD_DATA_DIR": str(DATA), **settings}
    command = [str(python), "-m", "tenfold", "serve", "--port", "0", "--no-open"]
    with TemporaryDirectory(prefix="tenfold-") as new:
        environ["TENFOLD_HOME"] = str(home or new)
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environ,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Linux shares the processor by session: each server gets the same part
        )
        assert process.stdout is not None
        try:
            found = re.search(r"http://\S+", process.stdout.readline())
            if not found:
                raise SystemExit("tenfold serve did not start.")
            with httpx.Client(base_url=found[0], trust_env=False, timeout=120) as client:
                yield Server(found[0], process.pid, client)
        finally:
            process.terminate()
            process.wait()
