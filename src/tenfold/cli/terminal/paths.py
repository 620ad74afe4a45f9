"""Paths as options and arguments of commands take them. Opens none."""

import contextlib
import os
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from tenfold.files import existing


class NamedPath(click.Path):
    """A path, and not an empty one: of a variable that is not set it would be the folder that one is in."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not os.fspath(value).strip():
            self.fail("it is empty, and must be a path", param, ctx)
        return super().convert(value, param, ctx)


class OutputPath(NamedPath):
    """A file that a command writes at its end: a place that cannot be written is refused at the beginning.

    Folders that are missing are made when it is written. A default is not looked at, as some commands write
    nothing there.
    """

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        path = Path(super().convert(value, param, ctx))
        if ctx and param and ctx.get_parameter_source(param.name or "") is ParameterSource.DEFAULT:
            return path
        with contextlib.suppress(OSError):  # a name that is too long, say: the command has words for it
            folder = existing(path.absolute().parent)
            if not folder.is_dir():
                self.fail(f"{folder} is a file and not a folder", param, ctx)
            if not os.access(folder, os.W_OK | os.X_OK):
                self.fail(f"nothing can be written into the folder {folder}", param, ctx)
        return path


PATH = NamedPath(path_type=Path)
FOLDER = NamedPath(file_okay=False, path_type=Path)
FILE = NamedPath(dir_okay=False, path_type=Path)
FILE_TO_WRITE = OutputPath(dir_okay=False, path_type=Path)
FILE_THERE = NamedPath(exists=True, dir_okay=False, path_type=Path)
