"""What stands in deploy/ asks for metrics that there are."""

import json
import re

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from tenfold.cameras.address import parse
from tenfold.observability.drift import Drift
from tests.fakes import GREEN, picture
from tests.paths import ROOT
from tests.web.conftest import Serve, serve  # noqa: F401 - a fixture

DEPLOY = ROOT / "deploy"
NAMED = re.compile(r"\b(?:tenfold|process)_[a-z_]+\b")


@pytest.fixture(scope="module")
def measured(serve: Serve) -> set[str]:  # noqa: F811
    """The names of all metrics of a server that has done a little of everything."""
    running = serve()
    app = running.service.app
    app.cameras.add("yard", parse("rtsp://127.0.0.1:1/yard"), by=0)
    app.outbox.add("office", "webhook", {"url": "http://127.0.0.1:1/"})
    app.jobs.records.add("classify", lambda session, job: {}, title="", by=0, key=None)
    app.drift._found = (Drift("classes", 1000, 0.1, 0.2),)
    running.client.post("/api/v1/classify", content=picture(GREEN))
    families = text_string_to_metric_families(running.client.get("/metrics").text)
    return {one.name for family in families for one in family.samples}


def test_the_dashboard_asks_for_metrics_that_there_are(measured: set[str]) -> None:
    dashboard = json.loads((DEPLOY / "grafana-dashboard.json").read_text())
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    names = {name for one in asked for name in NAMED.findall(one)}
    assert names
    assert names <= measured
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])


def test_the_alerts_ask_for_metrics_that_there_are(measured: set[str]) -> None:
    (group,) = yaml.safe_load((DEPLOY / "tenfold-alerts.yml").read_text())["groups"]
    names = {name for rule in group["rules"] for name in NAMED.findall(rule["expr"])}
    assert names <= measured
    assert all(rule["annotations"]["summary"] for rule in group["rules"])


def test_the_documentation_has_every_metric(measured: set[str]) -> None:
    page = (ROOT / "docs" / "how-to" / "monitor.md").read_text()
    own = {name for name in measured if name.startswith("tenfold_")}
    families = {re.sub(r"_(bucket|count|sum)$", "", name) for name in own}
    missing = {name for name in families if f"`{name}`" not in page}
    assert not missing


def test_the_table_of_faults_has_no_empty_cell_and_names_tests_that_there_are() -> None:
    page = (ROOT / "docs" / "explanation" / "faults.md").read_text(encoding="utf-8")
    rows = [line.strip("|").split("|") for line in page.splitlines() if line.startswith("| ")]
    assert len(rows) > 20
    for row in rows[1:]:
        assert len(row) == 4, row
        assert all(cell.strip() for cell in row), row
        assert (ROOT / row[2].strip(" `")).exists(), row
