"""Container engines that docker compose can ask, on images that buildah made: Docker's daemon, and podman.

Both are started for one check and keep what they hold in its folder; nothing of the machine's own is touched.
Knows nothing of tenfold.
"""

import contextlib
import os
import resource
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 120
# What podman asks for itself is more than some systems grant.
LIMITS = {"nofile": resource.RLIMIT_NOFILE, "nproc": resource.RLIMIT_NPROC}
MOST = 4096
# The program of `docker compose` (version 2 and later), where there is one: the Makefile's .venv-compose.
COMPOSE = os.environ.get("TENFOLD_COMPOSE", "")
# Debian 12 has no `docker compose`: without it version 1 of docker-compose answers.
_VERSION_2 = """
docker() {
    shift
    "$TENFOLD_COMPOSE" "$@"
}
"""
_COMMAND = r"""
docker() {
    shift
    if [ "$1" != run ]; then docker-compose "$@"; return; fi
    shift
    case " $* " in *" -T "*) ;; *) set -- -T "$@" ;; esac
    docker-compose run "$@"
}
"""
# Version 1 links a command's container to a service that runs, which podman does not do; so the service
# stands still meanwhile.
_COMMAND_OF_PODMAN = _COMMAND.replace(
    '    docker-compose run "$@"\n',
    """\
    running=$(docker-compose ps --quiet tenfold </dev/null)
    [ -z "$running" ] || docker-compose stop tenfold </dev/null >/dev/null
    docker-compose run "$@"
    [ -z "$running" ] || docker-compose start tenfold </dev/null >/dev/null
""",
)


class NoEngineError(Exception):
    """It does not start on this machine."""


@dataclass(frozen=True)
class Images:
    """buildah's images, and where it keeps them."""

    buildah: Callable[..., str]
    storage: Path
    running: Path


@dataclass(frozen=True)
class Engine:
    """One engine.

    Attributes:
        version_1: a shell's function `docker` that has docker-compose 1 do what documentation has.
        networks: addresses from which its containers see this machine.
    """

    name: str
    programs: Sequence[str]
    version_1: str
    networks: str
    start: Callable[[Path, Images, Sequence[str]], AbstractContextManager[dict[str, str]]]

    @property
    def command(self) -> str:
        """A shell's function `docker`, for commands as documentation has them."""
        return _VERSION_2 if COMPOSE else self.version_1

    @property
    def missing(self) -> list[str]:
        return [name for name in self.programs if not shutil.which(name)]


@contextlib.contextmanager
def _docker(work: Path, images: Images, names: Sequence[str]) -> Iterator[dict[str, str]]:
    """Docker's daemon with these images; the variables that name it.

    It leaves the machine's firewall, forwarding and bridge as they are: ports are published by its own proxy.
    """
    kept, socket, log = work / "docker", work / "docker.sock", work / "docker.log"
    words = [
        "dockerd",
        "--host",
        f"unix://{socket}",
        "--data-root",
        str(kept),
        "--pidfile",
        str(work / "pid"),
    ]
    words += ["--exec-root", str(work / "docker-run"), "--bridge=none"]
    words += ["--iptables=false", "--ip6tables=false", "--ip-forward=false"]
    variables = os.environ | {"DOCKER_HOST": f"unix://{socket}"}
    with log.open("w") as out, subprocess.Popen(words, stdout=out, stderr=out) as daemon:
        try:
            ends = time.monotonic() + START_SECONDS
            while subprocess.run(["docker", "info"], env=variables, capture_output=True).returncode:
                if daemon.poll() is not None or time.monotonic() > ends:
                    raise NoEngineError(log.read_text()[-2000:])
                time.sleep(0.3)
            for name in names:
                file = work / "image.tar"
                images.buildah("push", "--quiet", name, f"docker-archive:{file}:{_short(name)}")
                _tried(variables, "docker", "load", "--quiet", "--input", str(file))
                file.unlink()
            # A daemon that answers need not be able to run anything.
            _tried(
                variables, "docker", "run", "--rm", "--network=none", "--entrypoint=true", _short(names[-1])
            )
            yield variables
        finally:
            daemon.terminate()
            daemon.wait(timeout=START_SECONDS)


def _short(name: str) -> str:
    """As compose.yaml has it, without its registry."""
    return name.rpartition("/")[2]


def _tried(variables: dict[str, str], *words: str) -> None:
    done = subprocess.run(words, env=variables, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoEngineError(done.stderr or done.stdout)


@contextlib.contextmanager
def _podman(work: Path, images: Images, names: Sequence[str]) -> Iterator[dict[str, str]]:
    """podman on buildah's images, answering as Docker's daemon does; the variables that name it."""
    containers, stored, socket = work / "containers.conf", work / "storage.conf", work / "podman.sock"
    limits = [f"{name}={min(MOST, resource.getrlimit(one)[1])}" for name, one in LIMITS.items()]
    asked = ", ".join(f'"{one}:{one.partition("=")[2]}"' for one in limits)
    containers.write_text(f"[containers]\ndefault_ulimits = [{asked}]\n")
    places = f'graphroot = "{images.storage}"\nrunroot = "{images.running}"\n'
    stored.write_text(f'[storage]\ndriver = "overlay"\n{places}', encoding="utf-8")
    variables = os.environ | {
        "CONTAINERS_CONF": str(containers),
        "CONTAINERS_STORAGE_CONF": str(stored),
        "DOCKER_HOST": f"unix://{socket}",
    }
    words = ["podman", "system", "service", "--time=0", f"unix://{socket}"]
    over = threading.Event()
    with subprocess.Popen(words, env=variables, stderr=subprocess.DEVNULL) as service:
        healthy = threading.Thread(target=_ask_for_health, args=(variables, over))
        healthy.start()
        try:
            ends = time.monotonic() + START_SECONDS
            while not socket.exists():
                if service.poll() is not None or time.monotonic() > ends:
                    raise NoEngineError("podman does not answer")
                time.sleep(0.1)
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


DOCKER = Engine("Docker", ("dockerd", "docker"), _COMMAND, "172.16.0.0/12", _docker)
PODMAN = Engine("podman", ("podman", "catatonit"), _COMMAND_OF_PODMAN, "10.0.0.0/8", _podman)
