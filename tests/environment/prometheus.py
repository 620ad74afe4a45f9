"""A real Prometheus and Alertmanager with what deploy/ has, made quicker so that tests need not wait."""

import json
import shutil
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.environment.proxies import free_port
from tests.paths import ROOT

PROGRAM = shutil.which("prometheus")
ALERTMANAGER = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")


@dataclass(frozen=True)
class Prometheus:
    """One that runs, and the server it watches."""

    address: str
    target: str

    @property
    def up(self) -> bool:
        """Whether it reads the server's metrics."""
        return bool(self.ask(f'up{{instance="{self.target}"}} == 1'))

    def ask(self, query: str) -> list[dict[str, Any]]:
        """What a query finds now."""
        words = urllib.parse.urlencode({"query": query})
        return list(self._read(f"query?{words}")["result"])

    def rules(self) -> dict[str, str]:
        """How the last evaluation of each alert's rule went, "ok" or an error, by the alert's name."""
        found = [rule for group in self._read("rules")["groups"] for rule in group["rules"]]
        return {one["name"]: one.get("lastError") or one["health"] for one in found}

    def firing(self) -> dict[str, str]:
        """What each alert that fires says, by the alert's name."""
        found = [one for one in self._read("alerts")["alerts"] if one["state"] == "firing"]
        return {one["labels"]["alertname"]: one["annotations"]["summary"] for one in found}

    def _read(self, path: str) -> Any:
        with urllib.request.urlopen(f"{self.address}/api/v1/{path}") as answer:
            found = json.loads(answer.read())
        assert found["status"] == "success"
        return found["data"]


def dashboard() -> list[tuple[str, str]]:
    """Each query of deploy/grafana-dashboard.json with its panel's title, as Grafana asks it for all jobs."""
    panels = json.loads((ROOT / "deploy/grafana-dashboard.json").read_text())["panels"]
    found = [(panel["title"], target["expr"]) for panel in panels for target in panel["targets"]]
    chosen = {"$job": ".*", "$instance": ".*", "$__rate_interval": "30s"}
    for name, value in chosen.items():
        found = [(title, query.replace(name, value)) for title, query in found]
    return found


@contextmanager
def prometheus(
    folder: Path,
    target: str,
    token: str,
    *,
    prefix: str = "",
    https: bool = False,
    waits: str = "",
    tells: str = "",
) -> Iterator[Prometheus]:
    """Watches the server at `target`, "127.0.0.1:8000", with everything that deploy/ says.

    waits: how long an alert's condition must hold; as the rules say where it is empty.
    tells: the Alertmanager that it sends alerts to, "127.0.0.1:9093"; none where it is empty.
    """
    if PROGRAM is None:
        pytest.skip("needs Prometheus: apt-get install prometheus")
    (folder / "tenfold_token").write_text(token)
    rules = yaml.safe_load((ROOT / "deploy/tenfold-alerts.yml").read_text())
    for rule in rules["groups"][0]["rules"]:
        if waits and "for" in rule:
            rule["for"] = waits
    (folder / "tenfold-alerts.yml").write_text(yaml.safe_dump(rules))
    said = yaml.safe_load((ROOT / "deploy/prometheus.yml").read_text())
    (job,) = said["scrape_configs"]
    job["metrics_path"] = f"{prefix}{job['metrics_path']}"
    if https:
        job["scheme"], job["tls_config"] = "https", {"insecure_skip_verify": True}
    job["authorization"]["credentials_file"] = str(folder / "tenfold_token")
    job["static_configs"] = [{"targets": [target]}]
    (managers,) = said["alerting"]["alertmanagers"]
    managers["static_configs"] = [{"targets": [tells]}] if tells else []
    said["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    file, port = folder / "prometheus.yml", free_port()
    file.write_text(yaml.safe_dump(said))
    subprocess.run(["promtool", "check", "config", str(file)], check=True, capture_output=True)
    options = [f"--config.file={file}", f"--storage.tsdb.path={folder / 'series'}"]
    listen = f"--web.listen-address=127.0.0.1:{port}"
    with subprocess.Popen([PROGRAM, *options, listen], stderr=subprocess.DEVNULL) as process:
        try:
            yield Prometheus(f"http://127.0.0.1:{port}", target)
        finally:
            process.terminate()


@contextmanager
def alertmanager(folder: Path, receiver: str) -> Iterator[str]:
    """Sends alerts to this address, as deploy/ says but at once; gives where it listens, "127.0.0.1:9093"."""
    if ALERTMANAGER is None:
        pytest.skip("needs Alertmanager: apt-get install prometheus-alertmanager")
    said = yaml.safe_load((ROOT / "deploy/alertmanager.yml").read_text())
    said["route"] |= {"group_wait": "1s", "group_interval": "1s"}
    (webhook,) = said["receivers"][0]["webhook_configs"]
    webhook["url"] = receiver
    file, address = folder / "alertmanager.yml", f"127.0.0.1:{free_port()}"
    file.write_text(yaml.safe_dump(said))
    options = [f"--config.file={file}", f"--storage.path={folder / 'alertmanager'}"]
    listen = [f"--web.listen-address={address}", "--cluster.listen-address="]
    with subprocess.Popen([ALERTMANAGER, *options, *listen], stderr=subprocess.DEVNULL) as process:
        try:
            yield address
        finally:
            process.terminate()
