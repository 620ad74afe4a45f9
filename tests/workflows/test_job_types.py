"""A type of job is one module: the queue, the API document, starting and cancelling follow from it."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

import tenfold.workflows
from tenfold.settings import Settings
from tenfold.workflows.job_types import job_types, steps
from tests.fakes import FakeApp

MADE_UP = '''
    """The job "count-sheep"."""

    import time

    from tenfold.errors import UsageError
    from tenfold.jobs import WORK, JobType, Shape, Start, Stopped, Work
    from tenfold.workflows.steps import report_step


    class CountParams(Shape):
        sheep: int


    class CountResult(Shape):
        counted: int
        home: str


    class Count:
        def __init__(self, home):
            self._home = home

        def __call__(self, work: Work[CountParams]) -> CountResult:
            report_step(work, 0, work.params.sheep, "counting-sheep")
            while work.params.sheep > 1000 and not work.stopping:
                time.sleep(0.05)
            if work.stopping:
                raise Stopped
            return CountResult(counted=work.params.sheep, home=self._home)


    def _check(app, params):
        if params.sheep < 0:
            raise UsageError("The sheep", "cannot be fewer than none", received=str(params.sheep))
        return params


    COUNT = JobType(
        "count-sheep", WORK, CountParams, CountResult, lambda app: Count(str(app.home)),
        Start("operator", lambda app, params: f"Count {params.sheep} sheep", _check),
        steps={"counting-sheep": "counting sheep"},
    )
'''
USED = """
    import json, sys, time
    import tenfold.workflows
    tenfold.workflows.__path__.append(sys.argv[1])
    from fastapi.testclient import TestClient
    from tenfold.runtime import App
    from tenfold.settings import Settings
    from tenfold.web.app import create_app

    def ended(client, job, *states):
        end = time.monotonic() + 60
        while time.monotonic() < end:
            now = client.get(f"/api/v1/jobs/{job['id']}").json()
            if now["state"] in states:
                return now
            time.sleep(0.05)
        raise SystemExit(f"still {now}")

    with App(Settings(home=sys.argv[2])) as app, TestClient(
        create_app(app), base_url="http://localhost", client=("127.0.0.1", 1)
    ) as client:
        def start(**params):
            return client.post("/api/v1/jobs", json={"kind": "count-sheep", "params": params})
        found = {"document": client.get("/openapi.json").json(), "refused": start(sheep=-1).json()}
        found["wrong"] = start(sheep="many").status_code
        first = start(sheep=3)
        found["status"], found["done"] = first.status_code, ended(client, first.json(), "done", "failed")
        endless = start(sheep=5000).json()
        found["same"] = start(sheep=5000).json()["id"] == endless["id"]
        found["running"] = ended(client, endless, "running")
        client.post(f"/api/v1/jobs/{endless['id']}/cancel")
        found["cancelled"] = ended(client, endless, "cancelled", "done", "failed")
        found["noted"] = [[one.action, one.subject] for one in app.audit.latest()]
    print(json.dumps(found))
"""


@pytest.mark.slow
def test_one_module_makes_a_type_of_job_that_is_documented_started_run_and_cancelled(tmp_path: Path) -> None:
    module = tmp_path / "jobs" / "count_sheep_job.py"
    module.parent.mkdir()
    module.write_text(dedent(MADE_UP))
    script = tmp_path / "used.py"
    script.write_text(dedent(USED))
    command = [sys.executable, str(script), str(module.parent), str(tmp_path / "home")]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout)

    schemas = found["document"]["components"]["schemas"]
    job = schemas["CountSheepJob"]["properties"]
    assert job["kind"]["const"] == "count-sheep"
    assert job["params"]["anyOf"][0]["$ref"] == "#/components/schemas/CountParams"
    assert job["result"]["anyOf"][0]["$ref"] == "#/components/schemas/CountResult"
    assert schemas["CountParams"]["properties"]["sheep"]["type"] == "integer"
    assert "counting-sheep" in job["step"]["anyOf"][0]["enum"]
    assert {"$ref": "#/components/schemas/CountSheepJobRequest"} in schemas["JobRequest"]["oneOf"]

    assert found["refused"]["detail"].startswith("The sheep cannot be fewer than none (-1)")
    assert found["wrong"] == 422
    assert found["status"] == 202
    assert found["done"]["title"] == "Count 3 sheep"
    assert found["done"]["result"] == {"counted": 3, "home": str(tmp_path / "home")}
    assert found["same"]
    assert found["running"]["kind"] == "count-sheep"
    assert found["cancelled"]["state"] == "cancelled"
    assert ["job.start", "Count 3 sheep"] in found["noted"]


def test_what_does_the_work_of_each_type_is_made_of_the_app_s_parts(tmp_path: Path) -> None:
    with FakeApp(Settings(home=tmp_path)) as app:
        for one in job_types().values():
            assert callable(one.handler(app)), one.kind


def test_each_step_that_is_reported_has_its_words() -> None:
    folder = Path(tenfold.workflows.__path__[0])
    reported = {step for path in folder.rglob("*.py") for step in _reported(ast.parse(path.read_text()))}
    assert {"fetching", "starting", "unpacking"} <= reported <= set(steps())


def _reported(code: ast.Module) -> Iterator[str]:
    """The steps that calls of `report_step` and `go_on` name, also by `partial`."""
    for call in ast.walk(code):
        if not isinstance(call, ast.Call):
            continue
        called = {one.id for one in (call.func, *call.args[:1]) if isinstance(one, ast.Name)}
        if called & {"report_step", "go_on"}:
            named = [one.value for one in call.keywords if one.arg == "step"] or call.args[3:4]
            for step in named:
                if isinstance(step, ast.Constant) and isinstance(step.value, str):
                    yield step.value
