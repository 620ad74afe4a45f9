"""Identifies a worker so that other processes of the same machine can tell whether it has ended.

Works on Linux only; elsewhere others wait for the worker's lease to expire.
"""

import os
import secrets
from functools import cache
from pathlib import Path

_PROC = Path("/proc")
# Where the state of a process and its start (in clock ticks since the machine started) are in /proc/PID/stat,
# counted after the name of its program.
_STATE, _START = 0, 19
_ENDED = ("Z", "X")


def new_worker() -> str:
    """A unique id for a worker of this process."""
    stat = _stat(os.getpid())
    start = stat[_START] if stat else "-"
    return "/".join((_machine(), str(os.getpid()), start, secrets.token_hex(4)))


def has_ended(worker: str) -> bool:
    """Whether a worker's process has certainly ended; False where it lives or that is not known."""
    machine, pid, start, _ = worker.split("/")
    if machine != _machine() or start == "-":
        return False
    stat = _stat(int(pid))
    if stat is not None:
        return stat[_STATE] in _ENDED or stat[_START] != start
    try:
        os.kill(int(pid), 0)  # a process of another user may be hidden in /proc
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    return False


@cache
def _machine() -> str:
    """This start of this machine, and the processes that can be seen: a container sees only its own."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}:{(_PROC / 'self/ns/pid').stat().st_ino}"
    except OSError:
        return secrets.token_hex(16)


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat after the name; None where there is no such file."""
    try:
        text = (_PROC / str(pid) / "stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()
