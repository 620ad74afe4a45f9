"""The package as a whole: what importing it costs, what it needs, in which direction its parts look."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import distributions, packages_distributions, requires
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import tenfold
from tests.paths import ROOT

PACKAGE = ROOT / "src" / "tenfold"
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
# What needs the train extra: these may import torch, nothing else may.
TRAINING = (
    "tenfold.networks",
    "tenfold.training",
    "tenfold.export",
)
FOR_ALL = ("tenfold.cameras.address", "tenfold.cameras.frames", "tenfold.cameras.sources")
# Modules that use an extra where it is installed, and say so where it is not.
WITH_EXTRAS = {
    "tenfold.datasets.manifests": "parquet",
    "tenfold.table_files": "parquet",
    "tenfold.evaluation.data_check": "train",
    "tenfold.cameras": "cameras",
    "tenfold.outbox.kinds": "notify",
    "tenfold.line": "line",
    "tenfold.mqtt": "notify",
    "tenfold.observability.tracing": "otlp",
    "tenfold.export.formats.litert": "litert",
    "tenfold.export.formats.tflite": "litert",
    "tenfold.export.formats.openvino": "openvino",
}
# Of these every module needs an extra.
EXTRAS_ALONE = (
    "tenfold.cameras.",
    "tenfold.outbox.kinds.mqtt",
    "tenfold.outbox.kinds.webhook",
    "tenfold.outbox.kinds.messengers",
    "tenfold.line.plc.modbus",
    "tenfold.line.plc.mqtt",
    "tenfold.line.plc.opcua.",
    "tenfold.line.plc.sparkplug",
    "tenfold.mqtt",
    "tenfold.line.simulator.plant",
    "tenfold.workflows.line.",
    "tenfold.workflows.watch_cameras.",
)


def module_name(file: Path) -> str:
    parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(file): file for file in sorted(PACKAGE.rglob("*.py"))}


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_tenfold_loads_nothing_large() -> None:
    loaded = python("import sys, tenfold; print(*sys.modules)").split()
    large = {"numpy", "PIL", "onnxruntime", "torch", "fastapi", "pydantic", "click"}
    assert not large & set(loaded)


def test_a_server_starts_without_what_brokers_and_plants_need() -> None:
    loaded = python("import sys, tenfold.web.app, tenfold.cli; print(*sys.modules)").split()
    assert "tenfold.outbox.kinds" in loaded
    assert not {"paho", "pymodbus", "asyncua", "httpx", "apprise"} & set(loaded)


def test_every_public_name_is_there_and_comes_from_where_it_lives() -> None:
    assert sorted(tenfold.__all__) == sorted([*tenfold._HOMES, "__version__"])
    for name, home in tenfold._HOMES.items():
        assert getattr(tenfold, name).__module__.startswith(home)
    assert dir(tenfold) == sorted(tenfold.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'tenfold' has no attribute 'Clasifier'"):
        _ = tenfold.Clasifier


def core_closure() -> set[str]:
    """Core dependencies and all they need, with the extras that are asked for on the way and no others."""
    # Not from tenfold's own metadata, which is as old as the last `pip install -e`.
    declared = [Requirement(text) for text in PYPROJECT["project"]["dependencies"]]
    found: set[tuple[str, str]] = {("tenfold", "")}
    waiting = [(canonicalize_name(r.name), extra) for r in declared for extra in ("", *r.extras)]
    while waiting:
        current, extra = one = waiting.pop()
        if one not in found:
            found.add(one)
            needs = [Requirement(text) for text in requires(current) or []]
            needs = [r for r in needs if r.marker is None or r.marker.evaluate({"extra": extra})]
            waiting += [(canonicalize_name(r.name), more) for r in needs for more in ("", *r.extras)]
    return {name for name, _ in found}


@pytest.mark.slow
def test_whatever_serves_works_with_the_core_dependencies_alone() -> None:
    core = core_closure()
    assert "onnxruntime" in core
    owners = packages_distributions()
    absent = {top for top, dists in owners.items() if not core & {canonicalize_name(d) for d in dists}}
    assert "pytest" in absent
    # Alembic runs its entry and the steps; they cannot be imported.
    others = (*TRAINING, "tenfold.__main__", "tenfold.database.migrations.")
    # Of cameras the addresses and sources are for all: they say which extra is missing.
    extra = [m for m in MODULES if m.startswith(EXTRAS_ALONE) and not m.startswith(FOR_ALL)]
    serving = [m for m in MODULES if not m.startswith(others) and m not in extra]
    python(
        f"""
import importlib, sys
absent = {absent!r}
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in absent:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Absent())
for name in {serving!r}:
    importlib.import_module(name)
"""
    )


def third_party_imports(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - {"tenfold"}


def names(requirements: list[str]) -> set[str]:
    return {str(canonicalize_name(Requirement(text).name)) for text in requirements}


@pytest.mark.slow
@pytest.mark.train
def test_every_import_is_a_declared_dependency() -> None:
    project = PYPROJECT["project"]
    core = names(project["dependencies"])
    extras = {extra: names(listed) for extra, listed in project["optional-dependencies"].items()}
    owners = packages_distributions()
    for name, file in MODULES.items():
        trains = name.startswith((*TRAINING, "tenfold.cli"))
        allowed = core | (extras["train"] | extras["tracking"] if trains else set())
        for module, extra in WITH_EXTRAS.items():
            allowed = allowed | (extras[extra] if name.startswith(module) else set())
        for top in third_party_imports(file):
            owner = {canonicalize_name(d) for d in owners.get(top, [])}
            assert owner & allowed, f"{name} imports {top}, which pyproject.toml does not name for it"


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    # The folder's own package comes before the installed one.
    code = (
        f"import sys; sys.path.insert(0, {str(folder / 'src')!r}); "
        "from importlinter.cli import lint_imports; "
        f"sys.exit(lint_imports({str(folder / 'pyproject.toml')!r}, no_cache=True))"
    )
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=folder
    )


def test_imports_point_one_way() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout


# One fault for each contract, as (module, the line added to it, what is then broken).
FAULTS = [
    ("web/spy.py", "import torch", "Nothing that serves imports torch, by any way"),
    ("metrics.py", "import torch", "torch has its home in networks, training and export"),
    ("line/plc/modbus.py", "import pymodbus", "pymodbus has one importer"),
    ("line/plc/sparkplug.py", "import paho", "paho has one importer"),
    ("line/simulator/plcs.py", "import asyncua", "asyncua has one importer, the package of OPC UA"),
    ("line/plc/digital.py", "import httpx", "What sends messages has its home in outbox.kinds"),
    ("line/paper.py", "import reportlab", "reportlab has its home in line.trail.pdf"),
    ("jobs/spy.py", "import prometheus_client", "The client of Prometheus has its home in observability"),
    ("metrics.py", "import opentelemetry", "OpenTelemetry has its home in observability.tracing"),
    ("runs/spy.py", "import openvino", "What only an export format needs has its home there"),
    ("evaluation/film.py", "import av", "PyAV and OpenCV have their home in cameras"),
    ("evaluation/spy.py", "import onnxruntime", "ONNX Runtime has its home in inference and in export"),
    (
        "evaluation/other.py",
        "import tenfold.training",
        "Evaluation sees answers, not networks or training",
    ),
    ("errors.py", "import tenfold.images", "Imports point downwards: surfaces, features, nouns, errors"),
    (
        "catalogue/entries/spy.py",
        "import tenfold.catalogue.edits",
        "Within the catalogue imports point to what an entry is",
    ),
    (
        "web/uploads/spy.py",
        "import tenfold.web.api",
        "Within web imports point from the app to the resources, to uploads, to security",
    ),
    (
        "inference/spy.py",
        "import tenfold.datasets",
        "Inference knows no data and no network but the model file's",
    ),
    ("evaluation/maker.py", "import onnx", "onnx has its home where model files are made"),
    ("training/spy.py", "import fastapi", "FastAPI has its home in web"),
    ("export/spy.py", "import click", "click has its home in cli"),
    ("images/spy.py", "import pyarrow", "What an extra brings for one task is imported in one place"),
    (
        "models/spy.py",
        "import pydantic",
        "pydantic has its home in web, in settings and in the types of jobs",
    ),
    ("modelfile/file.py", "import sqlalchemy", "SQLAlchemy has its home in the packages that have tables"),
    (
        "models/spy.py",
        "import tenfold.datasets",
        "The catalogue is handed a classify callable and knows no network",
    ),
]


def test_an_import_against_the_direction_is_found(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "src" / "tenfold", ignore=shutil.ignore_patterns("static", "*.onnx"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for module, line, _ in FAULTS:
        with (tmp_path / "src" / "tenfold" / module).open("a", encoding="utf-8") as file:
            file.write(f"\n{line}\n")
    done = lint_imports(tmp_path)
    assert done.returncode == 1
    broken = set(re.findall(r"^(.*) BROKEN", done.stdout, re.MULTILINE))
    assert broken == {contract for _, _, contract in FAULTS}
    assert len(broken) == len(PYPROJECT["tool"]["importlinter"]["contracts"])


def test_every_exact_version_is_within_its_range() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = dict(line.split("==") for line in lines if not line.startswith("#"))
    project = PYPROJECT["project"]
    for text in [*project["dependencies"], *chain(*project["optional-dependencies"].values())]:
        wanted = Requirement(text)
        pin = pins.get(canonicalize_name(wanted.name))
        assert pin is not None, f"{wanted.name} has no exact version: run `make constraints`"
        assert wanted.specifier.contains(pin), f"{wanted} does not allow {pin}: run `make constraints`"


@pytest.mark.train
def test_every_exact_version_takes_the_oldest_python() -> None:
    oldest = (
        "3.11.2"  # Debian 12's; `make constraints PYTHON=...` with a newer one may choose too new a version
    )
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    names = {line.partition("==")[0] for line in lines if not line.startswith("#")}
    for found in distributions():
        facts = found.metadata
        if "Requires-Python" in facts and canonicalize_name(facts["Name"]) in names:
            needed = facts["Requires-Python"]
            assert SpecifierSet(needed).contains(oldest), f"{facts['Name']} needs Python {needed}"


def test_versions_are_named_without_saying_where_they_come_from() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert all(re.fullmatch(r"[a-z0-9-]+==[0-9a-z.]+", line) for line in lines if not line.startswith("#"))
    assert '"resolved"' not in (ROOT / "frontend" / "package-lock.json").read_text(encoding="utf-8")
