"""A process that runs jobs until it is killed, of a database's URL and with a log (test_kills.py)."""

import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

from tenfold.database import Database
from tenfold.jobs import ENDED, Jobs, Work
from tests.fakes import Anything, doing

STEPS = 25


def steps(log: Path) -> Any:
    """A handler whose every step writes a line, so that one can count how often it ran."""

    def handler(work: Work[Anything]) -> dict[str, Any]:
        def one(i: int) -> int:
            with log.open("a") as file:
                file.write(f"begin {i}\n")
            time.sleep(0.02)
            with log.open("a") as file:
                file.write(f"end {i}\n")
            return i

        return {"sum": sum(work.step(f"step {i}", partial(one, i)) for i in range(STEPS))}

    return handler


def main() -> int:
    database = Database(sys.argv[1])
    jobs = Jobs(database, doing({"steps": steps(Path(sys.argv[2]))}))
    print("started", jobs.start(serving=True), flush=True)  # noqa: T201
    while any(job.state not in ENDED for job in jobs.list()):
        time.sleep(0.05)
    jobs.close()
    database.close()
    return 0
