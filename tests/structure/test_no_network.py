"""Nothing asks the network unless it is told to: neither at import, nor while pictures are classified."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.paths import ROOT

# Written to the end of the output, whatever the command does with it.
_WATCH = """
import atexit, json, sys
asked = []
def hook(event, values):
    if event == "socket.connect":
        address = values[1]
        if isinstance(address, tuple) and not str(address[0]).startswith(("127.", "::1")):
            asked.append(str(address))
    elif event == "socket.getaddrinfo" and values[0] not in (None, "", "localhost", "127.0.0.1", "::1"):
        asked.append(str(values[0]))
sys.addaudithook(hook)
atexit.register(lambda: print(json.dumps(asked), file=sys.stderr))
"""
_IMPORT_ALL = """
import importlib, pkgutil, tenfold
from tenfold.errors import MissingExtra
for one in pkgutil.walk_packages(tenfold.__path__, "tenfold."):
    if one.name != "tenfold.__main__" and ".migrations" not in one.name:
        try:
            importlib.import_module(one.name)
        except (ImportError, MissingExtra):
            pass
"""
_RUN = "from tenfold.cli import run; sys.exit(run({arguments!r}))"
_PICTURE = str(ROOT / "examples/pictures/plane.png")


def asked_by(program: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _WATCH + program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: list[str] = json.loads(done.stderr.splitlines()[-1])
    return found


@pytest.mark.slow
def test_importing_every_module_asks_nobody() -> None:
    assert asked_by(_IMPORT_ALL) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [["classify", _PICTURE], ["doctor"], ["settings"], ["catalogue", "add", _PICTURE]],
    ids=lambda arguments: arguments[0],
)
def test_a_command_asks_nobody(arguments: list[str]) -> None:
    assert asked_by(_RUN.format(arguments=arguments)) == []


def test_the_watch_sees_a_request() -> None:
    program = "import socket\ntry: socket.create_connection(('192.0.2.1', 9), 0.01)\nexcept OSError: pass"
    assert asked_by(program) != []


@pytest.mark.slow
def test_onnx_runtime_keeps_no_id_of_the_machine_and_no_events(tmp_path: Path) -> None:
    """It does so beside its uploader, which is native code and so is not seen by the hook."""
    told = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    subprocess.run(
        [sys.executable, "-m", "tenfold", "classify", _PICTURE],
        env={**told, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), "TMPDIR": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        check=True,
    )

    assert [path.name for path in tmp_path.rglob("*") if path.name in (".ses", ".onnxruntime")] == []


def test_scripts_that_use_onnx_runtime_are_in_packages_that_load_tenfold_first() -> None:
    using = re.compile(r"^\s*(?:import|from) onnxruntime\b", re.MULTILINE)
    folders = {
        path.relative_to(ROOT).parts[0]
        for folder in ("benchmarks", "docs", "examples", "scripts")
        for path in (ROOT / folder).rglob("*.py")
        if using.search(path.read_text("utf-8"))
    }

    assert folders == {"benchmarks"}, "a program of another folder has to import tenfold before onnxruntime"
    told = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    program = "import os, benchmarks; print(os.environ['ORT_DISABLE_TELEMETRY'])"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=told, capture_output=True, text=True)
    assert done.stdout == "1\n", done.stderr
