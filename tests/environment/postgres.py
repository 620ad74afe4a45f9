"""A PostgreSQL server of the tests: started in a folder of theirs, stopped at the end. Knows no table."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Debian keeps the server's programs out of the PATH.
_PLACES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
# Nothing that a test server keeps has to outlive a power cut.
_QUICK = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"


def programs() -> Path | None:
    """The folder of initdb and pg_ctl, or None where PostgreSQL is not installed."""
    found = shutil.which("pg_ctl")
    return Path(found).parent if found else next((p for p in _PLACES if (p / "pg_ctl").exists()), None)


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """A running server; its URL without a database's name: `postgresql://tenfold@127.0.0.1:port`."""
    bin_folder = programs()
    assert bin_folder is not None
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    data = folder / "data"
    if os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(folder, "postgres")
        for parent in folder.parents:
            if parent.stat().st_uid == 0 and not parent.stat().st_mode & 0o001:
                parent.chmod(parent.stat().st_mode | 0o011)
    _as_owner(bin_folder / "initdb", "-D", data, "-U", "tenfold", "-A", "trust", "-E", "UTF8", "--no-sync")
    control = (bin_folder / "pg_ctl", "-D", data, "-w", "-t", "60", "-l", folder / "log")
    _as_owner(*control, "-o", f"-p {port} -h 127.0.0.1 -k {folder} {_QUICK}", "start")
    try:
        yield f"postgresql://tenfold@127.0.0.1:{port}"
    finally:
        _as_owner(*control, "-m", "immediate", "stop")


def _as_owner(*command: str | Path) -> None:
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        words = ["runuser", "-u", "postgres", "--", *words]
    done = subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd="/")
    assert done.returncode == 0, done.stderr
