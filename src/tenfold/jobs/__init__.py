"""Long work that survives a restart. Knows how jobs are run, not what they do."""

from tenfold.jobs.jobs import Jobs
from tenfold.jobs.tables import CANCELLED, DONE, ENDED, FAILED, RUNNING, UNFINISHED, WAITING, JobRow
from tenfold.jobs.types import TRAINING, WORK, AnyHandler, AnyType, Handler, JobType, Shape, Start
from tenfold.jobs.work import Stopped, Work

__all__ = [
    "CANCELLED",
    "DONE",
    "ENDED",
    "FAILED",
    "RUNNING",
    "TRAINING",
    "UNFINISHED",
    "WAITING",
    "WORK",
    "AnyHandler",
    "AnyType",
    "Handler",
    "JobRow",
    "JobType",
    "Jobs",
    "Shape",
    "Start",
    "Stopped",
    "Work",
]
