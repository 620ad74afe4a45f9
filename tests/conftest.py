"""What every test stands on: a home of its own, and an honest reason where an optional part is missing."""

import importlib.util
import os
import shutil
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


@pytest.fixture(scope="session")
def browser_path() -> str:
    """The Chromium for a test marked `browser`."""
    path = find_browser()
    assert path is not None, "TENFOLD_REQUIRE_BROWSER=1, but there is no Chromium: apt-get install chromium"
    return path
