"""Paths on the command line: an empty one is refused, and nothing is written where one is."""

import os
from pathlib import Path

import click
import pytest

from tenfold.cli.terminal.paths import FILE_TO_WRITE, NamedPath
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


@pytest.mark.parametrize(
    "arguments",
    [
        ("evaluate", "photo", "--output"),
        ("train", "--output"),
        ("watch", "clip.mp4", "--report"),
        ("data", "check", "pictures", "--output"),
        ("line", "simulate", "--trail"),
    ],
)
def test_a_result_without_a_place_is_refused_before_the_work(
    arguments: tuple[str, ...], tenfold: Command, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    outcome = tenfold(*arguments, str(tmp_path / "file" / "result"))
    assert (outcome.status, outcome.out) == (2, "")
    assert f"{tmp_path / 'file'} is a file and not a folder" in outcome.err


def test_a_result_in_a_folder_that_is_not_ours_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []

    def access(path: Path, rights: int) -> bool:
        asked.append(path)
        return not rights & os.W_OK

    monkeypatch.setattr(os, "access", access)  # for root every folder is its own
    with pytest.raises(click.BadParameter, match="nothing can be written into the folder"):
        FILE_TO_WRITE.convert(str(tmp_path / "new" / "result.html"), None, None)
    assert asked[-1] == tmp_path


def test_no_command_takes_paths_in_another_way() -> None:
    others = [
        f"{command.name} {param.name}"
        for command in every_command()
        for param in command.params
        if isinstance(param.type, click.Path) and not isinstance(param.type, NamedPath)
    ]
    assert others == []
