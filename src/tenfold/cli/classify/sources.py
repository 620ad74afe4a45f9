"""Pictures named on a command line: files, folders, patterns and standard input. Opens none of them."""

import glob
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tenfold.errors import PictureError, UsageError

STDIN = "-"


@dataclass(frozen=True)
class Source:
    """Something to classify: its name, and its path or its bytes; or why there is nothing."""

    name: str
    picture: str | bytes
    problem: PictureError | None = None


def find(paths: Iterable[str], most_bytes: int) -> Iterator[Source]:
    """The pictures that the arguments name, in their order; a folder's sorted by name, folders in it too.

    In folders, files whose name starts with a dot are passed over; everything else is taken, because a
    picture is told by its content and not by its name.
    """
    for path in paths:
        if path == STDIN:
            yield _standard_input(most_bytes)
        elif os.path.isdir(path):
            yield from _folder(path)
        elif glob.has_magic(path) and not os.path.exists(path):
            yield from _pattern(path)
        else:
            yield Source(path, path)


def _standard_input(most_bytes: int) -> Source:
    if sys.stdin.isatty():
        raise UsageError(
            "'-'",
            "reads a picture from another program, and there is none",
            received="standard input is this terminal",
            cure="For example: tenfold classify - < cat.jpg",
        )
    return Source("standard input", sys.stdin.buffer.read(most_bytes + 1))


def _pattern(pattern: str) -> Iterator[Source]:
    found = sorted(glob.glob(pattern, recursive=True))
    if not found:
        yield _nothing(pattern, "matches no file", "Check the pattern.")
    for path in found:
        if os.path.isdir(path):
            yield from _folder(path)
        else:
            yield Source(path, path)


def _folder(folder: str) -> Iterator[Source]:
    refused: list[OSError] = []
    empty = True
    for place, folders, names in os.walk(folder, onerror=refused.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = os.path.join(place, name)
            if not name.startswith(".") and os.path.isfile(path):
                empty = False
                yield Source(path, path)
    for error in refused:
        yield _nothing(
            os.fsdecode(error.filename), "cannot be listed", "Check the right to read it.", error.strerror
        )
    if empty and not refused:
        yield _nothing(folder, "holds no files", "Name a folder with pictures.")


def _nothing(name: str, problem: str, cure: str, received: str | None = None) -> Source:
    return Source(name, b"", PictureError(name, problem, received=received or "", cure=cure))
