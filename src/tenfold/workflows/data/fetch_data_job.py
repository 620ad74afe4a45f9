"""The job "fetch-data": CIFAR-10 from where it is published. Knows nothing of its pictures."""

from functools import partial
from pathlib import Path
from typing import Literal

from pydantic import Field

from tenfold.datasets.fetch import MD5, URL, fetch_cifar10
from tenfold.jobs import WORK, JobType, Shape, Start, Work
from tenfold.workflows.steps import go_on, report_step


class FetchDataParams(Shape):
    """A published dataset to fetch."""

    name: Literal["cifar10"] = "cifar10"


class FetchDataResult(Shape):
    """The dataset that was fetched."""

    id: str = Field(description="Its id at /api/v1/data.")


class FetchData:
    """Does the job "fetch-data". An interrupted download is resumed by the next job.

    Args:
        url, md5: where the archive is published, and its MD5 in hex.
    """

    def __init__(self, data_dir: Path, *, url: str = URL, md5: str = MD5) -> None:
        self._data_dir, self._url, self._md5 = data_dir, url, md5

    def __call__(self, work: Work[FetchDataParams]) -> FetchDataResult:
        report_step(work, 0, 0, "fetching")
        show = partial(go_on, work, step="fetching")
        fetch_cifar10(self._data_dir, url=self._url, md5=self._md5, progress=show)
        return FetchDataResult(id=work.params.name)


FETCH_DATA = JobType(
    "fetch-data",
    WORK,
    FetchDataParams,
    FetchDataResult,
    lambda app: FetchData(app.settings.data_dir),
    Start("administrator", lambda app, params: "Fetch CIFAR-10", action="data.fetch", subject="cifar10"),
    steps={"fetching": "fetching CIFAR-10"},
    alone=True,
)
