"""The job "check-data": what is wrong with a dataset, found by `tenfold data check` in a process of its own.

The search for near copies takes all cores for a while and much memory, which a server should not share.
"""

import importlib.util
import json
import tempfile
from pathlib import Path
from typing import Any

from pydantic import Field

from tenfold import processes
from tenfold.errors import DatasetError
from tenfold.jobs import WORK, JobType, Shape, Stopped, Work
from tenfold.paths import Home
from tenfold.storage import BlobStore
from tenfold.workflows.steps import report_step

# How many examples a summary keeps of each kind of problem; the page has all.
_NAMED = 5


class CheckDataParams(Shape):
    """A dataset to check."""

    source: str = Field(description="cifar10, or where its pictures are.")
    key: str = Field(description="The name under which the findings are kept.")


class ExampleFound(Shape):
    """Pictures that share a problem."""

    score: float
    note: str
    suggestion: str = Field("", description="A label that would fit better; may be empty.")
    pictures: list[dict[str, Any]]


class ProblemFound(Shape):
    """One kind of problem."""

    name: str = Field(description="leaks, conflicts, labels, exact, near, dark, ...")
    findings: int
    examples: list[ExampleFound]


class CheckDataResult(Shape):
    """What a check found; the whole of it is on its page."""

    pictures: int
    fingerprint: str
    remarks: list[str]
    skipped: int
    problems: list[ProblemFound]


CHECK_DATA = JobType(
    "check-data",
    WORK,
    CheckDataParams,
    CheckDataResult,
    lambda app: app.check_data,
    steps={"looking-for-problems": "looking for copies, wrong labels and pictures that show little"},
)


class CheckData:
    """Does the job "check-data"; its results are kept as key.json and key.html."""

    def __init__(self, reports: BlobStore, data_dir: Path, home: Home) -> None:
        self.reports, self._data_dir, self._home = reports, data_dir, home

    def __call__(self, work: Work[CheckDataParams]) -> CheckDataResult:
        source, key = work.params.source, work.params.key
        report_step(work, 0, 0, "looking-for-problems")
        with tempfile.TemporaryDirectory(prefix="tenfold-check-") as folder:
            page = Path(folder) / "page.html"
            found = self._run(work, source, page)
            summary = _summary(found)
            self.reports.put(f"{key}.html", page.read_bytes())
            self.reports.put(f"{key}.json", summary.model_dump_json().encode())
        return summary

    def _run(self, work: Work[CheckDataParams], source: str, page: Path) -> dict[str, Any]:
        command = ["tenfold", "data", "check", source, "--json", "--output", str(page)]
        command += ["--confined", "--data-dir", str(self._data_dir)]
        if importlib.util.find_spec("cleanlab") is None:
            command.append("--no-labels")
        environment = {"TENFOLD_HOME": str(self._home)}
        with processes.Command(command, environment=environment, nice=processes.BEHIND) as check:
            if not check.wait(lambda: work.stopping):
                raise Stopped
            if check.failed:
                raise DatasetError(
                    f"The data {source}",
                    "could not be checked",
                    received=check.failure,
                    cure="`tenfold data check` on the command line says more.",
                    reason="check-failed",
                )
            found: dict[str, Any] = json.loads(check.output)
            return found


def _summary(found: dict[str, Any]) -> CheckDataResult:
    """A summary of the findings: how many of each kind, and the first of them."""
    return CheckDataResult(
        pictures=found["pictures"],
        fingerprint=found["fingerprint"],
        remarks=found["remarks"],
        skipped=len(found["skipped"]),
        problems=[
            ProblemFound(name=name, findings=len(findings), examples=findings[:_NAMED])
            for name, findings in found["problems"].items()
        ],
    )
