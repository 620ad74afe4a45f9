"""What stands in deploy/ asks for metrics that there are."""

import json
import re

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample
from sqlalchemy import update

from tenfold.cameras.address import parse
from tenfold.database import now
from tenfold.line.stations.tables import StationRow
from tenfold.observability.drift import Drift
from tests.fakes import GREEN, picture
from tests.paths import ROOT
from tests.web.conftest import Serve, serve  # noqa: F401 - a fixture

DEPLOY = ROOT / "deploy"
# A metric, and what is in its braces.
NAMED = re.compile(r"\b((?:tenfold|process)_[a-z_]+)\b(?:{([^}]*)})?")
# Labels that Prometheus adds.
SCRAPED = {"job", "instance"}
CAMERA = {"kind": "usb", "target": "0", "user": "", "password": ""}
STATION = {
    "state": "ready",
    "verdicts": {"pass": 3},
    "alarms": {"camera": 1},
    "verdict_seconds": [0.1, 0.2],
    "picture_age": 0.5,
}


@pytest.fixture(scope="module")
def samples(serve: Serve) -> list[Sample]:  # noqa: F811
    """The metrics of a server that has done a little of everything."""
    running = serve()
    app = running.service.app
    app.cameras.add("yard", parse("rtsp://127.0.0.1:1/yard"), by=0)
    station = app.stations.add("gate", CAMERA, by=0)
    app.stations.pause(station.id)
    with app.database.writing() as session:
        session.execute(update(StationRow).values(status=STATION, status_at=now(), worker="a server"))
    app.outbox.add("office", "webhook", {"url": "http://127.0.0.1:1/"})
    app.jobs.records.add("classify", lambda session, job: {}, title="", by=0, key=None)
    app.drift._found = (Drift("classes", 1000, 0.1, 0.2),)
    running.client.post("/api/v1/classify", content=picture(GREEN))
    running.client.get("/healthz")
    families = text_string_to_metric_families(running.client.get("/metrics").text)
    return [one for family in families for one in family.samples]


@pytest.fixture(scope="module")
def measured(samples: list[Sample]) -> set[str]:
    """The names of all metrics."""
    return {one.name for one in samples}


def asked() -> list[tuple[str, str]]:
    """Each query of the dashboard, and how its lines are named."""
    dashboard = json.loads((DEPLOY / "grafana-dashboard.json").read_text())
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])
    return [
        (target["expr"], target.get("legendFormat", ""))
        for panel in dashboard["panels"]
        for target in panel["targets"]
    ]


@pytest.mark.parametrize(("query", "legend"), asked(), ids=lambda text: text[:40])
def test_every_query_of_the_dashboard_finds_what_it_asks_for(
    query: str, legend: str, samples: list[Sample]
) -> None:
    """Each metric of a query is there, with the labels that the query chooses, adds up and names lines by."""
    found = NAMED.findall(query)
    assert found
    grouped = {label for group in re.findall(r"by \(([^)]*)\)", query) for label in group.split(", ")}
    for name, matchers in found:
        labels = [one.labels for one in samples if one.name == name]
        assert labels, name
        used = set(re.findall(r"(\w+)(?:=~|!~|!=|=)\"", matchers)) | (grouped - {"le"})
        used |= set(re.findall(r"{{(\w+)}}", legend))
        assert used - SCRAPED <= set(labels[0]), (name, used)


def test_the_dashboard_has_what_grafana_needs_of_it() -> None:
    """Each panel has a place of its own on the grid, a data source, and queries with names of their own."""
    dashboard = json.loads((DEPLOY / "grafana-dashboard.json").read_text())
    taken: dict[tuple[int, int], str] = {}
    variables = {one["name"] for one in dashboard["templating"]["list"]}
    assert dashboard["schemaVersion"] >= 39
    for panel in dashboard["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                assert taken.setdefault((x, y), panel["title"]) == panel["title"]
        references = [target["refId"] for target in panel["targets"]]
        assert len(set(references)) == len(references), panel["title"]
        assert panel["datasource"] == {"type": "prometheus", "uid": "${source}"}
        used = set(re.findall(r"\$(\w+)", " ".join(target["expr"] for target in panel["targets"])))
        assert used - {"__rate_interval"} <= variables


def test_the_alerts_ask_for_metrics_that_there_are(measured: set[str]) -> None:
    (group,) = yaml.safe_load((DEPLOY / "tenfold-alerts.yml").read_text())["groups"]
    names = {name for rule in group["rules"] for name, _ in NAMED.findall(rule["expr"])}
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
