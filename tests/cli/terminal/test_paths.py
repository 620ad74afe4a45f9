"""Paths on the command line: an empty one is refused, and nothing is written where one is."""

from pathlib import Path

import click
import pytest

from tenfold.cli.terminal.paths import NamedPath
from tests.cli.conftest import Command, every_command


@pytest.mark.parametrize(
    "arguments",
    [
        ("backup", ""),
        ("restore", ""),
        ("classify", "--explain", "", "cat.png"),
        ("data", "check", "--output", ""),
        ("data", "fetch", "cifar10", "--data-dir", " "),
        ("catalogue", "export", ""),
        ("train", "--run", ""),
    ],
)
def test_an_empty_path_is_refused_and_nothing_is_written(
    arguments: tuple[str, ...], tenfold: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    outcome = tenfold(*arguments)
    assert (outcome.status, outcome.out) == (2, "")
    assert "it is empty, and must be a path" in outcome.err
    assert list(here.iterdir()) == []


def test_no_command_takes_paths_in_another_way() -> None:
    others = [
        f"{command.name} {param.name}"
        for command in every_command()
        for param in command.params
        if isinstance(param.type, click.Path) and not isinstance(param.type, NamedPath)
    ]
    assert others == []
