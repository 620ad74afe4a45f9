"""Every type of job, and the part that does its work; a part is made when a job first needs it."""

from collections.abc import Callable, Mapping

from tenfold.jobs import AnyHandler, AnyType
from tenfold.runtime.app import App
from tenfold.workflows.classify import CLASSIFY
from tenfold.workflows.compare import COMPARE
from tenfold.workflows.data.check_data import CHECK_DATA
from tenfold.workflows.data.fetch_data import FETCH_DATA
from tenfold.workflows.data.upload_data import IMPORT_DATA
from tenfold.workflows.export_model import EXPORT
from tenfold.workflows.folders.watch_folders import SCAN_FOLDER
from tenfold.workflows.improve.job import IMPROVE
from tenfold.workflows.improve.refit import REFIT
from tenfold.workflows.ingest import ADD
from tenfold.workflows.line.prove_job import PROVE
from tenfold.workflows.reclassify import RECLASSIFY
from tenfold.workflows.train.train import TRAIN

JOBS: Mapping[AnyType, Callable[[App], AnyHandler]] = {
    ADD: lambda app: app.add_pictures,
    CHECK_DATA: lambda app: app.check_data,
    CLASSIFY: lambda app: app.classify_pending,
    COMPARE: lambda app: app.compare,
    EXPORT: lambda app: app.export_model,
    FETCH_DATA: lambda app: app.fetch_data,
    IMPORT_DATA: lambda app: app.uploads,
    IMPROVE: lambda app: app.improve_job,
    SCAN_FOLDER: lambda app: app.scan_folder,
    PROVE: lambda app: app.prove,
    RECLASSIFY: lambda app: app.reclassify,
    REFIT: lambda app: app.refit_job,
    TRAIN: lambda app: app.train,
}


def handlers(app: App) -> dict[AnyType, AnyHandler]:
    """The handlers of an app's jobs."""

    def lazy(part: Callable[[App], AnyHandler]) -> AnyHandler:
        return lambda work: part(app)(work)

    return {job_type: lazy(part) for job_type, part in JOBS.items()}
