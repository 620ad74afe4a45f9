"""What docs/how-to/operate.md says, step by step: brought up, watched, backed up, destroyed, restored.

nginx, PostgreSQL and Prometheus are real; processes stand for the containers.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
import yaml

from tenfold.line.simulator.scene import bundled_parts
from tenfold.settings import Settings
from tests.browser.line.stations import Line, filming
from tests.cli.commands import accepted
from tests.conftest import postgres_database
from tests.environment.forking import serving
from tests.environment.prometheus import Prometheus, dashboard, prometheus
from tests.environment.proxies import nginx
from tests.fakes import picture
from tests.paths import ROOT
from tests.waiting import until

pytestmark = pytest.mark.slow
PAGE = (ROOT / "docs/how-to/operate.md").read_text(encoding="utf-8")
WORDS = "seven green kettles"
PLANE = ROOT / "examples/pictures/plane.png"
PREFIX = "/pictures"

# A server that is starting refuses.
until_answered = partial(until, despite=(OSError,))


def documented(command: str) -> list[str]:
    """The words of the page's `docker compose run ... tenfold COMMAND ...`."""
    found = re.findall(rf"docker compose run .* tenfold ({command}\b[^<\n]*)", PAGE)
    assert len(found) == 1, found
    return str(found[0]).split()


def composed(**said: str) -> dict[str, str]:
    """The settings that compose.yaml gives the server where `.env` says this."""
    service = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["tenfold"]
    values = {
        name: re.sub(r"\$\{(\w+):-\}", lambda found: said.get(found[1], ""), value)
        for name, value in service["environment"].items()
    }
    return {name: value for name, value in values.items() if value}


def run_by(program: Path, settings: Mapping[str, str], words: list[str], given: str = "") -> str:
    """A command of tenfold beside the server, as `docker compose run` runs it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TENFOLD_")}
    done = subprocess.run(
        [program, *words], input=given, capture_output=True, text=True,
        env=environment | dict(settings), check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def signed_in(address: str) -> Iterator[httpx.Client]:
    headers = {"Origin": address.removesuffix(PREFIX)}
    with httpx.Client(base_url=address, verify=False, headers=headers, timeout=60) as client:
        client.post("/api/v1/session", json={"name": "ann", "password": WORDS}).raise_for_status()
        yield client


def answers(address: str) -> tuple[Any, ...]:
    """What a person sees who signs in: the catalogue, a picture of it, and answers to two others."""
    with signed_in(address) as client:
        entries = client.get("/api/v1/catalogue/entries").raise_for_status().json()
        first = entries["entries"][0]["id"]
        content = client.get(f"/api/v1/catalogue/entries/{first}/picture").raise_for_status().content
        said = []
        for other in (picture((9, 200, 30)), PLANE.read_bytes()):
            said.append(client.post("/api/v1/classify", content=other).raise_for_status().json())
        return entries["entries"], content, said


def told(watcher: Prometheus, address: str, query: str) -> bool:
    """Whether Prometheus knows it; where it does not, a person looks at the server's answers once more."""
    return bool(watcher.ask(query) or (answers(address) and None))


def fill(address: str) -> None:
    """Three pictures in the catalogue, one of them corrected."""
    with signed_in(address) as client:
        for number in range(3):
            files = {"files": (f"{number}.png", picture((40 * number, 90, 7)), "image/png")}
            client.post("/api/v1/catalogue/pictures", files=files).raise_for_status()

        def named() -> bool:
            entries = client.get("/api/v1/catalogue/entries").json()["entries"]
            return len(entries) == 3 and all(one["state"] == "done" for one in entries)

        until_answered(named, says="the pictures got no answers")
        number = client.get("/api/v1/catalogue/entries").json()["entries"][0]["id"]
        action = {"kind": "correct", "entries": [number], "label": "ship"}
        client.post("/api/v1/catalogue/actions", json=action).raise_for_status()


@contextmanager
def nobody_reaches(database: str) -> Iterator[None]:
    """The PostgreSQL database of this URL is away meanwhile."""
    address, _, name = database.rpartition("/")
    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        connection.execute(ended, [name])
        try:
            yield
        finally:
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())


@contextmanager
def busy(address: str, folder: Path) -> Iterator[None]:
    """A station that has judged and then lost its camera, a camera that is away, a destination."""
    shown = {path.stem: path for path, _ in bundled_parts(folder)}
    with signed_in(address) as client:
        with filming() as camera:
            gate = {"distance": 20_000, "window": 1}
            line = Line(client, camera, ["ship"], gate=gate, picture_within=5)
            for name in ("ship-0", "cat-0"):
                line.judge(shown[name])
        line.judge(shown["ship-0"])  # of which there is no picture
        line.until(lambda: line.get("")["state"]["phase"] == "fault")
        yard = {"name": "yard", "source": "rtsp://127.0.0.1:1/yard", "untested": True}
        client.post("/api/v1/cameras", json=yard).raise_for_status()
        office = {"name": "office", "kind": "webhook", "settings": {"url": "http://127.0.0.1:1/"}}
        client.post("/api/v1/destinations", json=office).raise_for_status()
    yield


def seen(watcher: Prometheus, address: str, database: str) -> None:
    """Every panel of the dashboard shows something, and every alert's rule can be evaluated."""
    rules = yaml.safe_load((ROOT / "deploy/tenfold-alerts.yml").read_text())["groups"][0]["rules"]
    until_answered(
        lambda: watcher.rules() == {rule["alert"]: "ok" for rule in rules}, says="a rule has no result"
    )
    # Services run as long as the database answers.
    late = [query for _, query in dashboard() if "tenfold_service_up" in query]
    assert len(late) == 1
    for title, query in dashboard():
        if query not in late:
            until_answered(partial(told, watcher, address, query), says=f"{title}: {query}")
    with nobody_reaches(database):
        for query in [*late, "tenfold_database_up == 0"]:
            until_answered(partial(watcher.ask, query), says=query)
        until_answered(
            lambda: "TenfoldDatabaseDown" in watcher.firing(), says="nobody is told of the database"
        )
    until_answered(partial(watcher.ask, "tenfold_database_up == 1"), says="the database is not seen again")
    until_answered(lambda: not watcher.ask(late[0]), says="services do not run again")


@pytest.mark.long
def test_a_stranger_brings_it_up_watches_it_loses_it_and_gets_the_same_answers(
    postgres: str, tmp_path: Path, quick_tenfold: Path
) -> None:
    run = partial(run_by, quick_tenfold)
    said = {
        "TENFOLD_ALLOWED_HOSTS": "localhost",
        "TENFOLD_TRUSTED_PROXIES": "127.0.0.1",
        "TENFOLD_ROOT_PATH": PREFIX,
    }
    assert all(name in PAGE for name in said)
    password, backup = tmp_path / "database_password", tmp_path / "backup"
    password.write_text("secret")

    def settings(home: str, url: str) -> dict[str, str]:
        given = composed(**said) | {"TENFOLD_HOME": str(tmp_path / home), "TENFOLD_DATABASE_URL": url}
        return given | {"TENFOLD_DATABASE_PASSWORD_FILE": str(password)}

    @contextmanager
    def started(given: Mapping[str, str], folder: str) -> Iterator[str]:
        (tmp_path / folder).mkdir()
        options = {name.removeprefix("TENFOLD_").lower(): value for name, value in given.items()}
        options.pop("home")
        with (
            serving(Path(given["TENFOLD_HOME"]), **options) as own,
            nginx(tmp_path / folder, urlsplit(own).port or 0, PREFIX) as outside,
        ):
            yield f"{outside}{PREFIX}"

    def watched(address: str) -> AbstractContextManager[Prometheus]:
        target = urlsplit(address).netloc
        return prometheus(tmp_path, target, token, prefix=PREFIX, https=True, waits="1s")

    with postgres_database(postgres) as url:
        given = settings("first", url)
        run(given, documented("user add"), f"{WORDS}\n")
        with started(given, "proxy") as address:
            fill(address)
            token = run(given, documented("token add")).split()[-1]
            with watched(address) as watcher, busy(address, tmp_path):
                until_answered(lambda: watcher.up, says="Prometheus reads nothing")
                before = answers(address)
                seen(watcher, address, url)
                words = [word.replace("/backup", str(backup)) for word in documented("backup")]
                run(given, words)
    shutil.rmtree(tmp_path / "first")  # and the database is gone
    with postgres_database(postgres) as url:
        given = settings("second", url)
        run(given, [word.replace("/backup", str(backup)) for word in documented("restore")])
        with started(given, "proxy-again") as address:
            after = answers(address)
            with watched(address) as watcher:
                until_answered(lambda: watcher.up, says="the token does not hold any more")
    assert after == before
    assert before[0][0]["label"] == "ship"


@pytest.mark.quick
def test_what_the_page_says_to_run_is_taken_and_what_compose_sets_is_a_setting() -> None:
    for command in ("user add", "token add", "backup", "restore"):
        accepted(documented(command))
    said = composed(TENFOLD_ROOT_PATH=PREFIX, POSTGRES_PASSWORD=WORDS)
    assert {name.removeprefix("TENFOLD_").lower() for name in said} <= set(Settings.model_fields)
