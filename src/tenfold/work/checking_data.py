"""The job "check-data": what is wrong with a dataset, found by `tenfold data check` in a process of its own.

The search for near copies takes all cores for a while and a lot of memory, which a server should not share.
"""

import importlib.util
import json
import tempfile
from pathlib import Path
from typing import Any

from tenfold import processes
from tenfold.errors import DatasetError
from tenfold.files import write_whole
from tenfold.jobs import Stopped, Work

KIND = "check-data"
# What a summary keeps of each kind of problem; the page has all.
_NAMED = 5


class CheckData:
    """Checks one dataset: params are `source` and `key`, the name under which the result is kept.

    Args:
        checks: the folder for results: key.json and key.html.
        data_dir: where CIFAR-10 is.
        home: tenfold's folder.
    """

    def __init__(self, checks: Path, data_dir: Path, home: Path) -> None:
        self._checks, self._data_dir, self._home = checks, data_dir, home

    def __call__(self, work: Work) -> dict[str, Any]:
        source, key = str(work.params["source"]), str(work.params["key"])
        self._checks.mkdir(parents=True, exist_ok=True)
        work.progress(0, 0, "looking for copies, wrong labels and pictures that show little")
        with tempfile.TemporaryDirectory(dir=self._checks, prefix=".check-") as folder:
            page = Path(folder) / "page.html"
            found = self._run(work, source, page)
            summary = _summary(found)
            write_whole(self._checks / f"{key}.html", page.read_bytes())
            write_whole(self._checks / f"{key}.json", json.dumps(summary).encode())
        return summary

    def _run(self, work: Work, source: str, page: Path) -> dict[str, Any]:
        command = ["tenfold", "data", "check", source, "--json", "--output", str(page)]
        command += ["--confined", "--data-dir", str(self._data_dir)]
        if importlib.util.find_spec("cleanlab") is None:
            command.append("--no-labels")
        with processes.Command(command, environment={"TENFOLD_HOME": str(self._home)}) as check:
            if not check.wait(lambda: work.stopping):
                raise Stopped
            if check.failed:
                raise DatasetError(
                    f"The data {source}",
                    "could not be checked",
                    received=check.failure,
                    cure="`tenfold data check` on the command line says more.",
                )
            found: dict[str, Any] = json.loads(check.output)
            return found


def _summary(found: dict[str, Any]) -> dict[str, Any]:
    """What the page of all findings says in short: how many of each kind, and the first of them."""
    return {
        "pictures": found["pictures"],
        "fingerprint": found["fingerprint"],
        "remarks": found["remarks"],
        "skipped": len(found["skipped"]),
        "problems": [
            {"name": name, "findings": len(findings), "examples": findings[:_NAMED]}
            for name, findings in found["problems"].items()
        ],
    }
