"""Runs compose.yaml itself, by the commands of docs/how-to/operate.md, on an image that was built before.

docker compose (the program that TENFOLD_COMPOSE names, else Debian 12's docker-compose 1) reads the file and
asks Docker's daemon, or podman where that does not start, so that networks, volumes, secrets, health checks
and rights are real. nginx stands before it with a prefix and Prometheus watches it, as the documentation has
them; every panel of the dashboard and every alert is asked for. No registry is asked: Debian's PostgreSQL
stands for the image postgres. `check` is what scripts/check_container.py calls.

Version 2 is in Debian 13, whose package needs nothing else of it: `dpkg-deb --extract docker-compose_*.deb
FOLDER` puts the program into FOLDER/usr/libexec/docker/cli-plugins.
"""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
from scripts import engines  # noqa: E402 - the repository is no package
from scripts.container_client import PASSWORD, Client  # noqa: E402
from scripts.engines import Engine, Images, NoEngineError  # noqa: E402
from tests.environment.prometheus import Prometheus, dashboard, prometheus  # noqa: E402
from tests.environment.proxies import nginx  # noqa: E402
from tests.fakes import GREEN, picture  # noqa: E402

PROGRAMS = (engines.COMPOSE or "docker-compose", "nginx", "prometheus")
PAGE = ROOT / "docs/how-to/operate.md"
PLANE = ROOT / "examples/pictures/plane.png"
PROJECT = "tenfold-check"
DATABASE_BASE = "localhost/tenfold-check-postgres"
REGISTRY = "docker.io/library"
PREFIX = "/pictures"
START_SECONDS = 120
# What the image cannot have: it is without the extras for cameras, production lines and messages; and a
# service that does not run.
ABSENT = ("tenfold_station_", "tenfold_camera_up", "tenfold_messages", "tenfold_service_up")


def missing() -> list[str]:
    """Programs without which nothing can be run."""
    path = f"{os.environ['PATH']}:/usr/sbin"
    found = [name for name in PROGRAMS if not shutil.which(name, path=path)]
    needed = engines.DOCKER.missing and engines.PODMAN.missing
    return found + needed


def documented(port: int, networks: str) -> list[str]:
    """The page's commands, one block after the other, on a port that is free and the engine's networks."""
    blocks = re.findall(r"```text\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    found = [block for block in blocks if "docker compose" in block]
    if len(found) != 6:
        raise SystemExit(f"{PAGE} has other commands than this check knows.")
    for there, ours in (
        ("TENFOLD_PUBLISHED=127.0.0.1:8000", f"TENFOLD_PUBLISHED=127.0.0.1:{port}"),
        ("TENFOLD_TRUSTED_PROXIES=172.16.0.0/12", f"TENFOLD_TRUSTED_PROXIES={networks}"),
    ):
        if there not in found[0]:
            raise SystemExit(f"{PAGE} does not say {there}.")
        found[0] = found[0].replace(there, ours)
    return found


def make_database(buildah: Callable[..., str], image: str) -> None:
    """What stands for the image that compose.yaml names: Debian's PostgreSQL, installed once."""
    if DATABASE_BASE not in buildah("images", "--format", "{{.Name}}").split():
        container = buildah("from", "scratch")
        folder = Path(buildah("mount", container))
        try:
            debootstrap = [
                "debootstrap",
                "--variant=minbase",
                "--include=postgresql",
                "bookworm",
                str(folder),
            ]
            done = subprocess.run(debootstrap, capture_output=True, text=True, check=False)
            if done.returncode:
                raise SystemExit(f"debootstrap ended with {done.returncode}:\n{done.stdout}{done.stderr}")
            for rest in ("var/cache/apt/archives", "var/lib/apt/lists"):
                shutil.rmtree(folder / rest)
            (folder / "var/lib/postgresql/data").mkdir()
            buildah("commit", "--quiet", container, DATABASE_BASE)
        finally:
            buildah("rm", container)
    container = buildah("from", "--pull-never", DATABASE_BASE)
    programs = sorted(Path(buildah("mount", container)).glob("usr/lib/postgresql/*/bin"))[-1]
    try:
        buildah("copy", container, ROOT / "scripts/postgres_stand_in.sh", "/usr/local/bin/entry")
        path = f"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin:/{'/'.join(programs.parts[-5:])}"
        said = ("--entrypoint", '["/usr/local/bin/entry"]', "--env", path, "--stop-signal", "SIGINT")
        buildah("config", *said, "--volume", "/var/lib/postgresql/data", container)
        buildah("commit", "--quiet", "--format", "docker", container, image)
    finally:
        buildah("rm", container)


def check(work: Path, images: Images, image: str, port: int) -> str:
    """By Docker's daemon, or by podman where that does not start; in words which, and how long it took."""
    content = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    said = yaml.safe_load(content)
    if not engines.COMPOSE:
        del said["name"]  # version 1 does not know it
        content = yaml.safe_dump(said)
    names = [f"{REGISTRY}/{said['services'][name]['image']}" for name in ("tenfold", "database")]
    images.buildah("tag", image, names[0])
    make_database(images.buildah, names[1])
    why = ""
    try:
        for engine in (engines.DOCKER, engines.PODMAN):
            if engine.missing:
                continue
            folder = work / engine.name
            folder.mkdir()
            (folder / "compose.yaml").write_text(content, encoding="utf-8")
            try:
                with engine.start(folder, images, names) as variables:
                    return f"{_whole_way(engine, folder, variables, port)}{why}"
            except NoEngineError as reason:
                last = str(reason).strip().rpartition("\n")[2]
                why = f" ({engine.name} did not start: {last})"
        raise SystemExit(f"No engine starts{why}.")
    finally:
        images.buildah("rmi", names[0])


def _whole_way(engine: Engine, folder: Path, variables: dict[str, str], port: int) -> str:
    """Brought up, filled, watched, backed up, destroyed, restored: the same answers."""
    (folder / "password.txt").write_text(f"{PASSWORD}\n")
    start, user, token, backup, lose, restore = documented(port, engine.networks)
    began = time.monotonic()

    def do(commands: str) -> str:
        words = ["bash", "-euc", engine.command + commands]
        named = variables | {"COMPOSE_PROJECT_NAME": PROJECT}
        done = subprocess.run(words, cwd=folder, env=named, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{commands} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    try:
        do(start)
        _until_ready(Client(f"http://127.0.0.1:{port}{PREFIX}"))
        do(user)
        with ExitStack() as stack:
            outside = stack.enter_context(nginx(_new(folder / "nginx"), port, PREFIX))
            address = f"{outside}{PREFIX}"
            client = _signed_in(address)
            client.ask("/api/v1/catalogue/pictures", (ROOT / "examples/pictures/ship.png").read_bytes())
            _until(lambda: _answers(client)[0][0]["label"] == "ship", "the picture got no answer")
            before = _answers(client)
            secret = do(token).split()[-1]
            target = outside.removeprefix("https://")
            series = _new(folder / "prometheus")
            watched = prometheus(series, target, secret, prefix=PREFIX, https=True, waits="1s")
            watcher = stack.enter_context(watched)
            _until(lambda: watcher.up, "Prometheus reads nothing")
            _seen(watcher, client)
            do(backup)
            do(lose)
            _until(lambda: not watcher.up, "Prometheus does not see that the server is gone")
            do(restore)
            if _answers(_signed_in(address)) != before:
                raise SystemExit("What was restored is not what was backed up.")
            _until(lambda: watcher.up, "the token of Prometheus does not hold any more")
    except BaseException:
        print(do("docker compose logs --tail 40"), file=sys.stderr)
        raise
    finally:
        do(lose)
    seconds, version = time.monotonic() - began, do("docker compose version --short").strip()
    return (
        f"by {engine.name} and version {version} of docker compose, behind nginx, brought up, watched, "
        f"backed up, destroyed and restored in {seconds:.0f} s"
    )


def _seen(watcher: Prometheus, client: Client) -> None:
    """Every panel of the dashboard that can shows something, and every alert's rule is evaluated."""
    rules = yaml.safe_load((ROOT / "deploy/tenfold-alerts.yml").read_text())["groups"][0]["rules"]
    evaluated = {rule["alert"]: "ok" for rule in rules}
    _until(lambda: watcher.rules() == evaluated, "a rule of an alert has no result")
    for title, query in dashboard():
        if any(name in query for name in ABSENT):
            if watcher.ask(query):
                raise SystemExit(f"The image has what it was not known to have: {title}.")
        else:
            _until(partial(_shown, watcher, client, query), f"{title} shows nothing")


def _shown(watcher: Prometheus, client: Client, query: str) -> bool:
    return _asked(client) and bool(watcher.ask(query))


def _asked(client: Client) -> bool:
    """Two pictures, one of them none of these, are classified."""
    return all(client.ask("/api/v1/classify", one) for one in (PLANE.read_bytes(), picture(GREEN)))


def _new(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _signed_in(address: str) -> Client:
    client = Client(address)
    _until_ready(client)
    client.sign_in()
    return client


def _until_ready(client: Client) -> None:
    _until(lambda: client.read("/readyz"), "the server is not ready")


def _answers(client: Client) -> Any:
    """What a person sees who signs in: the catalogue, a picture of it, and the answer to another."""
    entries = client.ask("/api/v1/catalogue/entries")["entries"]
    content = client.read(f"/api/v1/catalogue/entries/{entries[0]['id']}/picture")
    said = client.ask("/api/v1/classify", PLANE.read_bytes())["results"][0]["prediction"]
    return entries, content, said["label"], said["probabilities"]


def _until(done: Callable[[], object], what: str) -> None:
    ends = time.monotonic() + START_SECONDS
    while True:
        with contextlib.suppress(OSError):  # it is starting
            if done():
                return
        if time.monotonic() > ends:
            raise SystemExit(f"compose.yaml: {what} within {START_SECONDS} s.")
        time.sleep(0.3)
