"""Runs compose.yaml itself, by the commands of docs/how-to/operate.md, on an image that was built before.

docker-compose (Debian's, version 1) reads the file and asks podman in the place of Docker's daemon, so that
networks, volumes, secrets, health checks and rights are real. No registry is asked: Debian's PostgreSQL
stands for the image postgres. `check` is what scripts/check_container.py calls.
"""

import contextlib
import os
import re
import resource
import shutil
import subprocess
import sys
import threading
import time
import urllib.error
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
from scripts.container_client import PASSWORD, Client  # noqa: E402 - the repository is no package

PROGRAMS = ("podman", "docker-compose", "catatonit")
PAGE = ROOT / "docs/how-to/operate.md"
PROJECT = "tenfold-check"
DATABASE_BASE = "localhost/tenfold-check-postgres"
PREFIX = "/pictures"
START_SECONDS = 120
# What podman asks for itself is more than some systems grant.
LIMITS = {"nofile": resource.RLIMIT_NOFILE, "nproc": resource.RLIMIT_NPROC}
MOST = 4096
# The one command of Docker that the page uses. Version 1 links a command's container to a service that runs,
# which podman does not do; so the service stands still meanwhile. tests/test_operation.py makes a backup of
# one that runs.
DOCKER = r"""
docker() {
    shift
    if [ "$1" != run ]; then docker-compose "$@"; return; fi
    shift
    running=$(docker-compose ps --quiet tenfold </dev/null)
    [ -z "$running" ] || docker-compose stop tenfold </dev/null >/dev/null
    case " $* " in *" -T "*) ;; *) set -- -T "$@" ;; esac
    docker-compose run "$@"
    [ -z "$running" ] || docker-compose start tenfold </dev/null >/dev/null
}
"""
Run = Callable[..., str]


def documented(port: int) -> list[str]:
    """The page's commands, one block after the other, on a port that is free."""
    blocks = re.findall(r"```text\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    found = [block for block in blocks if "docker compose" in block]
    published = "TENFOLD_PUBLISHED=127.0.0.1:8000"
    if len(found) != 6 or published not in found[0]:
        raise SystemExit(f"{PAGE} has other commands than this check knows.")
    found[0] = found[0].replace(published, f"TENFOLD_PUBLISHED=127.0.0.1:{port}")
    return found


def make_database(buildah: Run, image: str) -> None:
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


@contextlib.contextmanager
def engine(work: Path, storage: Path, running: Path) -> Iterator[dict[str, str]]:
    """podman on buildah's images, answering as Docker's daemon does; the variables that name it."""
    containers, stored, socket = work / "containers.conf", work / "storage.conf", work / "podman.sock"
    limits = [f"{name}={min(MOST, resource.getrlimit(one)[1])}" for name, one in LIMITS.items()]
    asked = ", ".join(f'"{one}:{one.partition("=")[2]}"' for one in limits)
    containers.write_text(f"[containers]\ndefault_ulimits = [{asked}]\n")
    stored.write_text(
        f'[storage]\ndriver = "overlay"\ngraphroot = "{storage}"\nrunroot = "{running}"\n', encoding="utf-8"
    )
    variables = os.environ | {
        "CONTAINERS_CONF": str(containers),
        "CONTAINERS_STORAGE_CONF": str(stored),
        "DOCKER_HOST": f"unix://{socket}",
        "COMPOSE_PROJECT_NAME": PROJECT,
    }
    words = ["podman", "system", "service", "--time=0", f"unix://{socket}"]
    over = threading.Event()
    with subprocess.Popen(words, env=variables, stderr=subprocess.DEVNULL) as service:
        healthy = threading.Thread(target=_ask_for_health, args=(variables, over))
        healthy.start()
        try:
            _until(socket.exists, "podman does not answer")
            yield variables
        finally:
            over.set()
            healthy.join()
            service.terminate()


def _ask_for_health(variables: dict[str, str], over: threading.Event) -> None:
    """Has containers checked every second: podman leaves that to systemd, which need not run here."""
    while not over.wait(1):
        listed = subprocess.run(
            ["podman", "ps", "--quiet"], env=variables, capture_output=True, text=True, check=False
        )
        for container in listed.stdout.split():
            words = ["podman", "healthcheck", "run", container]
            subprocess.run(words, env=variables, capture_output=True, check=False)


def check(work: Path, buildah: Run, image: str, storage: Path, running: Path, port: int) -> str:
    """Brought up, filled, backed up, destroyed, restored: the same answers. In words how long it took."""
    folder = work / "compose"
    folder.mkdir()
    said = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    project = said.pop("name")  # version 1 does not know it
    assert project == "tenfold"
    (folder / "compose.yaml").write_text(yaml.safe_dump(said), encoding="utf-8")
    (folder / "password.txt").write_text(f"{PASSWORD}\n")
    make_database(buildah, f"docker.io/library/{said['services']['database']['image']}")
    buildah("tag", image, f"docker.io/library/{said['services']['tenfold']['image']}")
    start, user, token, backup, lose, restore = documented(port)
    began = time.monotonic()
    with engine(work, storage, running) as variables:

        def do(commands: str) -> str:
            words = ["bash", "-euc", DOCKER + commands]
            done = subprocess.run(
                words, cwd=folder, env=variables, capture_output=True, text=True, check=False
            )
            if done.returncode:
                raise SystemExit(f"{commands} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
            return done.stdout

        try:
            do(start)
            _until(lambda: _is_ready(Client(port, PREFIX)), "the server is not ready")
            do(user)
            client = _signed_in(port)
            client.ask("/api/v1/catalogue/pictures", (ROOT / "examples/pictures/ship.png").read_bytes())
            _until(lambda: _answers(client)[0][0]["label"] == "ship", "the picture got no answer")
            before = _answers(client)
            if not do(token).startswith("tenfold_"):
                raise SystemExit("No token for Prometheus was printed.")
            do(backup)
            do(lose)
            do(restore)
            if _answers(_signed_in(port)) != before:
                raise SystemExit("What was restored is not what was backed up.")
        except BaseException:
            print(do("docker compose logs --tail 40"), file=sys.stderr)
            raise
        finally:
            do(lose)
            buildah("rmi", f"docker.io/library/{said['services']['tenfold']['image']}")
    return f"brought up, backed up, destroyed and restored in {time.monotonic() - began:.0f} s"


def _signed_in(port: int) -> Client:
    client = Client(port, PREFIX)
    _until(lambda: _is_ready(client), "the server is not ready")
    client.sign_in()
    return client


def _is_ready(client: Client) -> bool:
    client.read("/readyz")
    return True


def _answers(client: Client) -> Any:
    """What a person sees who signs in: the catalogue, a picture of it, and the answer to another."""
    entries = client.ask("/api/v1/catalogue/entries")["entries"]
    content = client.read(f"/api/v1/catalogue/entries/{entries[0]['id']}/picture")
    plane = (ROOT / "examples/pictures/plane.png").read_bytes()
    said = client.ask("/api/v1/classify", plane)["results"][0]["prediction"]
    return entries, content, said["label"], said["probabilities"]


def _until(done: Callable[[], bool], what: str) -> None:
    ends = time.monotonic() + START_SECONDS
    while True:
        with contextlib.suppress(urllib.error.URLError, ConnectionError):  # it is starting
            if done():
                return
        if time.monotonic() > ends:
            raise SystemExit(f"compose.yaml: {what} within {START_SECONDS} s.")
        time.sleep(0.3)
