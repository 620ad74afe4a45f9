"""The job "check-data": what is wrong with a dataset, found by `tenfold data check` in a process of its own.

The search for near copies takes all cores for a while and a lot of memory, which a server should not share.
"""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tenfold.errors import DatasetError
from tenfold.jobs import Stopped, Work

KIND = "check-data"
_LOOK_SECONDS = 0.2
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
            (Path(folder) / "facts.json").write_text(json.dumps(summary), encoding="utf-8")
            page.replace(self._checks / f"{key}.html")
            (Path(folder) / "facts.json").replace(self._checks / f"{key}.json")
        return summary

    def _run(self, work: Work, source: str, page: Path) -> dict[str, Any]:
        command = [sys.executable, "-m", "tenfold", "data", "check", source, "--json", "--output", str(page)]
        command += ["--confined", "--data-dir", str(self._data_dir)]
        if importlib.util.find_spec("cleanlab") is None:
            command.append("--no-labels")
        environ = {**os.environ, "TENFOLD_HOME": str(self._home)}
        with (
            tempfile.TemporaryFile("w+", encoding="utf-8") as said,
            tempfile.TemporaryFile("w+", encoding="utf-8") as complained,
            subprocess.Popen(command, stdout=said, stderr=complained, env=environ) as process,
        ):
            try:
                while process.poll() is None:
                    if work.stopping:
                        raise Stopped
                    try:
                        process.wait(_LOOK_SECONDS)
                    except subprocess.TimeoutExpired:
                        continue
            finally:
                process.kill()
            said.seek(0)
            complained.seek(0)
            if process.returncode:
                raise DatasetError(
                    f"The data {source}",
                    "could not be checked",
                    received=_last_words(complained.read()),
                    cure="`tenfold data check` on the command line says more.",
                )
            found: dict[str, Any] = json.load(said)
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


def _last_words(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:500] if lines else "no message"
