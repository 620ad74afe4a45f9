"""Child processes that end with this one, however it ends. Knows nothing of their work.

The parent holds the child's standard input; when that closes, for whatever reason, the child ends. Each child
has a session of its own, so Ctrl-C at a terminal is the parent's to answer. A child sets its limits itself
before it loads anything, because code between fork and exec is unsafe where threads run.
"""

from tenfold.processes.commands import AHEAD, BEHIND, Command
from tenfold.processes.limits import ProcessLimits, limit
from tenfold.processes.messages import MessageProcess, ProcessEnded
from tenfold.processes.workers import WorkerFailed, Workers, WorkersStopped

__all__ = [
    "AHEAD",
    "BEHIND",
    "Command",
    "MessageProcess",
    "ProcessEnded",
    "ProcessLimits",
    "WorkerFailed",
    "Workers",
    "WorkersStopped",
    "limit",
]
