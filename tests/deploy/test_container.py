"""The files of the container, before anything is built of them. `make check-container` builds and runs it."""

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tenfold import settings
from tests.paths import ROOT


class Instruction(NamedTuple):
    """One of a Dockerfile, and the stage that it is in."""

    stage: str
    name: str
    text: str


def instructions() -> Iterator[Instruction]:
    lines = [
        line
        for line in (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    ]
    stage = ""
    for line in filter(None, re.sub(r"\\\n\s*", "", "\n".join(lines)).split("\n")):
        name, _, text = line.partition(" ")
        if name == "FROM":
            stage = text.split()[-1]
        yield Instruction(stage, name, text)


DOCKERFILE = list(instructions())
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def only(name: str) -> str:
    """The text of an instruction that the image's base has once."""
    [text] = [one.text for one in DOCKERFILE if one.name == name and one.stage == "base"]
    return text


def locked() -> dict[str, tuple[str, int]]:
    """Version and number of hashes of each distribution in requirements.lock."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.findall(r"^([\w.-]+)==([\w.]+)(.*(?:\n    --hash=sha256:[0-9a-f]{64}(?: \\)?)*)", text, re.M)
    return {name: (version, rest.count("--hash=")) for name, version, rest in entries}


def test_without_a_target_the_image_is_the_one_that_serves() -> None:
    assert DOCKERFILE[-1].stage == "serve"
    froms = [one.text for one in DOCKERFILE if one.name == "FROM"]
    assert froms[-1] == "base AS serve"
    assert "base AS train" in froms


def test_every_base_can_be_given() -> None:
    stages = {one.stage for one in DOCKERFILE}
    for one in DOCKERFILE:
        if one.name == "FROM":
            base = one.text.split()[0]
            assert base in stages or re.fullmatch(r"\$\{(NODE|PYTHON)_IMAGE\}", base), base


def test_it_runs_as_an_ordinary_user_of_the_group_that_any_user_may_be_given() -> None:
    uid, gid = only("USER").split(":")
    assert int(uid) >= 1000
    assert gid == "0"


def test_its_first_process_is_tenfold_itself_which_gets_the_signals() -> None:
    shell, option, script, _ = json.loads(only("ENTRYPOINT"))
    assert (shell, option) == ("/bin/sh", "-c")
    assert script.split("; ")[-1] == 'exec tenfold "$@"'
    assert json.loads(only("CMD")) == ["serve"]
    assert only("STOPSIGNAL") == "SIGTERM"


def test_its_health_is_asked_with_its_own_command() -> None:
    options, _, command = only("HEALTHCHECK").partition(" CMD ")
    assert json.loads(command) == ["tenfold", "health"]
    assert "--timeout=10s" in options, "longer than `tenfold health` waits"


def test_it_keeps_everything_in_data_and_listens_to_all() -> None:
    variables = dict(word.split("=", 1) for word in only("ENV").split())
    assert only("VOLUME") == variables["TENFOLD_HOME"] == "/data"
    assert variables["HOME"] == "/tmp"
    assert variables["PYTHONUNBUFFERED"] == "1"
    chosen = settings.load(variables)
    assert chosen.host == "0.0.0.0"
    assert only("EXPOSE") == str(chosen.port)


def test_nothing_is_added_from_elsewhere_and_no_secret_is_written_in() -> None:
    for one in DOCKERFILE:
        assert one.name != "ADD"
        assert not (one.name == "COPY" and one.text.split()[-2] == "."), "copies whatever lies there"
        assert not re.search(r"password|secret|token", one.text, re.IGNORECASE) or one.name == "LABEL"


def test_only_what_is_named_gets_into_the_build() -> None:
    rules = [
        line
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    assert rules[0] == "*"
    let_in = {rule.removeprefix("!") for rule in rules if rule.startswith("!")}
    assert all((ROOT / name).exists() for name in let_in)
    copied = {
        source.partition("/")[0]
        for one in DOCKERFILE
        if one.name == "COPY" and not one.text.startswith("--from")
        for source in one.text.split()[:-1]
    }
    assert copied == let_in
    assert {"**/node_modules", "**/.env*"} <= set(rules)


def test_what_the_image_installs_is_locked_in_the_tested_versions_with_hashes() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    tested = dict(line.split("==") for line in lines if not line.startswith("#"))
    found = locked()
    assert {name: version for name, (version, _) in found.items()}.items() <= tested.items()
    assert all(hashes for _, hashes in found.values())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {canonicalize_name(Requirement(one).name) for one in project["dependencies"]}
    assert needed <= found.keys()
    assert not {"torch", "pip"} & found.keys()


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_do_no_more_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "/tmp" in service["tmpfs"]
    assert service["restart"] == "unless-stopped"
    assert not {"privileged", "network_mode", "user"} & service.keys()


def test_tenfold_waits_for_its_database_and_has_the_time_to_stop() -> None:
    tenfold, database = SERVICES["tenfold"], SERVICES["database"]
    assert tenfold["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert database["healthcheck"]["test"][:2] == ["CMD", "pg_isready"]
    assert int(tenfold["stop_grace_period"].removesuffix("s")) > 25  # answers, then services
    assert "ports" not in database


def test_what_has_to_be_kept_is_in_volumes_and_the_password_in_a_file() -> None:
    tenfold, database = SERVICES["tenfold"], SERVICES["database"]
    kept = {one.partition(":")[0] for one in [*tenfold["volumes"], *database["volumes"]]}
    assert kept == set(COMPOSE["volumes"])
    assert tenfold["volumes"][0].endswith(":/data")
    [(name, secret)] = COMPOSE["secrets"].items()
    assert secret == {"file": f"./{name}"}
    assert tenfold["secrets"] == database["secrets"] == [name]
    assert database["environment"]["POSTGRES_PASSWORD_FILE"] == f"/run/secrets/{name}"
    assert tenfold["environment"]["TENFOLD_DATABASE_PASSWORD_FILE"] == f"/run/secrets/{name}"
    assert f"/{name}" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_the_environment_of_tenfold_is_of_settings_that_it_has() -> None:
    environment = SERVICES["tenfold"]["environment"]
    known = {one.env for one in settings.describe()}
    assert {name for name in environment if name.startswith("TENFOLD_")} <= known
    given = {name: value for name, value in environment.items() if not value.startswith("${")}
    assert settings.load({**given, "TENFOLD_HOME": "/data"}).upgrade_backup == "no"
