"""Every type of job, and the part that does its work: made when there is such a job."""

from collections.abc import Callable, Iterator, Mapping

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


class Handlers(Mapping[AnyType, AnyHandler]):
    """The handlers of an app's jobs."""

    def __init__(self, app: App) -> None:
        self._app = app

    def __getitem__(self, job_type: AnyType) -> AnyHandler:
        return JOBS[job_type](self._app)

    def __iter__(self) -> Iterator[AnyType]:
        return iter(JOBS)

    def __len__(self) -> int:
        return len(JOBS)
