"""Paths as options and arguments of commands take them. Opens none."""

import os
from pathlib import Path
from typing import Any

import click


class NamedPath(click.Path):
    """A path, and not an empty one: of a variable that is not set it would be the folder that one is in."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not os.fspath(value).strip():
            self.fail("it is empty, and must be a path", param, ctx)
        return super().convert(value, param, ctx)


PATH = NamedPath(path_type=Path)
FOLDER = NamedPath(file_okay=False, path_type=Path)
FILE = NamedPath(dir_okay=False, path_type=Path)
FILE_THERE = NamedPath(exists=True, dir_okay=False, path_type=Path)
