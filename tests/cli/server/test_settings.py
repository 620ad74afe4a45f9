"""tenfold settings."""

from pathlib import Path

import pytest

from tenfold import settings
from tests.cli.conftest import Command


def test_every_setting_is_listed_with_its_variable_and_its_help(tenfold: Command) -> None:
    out = tenfold("settings").out
    for one in settings.describe():
        assert f"\n{one.name} = " in f"\n{out}"
        assert f"    {one.env}: {one.help}\n" in out


def test_it_says_where_a_value_comes_from(
    tenfold: Command, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (own_home / "tenfold.toml").write_text("port = 9000\nthreads = 3\n")
    monkeypatch.setenv("TENFOLD_PORT", "9001")
    lines = tenfold("settings").out.splitlines()
    assert "port = 9001   from TENFOLD_PORT" in lines
    assert f"threads = 3   from {own_home / 'tenfold.toml'}" in lines
    assert "batch_size = 16   the default" in lines
    assert "model = (empty)   the default" in lines


def test_a_value_that_cannot_be_used_is_told(tenfold: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENFOLD_PORT", "http")
    outcome = tenfold("settings")
    assert outcome.status == 1
    assert outcome.err.startswith("tenfold: TENFOLD_PORT is not a whole number ('http').")
