"""What a child may use, and how one that went beyond it ended. Knows nothing of what children do."""

import signal
import sys
from dataclasses import dataclass
from pathlib import Path

if sys.platform != "win32":
    import resource

# The exit status of a worker that was idle for long.
IDLE = 3


@dataclass(frozen=True)
class ProcessLimits:
    """What a child may use; None is no limit.

    Attributes:
        seconds: by the clock; its parent kills it then.
        cpu_seconds: of processor time (not on Windows).
        memory: bytes of address space beyond what it holds when the limit is set (Linux only).
    """

    seconds: float | None = None
    cpu_seconds: int | None = None
    memory: int | None = None


def limit(limits: ProcessLimits) -> None:
    """Limit this process's processor time and memory from here on; None lifts a limit."""
    if sys.platform == "win32":  # pragma: no cover
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _set(resource.RLIMIT_CPU, limits.cpu_seconds, int(used.ru_utime + used.ru_stime) + 1)
    sizes = Path("/proc/self/statm")
    if sizes.exists():
        _set(resource.RLIMIT_AS, limits.memory, int(sizes.read_text().split()[0]) * resource.getpagesize())


def ended_by(status: int, limits: ProcessLimits, *, expired: bool) -> tuple[str, bool]:
    """What ended a process that could say nothing of it, and whether that was a limit or the lack of memory.

    Args:
        status: its exit status as `subprocess` gives it.
        expired: whether it was killed because its time was over.

    Returns:
        a clause: "it took longer than 20 s"; empty where it ended by itself.
    """
    if expired:
        return f"it took longer than {limits.seconds:g} s", True
    if status >= 0:
        return "", False
    if sys.platform != "win32" and status == -signal.SIGXCPU:
        return f"it used more than {limits.cpu_seconds} s of processor time", True
    killed = status == -9
    return f"the system ended it with signal {-status}" + "; memory may have run out" * killed, killed


if sys.platform != "win32":

    def _set(which: int, more: int | None, used: int) -> None:
        hard = resource.getrlimit(which)[1]
        soft = hard if more is None else used + more
        if hard != resource.RLIM_INFINITY:
            soft = min(soft, hard)
        resource.setrlimit(which, (soft, hard))
