"""Long work that survives a restart. Knows how work is kept going, not what it is."""

from tenfold.jobs.jobs import Jobs
from tenfold.jobs.tables import CANCELLED, DONE, ENDED, FAILED, RUNNING, UNFINISHED, WAITING, JobRow
from tenfold.jobs.work import Handler, Stopped, Work

__all__ = [
    "CANCELLED",
    "DONE",
    "ENDED",
    "FAILED",
    "RUNNING",
    "UNFINISHED",
    "WAITING",
    "Handler",
    "JobRow",
    "Jobs",
    "Stopped",
    "Work",
]
