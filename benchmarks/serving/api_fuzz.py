"""Made-up requests over the whole OpenAPI document, against a real server: none may end in a fault.

Each operation gets EXAMPLES requests that schemathesis makes up from the document, valid and not, sent by
an administrator with a token; a server with accounts and the bundled model answers, in a home of its own. A
fault is any answer from 500 up but 501 and 503 with their words; an answer that the document does not name is
told too. It ends with 1 where there was any of the two.

    python -m benchmarks.serving.api_fuzz [--examples N] [--database postgresql://name@host/base]
"""

import argparse
import json
import os
import socket
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from benchmarks.record import write
from tenfold import settings
from tenfold.runtime import App
from tenfold.web import openapi
from tenfold.web.app import create_app
from tenfold.web.server import Server, configured

EXAMPLES = 300
# An answer that goes on for ever is tested by hand.
ENDLESS = {"/api/v1/events"}
WORDED = {501, 503}
PASSWORD = "seven green kettles"
LONGEST_SECONDS = 30


class Ann:
    """The administrator who sends it all, and who is one again after a request has changed that."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._id = app.people.add("Ann", "administrator", PASSWORD).id
        self._token = self._new()

    def headers(self) -> dict[str, str]:
        found = self._app.tokens.find(self._token)
        if found is None or found.role != "administrator":
            self._app.people.change(self._id, role="administrator", disabled=False)
            self._token = self._new()
        return {"Authorization": f"Bearer {self._token}"}

    def _new(self) -> str:
        return self._app.tokens.add(self._id, "made-up requests", "administrator", days=1)[1]


@dataclass
class Outcome:
    """What came back."""

    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    unnamed: list[str] = field(default_factory=list)


@contextmanager
def server(home: Path, database: str) -> Iterator[tuple[str, App]]:
    """A server in `home` on a database, and its container."""
    changes = {"home": home, "data_dir": home / "data", "database_url": database}
    app = App(settings.load().model_copy(update=changes))
    listening = socket.create_server(("127.0.0.1", 0))
    running = Server(configured(create_app(app), log_level="critical"))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
    thread.start()
    while not running.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", app
    finally:
        running.should_exit = True
        thread.join()
        app.close()


def fuzz(operation: Any, address: str, ann: Ann, count: int) -> Outcome:
    """Send `count` made-up requests to one operation."""
    outcome = Outcome()

    @given(case=operation.as_strategy())
    @examples(
        max_examples=count,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    def send(case: Any) -> None:
        what = f"{operation.method.upper()} {operation.path} with {case.body!r:.200} {case.query!r:.200}"
        try:
            answer = case.call(base_url=address, headers=ann.headers(), timeout=LONGEST_SECONDS)
        except requests.Timeout:
            outcome.faults.append(f"{what}: no answer for {LONGEST_SECONDS} s")
            return
        outcome.statuses[answer.status_code] += 1
        if answer.status_code >= 500 and not _worded(answer):
            outcome.faults.append(f"{what}: {answer.status_code} {answer.content!r:.300}")
        try:
            case.validate_response(answer, checks=[status_code_conformance, response_schema_conformance])
        except FailureGroup as failure:
            outcome.unnamed.append(f"{what}: {failure.exceptions[0]!s:.300}")

    send()
    return outcome


def main(count: int, database: str) -> int:
    """Run it all; the exit status."""
    schema = schemathesis.openapi.from_dict(json.loads(openapi.document()))
    total, operations = Outcome(), 0
    with tempfile.TemporaryDirectory() as home, server(Path(home), database) as (address, app):
        ann = Ann(app)
        os.chdir(home)  # a made-up folder is made there
        for result in schema.get_all_operations():
            assert isinstance(result, Ok), result
            operation = result.ok()
            if operation.path in ENDLESS:
                continue
            found = fuzz(operation, address, ann, count)
            operations += 1
            print(f"{operation.method.upper():6} {operation.path:55} {dict(sorted(found.statuses.items()))}")
            for line in (*found.faults[:3], *found.unnamed[:3]):
                print(f"    {line}", file=sys.stderr)
            total.statuses += found.statuses
            total.faults += found.faults
            total.unnamed += found.unnamed
    sent = sum(total.statuses.values())
    write(
        __file__,
        [
            {
                "what": f"Made-up requests to {operations} operations that ended in a fault (5xx)",
                "value": str(len(total.faults)),
                "n": f"{sent:,}",
                "peer": f"answers that the document does not name: {len(total.unnamed)}",
            }
        ],
    )
    return 1 if total.faults or total.unnamed else 0


def _worded(answer: Any) -> bool:
    return answer.status_code in WORDED and bool(answer.json().get("detail"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=EXAMPLES)
    parser.add_argument("--database", default="", help="An empty PostgreSQL database. Default: SQLite.")
    asked = parser.parse_args()
    sys.exit(main(asked.examples, asked.database))
