"""Builds the container image without a container engine's daemon, and uses it as its users would.

    python scripts/check_container.py

buildah builds the Dockerfile on a base that debootstrap makes once, so that no image registry is needed.
runc, which Docker itself uses, runs it: read-only, without capabilities, as several users. Where there are
docker-compose and Docker or podman, compose.yaml itself is run (check_compose.py). Needs root, the Debian
packages buildah, debootstrap, runc and postgresql, and the development environment.
"""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
from scripts import check_compose  # noqa: E402 - the repository is no package
from scripts.container_client import Client  # noqa: E402
from scripts.engines import Images  # noqa: E402
from tests.environment import postgres  # noqa: E402

PROGRAMS = ("buildah", "debootstrap", "runc")
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "tenfold-check-container"
STORAGE, RUNNING = CACHE / "storage", CACHE / "run"
BASE, IMAGE = "localhost/tenfold-check-base", "localhost/tenfold-check"
BASE_PACKAGES = "python3,python3-venv,ca-certificates"
MOST_MEGABYTES = 450  # that the image adds to its base
MEMORY = 1_000_000_000  # bytes that a container may use
START_SECONDS, STOP_SECONDS = 60, 10  # the latter is what `docker stop` waits
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


def run(*words: str | Path) -> str:
    """The output of a program; ends the check where the program fails."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{words} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


def buildah(*words: str | Path) -> str:
    return run("buildah", "--root", STORAGE, "--runroot", RUNNING, *words)


# Building.


def make_base() -> None:
    """A minimal Debian with Python, once: it stands for the images that the Dockerfile names."""
    if BASE in buildah("images", "--format", "{{.Name}}").split():
        return
    container = buildah("from", "scratch")
    folder = Path(buildah("mount", container))
    try:
        run("debootstrap", "--variant=minbase", f"--include={BASE_PACKAGES}", "bookworm", folder)
        for rest in ("var/cache/apt/archives", "var/lib/apt/lists"):
            shutil.rmtree(folder / rest)
        buildah("commit", "--quiet", container, BASE)
    finally:
        buildah("rm", container)


def build(work: Path) -> None:
    volumes = [word for source, target in mounts(work) for word in ("--volume", f"{source}:{target}:ro")]
    bases = [word for name in ("NODE_IMAGE", "PYTHON_IMAGE") for word in ("--build-arg", f"{name}={BASE}")]
    how = ("--format", "docker", "--isolation", "chroot", "--pull-never", "--quiet")
    buildah("build", *how, *bases, *volumes, "--target", "serve", "--tag", IMAGE, ROOT)


def mounts(work: Path) -> Iterator[tuple[Path, Path]]:
    """What pip and npm need of this machine to reach their indexes: there for the build, not in the image."""
    listed = run(sys.executable, "-m", "pip", "config", "list")
    settings = dict(re.findall(r"\.([\w-]+)='(.*)'$", listed, re.MULTILINE))
    if CERTIFICATES.exists():
        npm = work / "npmrc"
        npm.write_text(f"cafile={CERTIFICATES}\n")
        yield npm, Path("/root/.npmrc")
        settings["cert"] = str(CERTIFICATES)
        yield CERTIFICATES, CERTIFICATES
    pip = work / "pip.conf"
    pip.write_text("\n".join(["[global]", *(f"{name} = {value}" for name, value in settings.items())]))
    yield pip, Path("/etc/pip.conf")
    folders = re.findall(r"(?<![\w:/])(?:file://)?(/[^\s']+)", " ".join(settings.values()))
    # An index in a folder names files beside it.
    places = {Path(folder).parent if folder.endswith("/simple") else Path(folder) for folder in folders}
    yield from ((place, place) for place in sorted(places - {CERTIFICATES}) if place.exists())


# Using.


@dataclass
class Image:
    """An image that is unpacked in a folder, and what it says of itself."""

    folder: Path
    config: dict[str, Any]


@dataclass
class Container:
    """One container, made as `docker run --read-only --tmpfs /tmp --cap-drop ALL --user USER` makes it.

    Attributes:
        user: "uid:gid"; empty: as the image says.
        volumes: what is mounted where; /data can be written.
    """

    image: Image
    work: Path
    user: str
    volumes: Mapping[str, Path]
    environment: Mapping[str, str] = field(default_factory=dict)
    name: str = field(default_factory=lambda: f"tenfold-check-{time.monotonic_ns()}")

    def run(
        self, *words: str, entry: Sequence[str] = (), given: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run to the end. entry: instead of the image's entry point."""
        bundle = self._bundle([*(entry or self.image.config["Entrypoint"]), *words])
        command = ["runc", "run", "--bundle", str(bundle), self.name]
        return subprocess.run(command, input=given, capture_output=True, text=True, timeout=120)

    @contextlib.contextmanager
    def serving(self) -> Iterator["Server"]:
        """The image's own command, until it is ready; stopped as `docker stop` does."""
        config = self.image.config
        bundle = self._bundle([*config["Entrypoint"], *config["Cmd"]])
        log = self.work / f"{self.name}.log"
        with log.open("w") as out:
            command = ["runc", "run", "--bundle", str(bundle), self.name]
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        try:
            server = Server(f"http://127.0.0.1:{self.environment['TENFOLD_PORT']}", container=self, log=log)
            server.wait_until_healthy(process)
            yield server
            started = time.monotonic()
            run("runc", "kill", self.name, config["StopSignal"].removeprefix("SIG"))
            status = process.wait(timeout=STOP_SECONDS)
            server.seconds_to_stop = time.monotonic() - started
            if status != 0 or "Read-only file system" in server.said:
                raise SystemExit(f"The server ended with {status}:\n{server.said}")
        except BaseException:
            print(log.read_text(), file=sys.stderr)
            raise
        finally:
            subprocess.run(["runc", "delete", "--force", self.name], stderr=subprocess.DEVNULL)
            process.wait(timeout=STOP_SECONDS)

    def _bundle(self, words: Sequence[str]) -> Path:
        bundle = Path(tempfile.mkdtemp(dir=self.work))
        run("runc", "spec", "--bundle", bundle)
        spec = json.loads((bundle / "config.json").read_text())
        uid, gid = (self.user or self.image.config["User"]).split(":")
        variables = dict(one.split("=", 1) for one in self.image.config["Env"]) | dict(self.environment)
        spec["process"] |= {
            "terminal": False,
            "user": {"uid": int(uid), "gid": int(gid)},
            "args": list(words),
            "env": [f"{name}={value}" for name, value in variables.items()],
            "cwd": self.image.config["WorkingDir"],
            "capabilities": {},
            "noNewPrivileges": True,
        }
        spec["root"] = {"path": str(self.image.folder), "readonly": True}
        # The machine's own network, so that the server can be asked.
        spec["linux"]["namespaces"] = [{"type": kind} for kind in ("pid", "ipc", "uts", "mount")]
        spec["linux"]["resources"]["memory"] = {"limit": MEMORY, "swap": MEMORY}
        tmp = {
            "destination": "/tmp",
            "type": "tmpfs",
            "source": "tmpfs",
            "options": ["mode=1777", "size=64m"],
        }
        spec["mounts"] += [tmp] + [
            {
                "destination": place,
                "type": "bind",
                "source": str(source),
                "options": ["bind", "rw" if place == "/data" else "ro"],
            }
            for place, source in self.volumes.items()
        ]
        (bundle / "config.json").write_text(json.dumps(spec))
        return bundle


@dataclass(kw_only=True)
class Server(Client):
    """A container that serves."""

    container: Container
    log: Path
    seconds_to_stop: float = 0.0

    @property
    def said(self) -> str:
        return self.log.read_text()

    def healthy(self) -> bool:
        """What the image's health check says."""
        kind, *words = self.container.image.config["Healthcheck"]["Test"]
        assert kind == "CMD"
        done = subprocess.run(["runc", "exec", self.container.name, *words], capture_output=True, timeout=30)
        return done.returncode == 0

    def wait_until_healthy(self, process: "subprocess.Popen[bytes]") -> None:
        give_up = time.monotonic() + START_SECONDS
        while time.monotonic() < give_up and process.poll() is None:
            if self.healthy():
                return
            time.sleep(0.2)
        raise SystemExit(f"The container was not healthy within {START_SECONDS} s ({process.poll()}).")

    def memory(self) -> int:
        """The most bytes that the container has used."""
        stats = json.loads(run("runc", "events", "--stats", self.container.name))
        return int(stats["data"]["memory"]["usage"]["max"])


# What is checked.


def check_contents(image: Image) -> None:
    """The size, and that nothing of this machine has come along."""
    whole, added = (
        sum(f.lstat().st_blocks * 512 for f in folder.rglob("*")) / 1e6
        for folder in (image.folder, image.folder / "opt")
    )
    print(f"The image has {whole:.0f} MB, of which {added:.0f} MB are not its base")
    if added > MOST_MEGABYTES:
        raise SystemExit(f"That is more than {MOST_MEGABYTES} MB.")
    names = ("etc/pip.conf", "root/.npmrc", "opt/pip", "source")
    strays = [name for name in names if (image.folder / name).exists()]
    if strays or any(name in json.dumps(image.config) for name in ("PIP_", "npm_config")):
        raise SystemExit(f"The image holds what it was built with: {strays}, {image.config['Env']}.")


def check_commands(image: Image, work: Path) -> None:
    """What a user can do without a server."""
    pictures = {"/pictures": ROOT / "examples" / "pictures"}
    for user in ("", "12345:0", "12345:12345"):
        data = new_volume(image, work)
        container = Container(image, work, user, {"/data": data, **pictures})
        done = container.run("classify", "--json", "/pictures/ship.png")
        if done.returncode or json.loads(done.stdout)[0]["prediction"]["label"] != "ship":
            raise SystemExit(f"tenfold classify as {user or 'the image says'} answered {done}.")
    locked = work / "locked"
    locked.mkdir(mode=0o755)
    done = Container(image, work, "12345:12345", {"/data": locked}).run("serve")
    if done.returncode != 1 or not re.search(r"/data .*cannot be written.*12345", done.stderr):
        raise SystemExit(f"A /data that cannot be written is not told: {done}.")
    clock = Container(image, work, "12345:12345", {"/data": data}, {"TZ": "Asia/Tokyo"})
    if clock.run("+%Z", entry=["date"]).stdout.strip() != "JST":
        raise SystemExit("The image knows no time zones.")


def check_serving(
    image: Image, work: Path, environment: Mapping[str, str], secrets: Mapping[str, Path]
) -> str:
    """The way of a first day, and of the next one under another user of the same group."""
    data = new_volume(image, work)
    picture = (ROOT / "examples" / "pictures" / "ship.png").read_bytes()
    variables = {"TENFOLD_PORT": str(free_port()), **environment}
    volumes = {"/data": data, **secrets}
    with Container(image, work, "12345:12345", volumes, variables).serving() as server:
        code = re.search(r"#first=(\S+)", server.said)
        if code is None:
            raise SystemExit(f"The first administrator's link was not printed:\n{server.said}")
        server.sign_in("/api/v1/session/first", code=code[1])
        for _ in range(50):
            label = server.ask("/api/v1/classify", picture)["results"][0]["prediction"]["label"]
            if label != "ship":
                raise SystemExit(f"The server says {label} where a ship is to be seen.")
        server.ask("/api/v1/catalogue/pictures", picture)
        memory = server.memory()
    with Container(image, work, "23456:12345", volumes, variables).serving() as again:
        again.sign_in()
        kept = [entry["label"] for entry in again.ask("/api/v1/catalogue/entries")["entries"]]
        if kept != ["ship"]:
            raise SystemExit(f"/data holds {kept} after another start, not the ship.")
        for what in ("picture", "thumbnail"):  # made by the user before
            again.read(f"/api/v1/catalogue/entries/1/{what}")
        again.ask("/api/v1/catalogue/pictures", (ROOT / "examples/pictures/plane.png").read_bytes())
    return (
        f"stopped after {server.seconds_to_stop:.1f} and {again.seconds_to_stop:.1f} s, "
        f"used at most {memory / 1e6:.0f} MB"
    )


def check_composed(image: Image, work: Path) -> str:
    """compose.yaml's two services, with this machine's PostgreSQL in the place of its image."""
    service = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["tenfold"]
    secret = work / "database_password"
    secret.write_text("correct/horse@battery\n")
    secret.chmod(0o644)
    with postgres.server(Path(tempfile.mkdtemp(dir=work))) as address:
        make_database(address, secret.read_text().strip())
        environment = {
            name: str(value).replace("@database", "@" + address.rpartition("@")[2])
            for name, value in service["environment"].items()
            if not str(value).startswith("${")
        }
        return check_serving(image, work, environment, {"/run/secrets/database_password": secret})


def make_database(address: str, password: str) -> None:
    """A database and a role of this password, and nobody let in without one."""
    import psycopg

    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE tenfold")
        connection.execute(f"ALTER ROLE tenfold PASSWORD '{password}'".encode())
        row = connection.execute("SHOW hba_file").fetchone()
        assert row is not None
        rules = Path(row[0])
        rules.write_text(rules.read_text().replace("trust", "scram-sha-256"))
        connection.execute("SELECT pg_reload_conf()")


def new_volume(image: Image, work: Path) -> Path:
    """A new named volume at /data, with the rights that an engine takes over from the image."""
    folder = Path(tempfile.mkdtemp(dir=work))
    folder.chmod((image.folder / "data").stat().st_mode & 0o7777)
    return folder


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def main() -> None:
    missing = [name for name in PROGRAMS if not shutil.which(name)]
    if os.geteuid() != 0 or missing:
        raise SystemExit(f"check_container needs root and {', '.join(missing or PROGRAMS)}.")
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="tenfold-container-") as name:
        work = Path(name)
        work.chmod(0o755)
        try:
            make_base()
        except SystemExit as reason:  # no Debian or no right to mount: nothing is said of tenfold
            print(f"The container was not checked: no base image could be made. {reason}")
            return
        build(work)
        facts = json.loads(buildah("inspect", "--type", "image", IMAGE))
        container = buildah("from", "--pull-never", IMAGE)
        try:
            image = Image(Path(buildah("mount", container)), facts["Docker"]["config"])
            check_contents(image)
            check_commands(image, work)
            print(f"as any user, SQLite: {check_serving(image, work, {}, {})}")
            print(f"as compose.yaml has it, PostgreSQL: {check_composed(image, work)}")
            if missing := check_compose.missing():
                print(f"compose.yaml itself was not run: that needs {', '.join(missing)}.")
            else:
                said = check_compose.check(work, Images(buildah, STORAGE, RUNNING), IMAGE, free_port())
                print(f"compose.yaml itself, by the commands of docs/how-to/operate.md: {said}")
        finally:
            buildah("rm", container)
            buildah("rmi", IMAGE)


if __name__ == "__main__":
    main()
