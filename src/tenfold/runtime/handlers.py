"""Every type of job, and the part that does its work; a part is made when a job first needs it."""

from collections.abc import Callable, Mapping

from tenfold.jobs import AnyHandler, AnyType
from tenfold.runtime.app import App
from tenfold.work.adding import ADD
from tenfold.work.checking_data import CHECK_DATA
from tenfold.work.classifying import CLASSIFY
from tenfold.work.comparing import COMPARE
from tenfold.work.improving import IMPROVE
from tenfold.work.reclassifying import RECLASSIFY
from tenfold.work.training import TRAIN
from tenfold.work.watching import LOOK

JOBS: Mapping[AnyType, Callable[[App], AnyHandler]] = {
    ADD: lambda app: app.adding,
    CHECK_DATA: lambda app: app.checking,
    CLASSIFY: lambda app: app.classifying,
    COMPARE: lambda app: app.compare,
    IMPROVE: lambda app: app.improving,
    LOOK: lambda app: app.looking,
    RECLASSIFY: lambda app: app.reclassifying,
    TRAIN: lambda app: app.training,
}


def handlers(app: App) -> dict[AnyType, AnyHandler]:
    """The handlers of an app's jobs."""

    def lazy(part: Callable[[App], AnyHandler]) -> AnyHandler:
        return lambda work: part(app)(work)

    return {job_type: lazy(part) for job_type, part in JOBS.items()}
