"""Each alert of deploy/tenfold-alerts.yml fires, says what it should, and is over when its reason is.

The series are those that a real server writes, with other values; `promtool` runs the rules over them. A
real Prometheus watches a real server, and a real Alertmanager tells of what it sees.
"""

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.samples import Sample

from tenfold.cameras.address import parse
from tenfold.runtime import App
from tenfold.settings import Settings
from tests.deploy.test_deploy import samples  # noqa: F401 - a fixture
from tests.environment.forking import serving
from tests.environment.prometheus import alertmanager, prometheus
from tests.environment.proxies import free_port
from tests.outbox.receivers import receiving
from tests.paths import ROOT
from tests.waiting import until
from tests.web.conftest import serve  # noqa: F401 - a fixture that it needs

RULES = ROOT / "deploy/tenfold-alerts.yml"
WATCHED = {"job": "tenfold", "instance": "127.0.0.1:8000"}
# Minutes: all is well, then it is not, then it is again.
BEGINS, ENDS, MINUTES = 30, 180, 300

# A server that is starting refuses.
until_answered = partial(until, despite=(OSError,))


@dataclass(frozen=True)
class Series:
    """One line of /metrics. usual, bad: its values; of a counter what comes to it in a minute.

    labels: of which line that is; changed: labels that have other values in the test.
    """

    name: str
    usual: float
    bad: float
    labels: dict[str, str]
    changed: dict[str, str]
    counter: bool

    def written(self, found: "Sequence[Sample]") -> dict[str, str]:
        """As promtool takes it, with all labels that a server gives it."""
        labels = dict(WATCHED)
        if self.name != "up":  # which is Prometheus's own
            lines = [one.labels for one in found if one.name == self.name]
            labels |= next(one for one in lines if self.labels.items() <= one.items()) | self.changed
        values, total = [], 0.0
        for minute in range(MINUTES):
            value = self.bad if BEGINS <= minute < ENDS else self.usual
            total += value
            values.append(f"{total if self.counter else value:g}")
        names = ",".join(f'{name}="{value}"' for name, value in labels.items())
        return {"series": f"{self.name}{{{names}}}", "values": " ".join(values)}


def series(
    name: str,
    usual: float,
    bad: float,
    *,
    counter: bool = False,
    changed: dict[str, str] | None = None,
    **labels: str,
) -> Series:
    return Series(name, usual, bad, labels, changed or {}, counter)


@dataclass(frozen=True)
class Case:
    """What an alert goes by, and what it says.

    labels: those that it has.
    late: minutes that it may take beyond its `for`, and after its reason is over; over: minute it ends at.
    """

    says: str
    of: tuple[Series, ...]
    labels: dict[str, str]
    late: int = 1
    over: int = ENDS


SERVER = WATCHED["instance"]
INSTANCE = {"instance": SERVER}
FAILING = {"status": "5xx"}
CASES = {
    "TenfoldDown": Case(f"{SERVER} does not answer", (series("up", 1, 0),), WATCHED),
    "TenfoldFails": Case(
        f"{SERVER}: more than 2 % of requests fail; its log says why",
        (
            series("tenfold_requests_total", 99, 90, counter=True, route="/api/v1/classify"),
            series("tenfold_requests_total", 1, 10, counter=True, route="/api/v1/classify", changed=FAILING),
        ),
        INSTANCE,
        late=10,  # of which the rates are
    ),
    "TenfoldServiceDown": Case(
        f"{SERVER}: the service cameras does not run; see tenfold doctor",
        (series("tenfold_service_up", 1, 0, service="cameras"),),
        WATCHED | {"service": "cameras"},
    ),
    "TenfoldDatabaseDown": Case(
        f"{SERVER}: the database does not answer", (series("tenfold_database_up", 1, 0),), WATCHED
    ),
    "TenfoldCameraDown": Case(
        f"{SERVER}: the camera yard does not send",
        (series("tenfold_camera_up", 1, 0, camera="yard"),),
        WATCHED | {"camera": "yard"},
    ),
    "TenfoldStationReleasesNothing": Case(
        f"{SERVER}: the station gate releases nothing: held",
        (
            series("tenfold_station_state", 1, 0, station="gate", state="ready"),
            series("tenfold_station_state", 0, 1, station="gate", state="held"),
        ),
        INSTANCE | {"station": "gate", "state": "held"},
    ),
    "TenfoldDiskFillsUp": Case(
        f"{SERVER}: the disk with clips has less than 5 % left",
        (
            series("tenfold_disk_free_bytes", 6, 4, store="clips"),
            series("tenfold_disk_size_bytes", 100, 100, store="clips"),
        ),
        WATCHED | {"store": "clips"},
    ),
    "TenfoldMessagesGivenUp": Case(
        f"{SERVER}: messages to office were given up",
        (series("tenfold_messages", 0, 3, destination="office", state="dead"),),
        WATCHED | {"destination": "office", "state": "dead"},
        over=BEGINS + 60,  # those of the last hour count
    ),
    "TenfoldDrift": Case(
        f"{SERVER}: classes of the last 1000 pictures have changed",
        (
            series("tenfold_drift", 0.1, 0.3, kind="classes", window="1000"),
            series("tenfold_drift_limit", 0.2, 0.2, kind="classes", window="1000"),
        ),
        INSTANCE | {"kind": "classes", "window": "1000"},
    ),
}


def rules() -> dict[str, dict[str, Any]]:
    (group,) = yaml.safe_load(RULES.read_text())["groups"]
    return {rule["alert"]: rule for rule in group["rules"]}


def minutes(text: str) -> int:
    return int(text[:-1]) * {"m": 1, "h": 60}[text[-1]]


def for_promtool(name: str, found: Sequence[Sample]) -> dict[str, Any]:
    """An alert over its series: when it fires and with what words, and when it does not."""
    case, holds = CASES[name], minutes(rules()[name].get("for", "0m"))
    fires = [{"exp_labels": case.labels, "exp_annotations": {"summary": case.says}}]
    expected = {
        BEGINS - 1: [],
        # Not before its reason has held for so long.
        **({BEGINS + holds - 1: []} if holds else {}),
        BEGINS + holds + case.late: fires,
        case.over - 1: fires,
        case.over + case.late: [],
        MINUTES - 1: [],
    }
    return {
        "name": name,
        "interval": "1m",
        "input_series": [one.written(found) for one in case.of],
        "alert_rule_test": [
            {"eval_time": f"{at}m", "alertname": name, "exp_alerts": alerts}
            for at, alerts in expected.items()
        ],
    }


def test_there_is_a_case_for_every_alert() -> None:
    assert CASES.keys() == rules().keys()


def test_each_alert_fires_when_its_reason_has_held_and_is_over_afterwards(
    samples: list[Sample],  # noqa: F811
    tmp_path: Path,
) -> None:
    if shutil.which("promtool") is None:
        pytest.skip("needs promtool: apt-get install prometheus")
    file = tmp_path / "test.yml"
    tests = [for_promtool(name, samples) for name in CASES]
    said = {"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": tests}
    file.write_text(yaml.safe_dump(said))
    done = subprocess.run(
        ["promtool", "test", "rules", str(file)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.long
@pytest.mark.slow
def test_alertmanager_tells_of_two_cameras_in_one_message_of_a_server_that_is_gone_and_of_their_end(
    tmp_path: Path,
) -> None:
    """As deploy/ has it, but a reason need hold for a second only, and messages are sent after a second."""
    home, port = tmp_path / "home", free_port()
    with App(Settings(home=home)) as app:
        away = [
            app.cameras.add(name, parse(f"rtsp://127.0.0.1:1/{name}"), by=0).id for name in ("gate", "yard")
        ]
    with receiving() as receiver, alertmanager(tmp_path, receiver.url) as manager:

        def told() -> list[dict[str, Any]]:
            return [json.loads(body) for _, body in receiver.got]

        def said(name: str, message: dict[str, Any], state: str) -> set[str]:
            of = [one for one in message["alerts"] if one["labels"]["alertname"] == name]
            return {one["annotations"]["summary"] for one in of if one["status"] == state}

        address = f"127.0.0.1:{port}"
        with prometheus(tmp_path, address, "", waits="1s", tells=manager) as watcher:
            both = {f"{address}: the camera {name} does not send" for name in ("gate", "yard")}
            with serving(home, "--port", str(port)):
                until(
                    lambda: any(said("TenfoldCameraDown", one, "firing") == both for one in told()),
                    says="they are told apart",
                )
                with App(Settings(home=home)) as app:
                    for camera in away:
                        app.cameras.remove(camera)
                until_answered(
                    lambda: not watcher.firing(), says="the alert of a camera that was removed stays"
                )
                until(lambda: told()[-1]["status"] == "resolved", says="nobody hears that it is over")
            ended = set().union(*(said("TenfoldCameraDown", one, "resolved") for one in told()))
            assert ended == both
            until_answered(lambda: "TenfoldDown" in watcher.firing(), says="the server is not told")
            assert watcher.firing() == {"TenfoldDown": f"{address} does not answer"}
            gone = {f"{address} does not answer"}
            until(
                lambda: any(said("TenfoldDown", one, "firing") == gone for one in told()),
                says="nobody hears of the server",
            )
            with serving(home, "--port", str(port)):
                until_answered(lambda: not watcher.firing(), says="the alert of a server that is back stays")
        for message in told():
            assert (message["receiver"], message["groupLabels"]) == ("team", {"instance": address})
