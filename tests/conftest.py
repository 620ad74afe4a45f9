"""What every test stands on: a home of its own, and an honest reason where an optional part is missing."""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# A loaded machine is no failure, and a test run must not depend on luck: examples are the same every time.
settings.register_profile("tenfold", deadline=None, derandomize=True)
settings.load_profile("tenfold")

KEPT = {"TENFOLD_REQUIRE_BROWSER"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def find_browser() -> str | None:
    """Where Chromium is, or None."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    no_torch = importlib.util.find_spec("torch") is None
    no_browser = find_browser() is None and os.environ.get("TENFOLD_REQUIRE_BROWSER") != "1"
    for item in items:
        if no_torch and item.get_closest_marker("train"):
            item.add_marker(pytest.mark.skip(reason="needs the train extra: pip install 'tenfold[train]'"))
        if no_browser and item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="needs Chromium: apt-get install chromium"))


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty TENFOLD_HOME, and no setting left over from whoever runs the tests."""
    for name in [name for name in os.environ if name.startswith("TENFOLD_") and name not in KEPT]:
        monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("TENFOLD_HOME", str(home))
    return home


@pytest.fixture(autouse=True)
def one_thread(request: pytest.FixtureRequest) -> Iterator[None]:
    """Networks in tests are so narrow that one thread is the fastest, whatever else the machine is doing."""
    if request.node.get_closest_marker("train") is None or importlib.util.find_spec("torch") is None:
        yield
        return
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def browser_path() -> str:
    """The Chromium for a test marked `browser`."""
    path = find_browser()
    assert path is not None, "TENFOLD_REQUIRE_BROWSER=1, but there is no Chromium: apt-get install chromium"
    return path


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real `tenfold serve` with the bundled model."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TENFOLD_")}
    environ["TENFOLD_HOME"] = str(tmp_path_factory.mktemp("served-home"))
    command = [sys.executable, "-m", "tenfold", "serve", "--port", "0", "--no-open"]
    server = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    with server.stdout:
        first = server.stdout.readline()
        assert first.startswith("tenfold is at http://"), first
        yield first.split()[3]
        assert server.poll() is None, f"the server ended by itself with {server.returncode}"
        server.terminate()
        server.wait(timeout=30)
