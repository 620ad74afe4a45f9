"""Pictures named on a command line: files, folders, patterns and standard input. Opens none of them."""

import glob
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tenfold.errors import PictureError, UsageError
from tenfold.folder_walk import LINKS_LEFT_OUT, LinkLeftOut, files_below, passed_over

STDIN = "-"
# No path is longer on any system, and to read a pattern of 20,000 brackets takes a second.
_LONGEST_PATTERN = 4096


@dataclass(frozen=True)
class NamedPicture:
    """Something to classify: its name, and its path or its bytes; or why there is nothing."""

    name: str
    picture: str | bytes
    problem: PictureError | None = None


def find(paths: Iterable[str], most_bytes: int) -> Iterator[NamedPicture]:
    """The pictures that the arguments name, in their order; a folder's sorted by name, folders in it too.

    In folders, what is never a picture is passed over (`tenfold.folder_walk`). Links to folders are not
    followed, and named.
    """
    for path in paths:
        if path == STDIN:
            yield _standard_input(most_bytes)
        elif os.path.isdir(path):
            yield from _folder(path)
        elif glob.has_magic(path) and not os.path.exists(path):
            yield from _pattern(path)
        else:
            yield NamedPicture(path, path)


def _standard_input(most_bytes: int) -> NamedPicture:
    if sys.stdin.isatty():
        raise UsageError(
            "'-'",
            "reads a picture from another program, and there is none",
            received="standard input is this terminal",
            cure="For example: tenfold classify - < cat.jpg",
        )
    return NamedPicture("standard input", sys.stdin.buffer.read(most_bytes + 1))


def _pattern(pattern: str) -> Iterator[NamedPicture]:
    found = sorted(glob.glob(pattern, recursive=True)) if len(pattern) <= _LONGEST_PATTERN else []
    counted = [path for path in found if _counts(path, pattern)]
    if not counted:
        yield _nothing(pattern, "matches no picture" if found else "matches no file", "Check the pattern.")
    seen: set[str] = set()
    for path in counted:
        for source in _folder(path) if os.path.isdir(path) else [NamedPicture(path, path)]:
            # 'in/**/*' matches a folder and what is in it.
            if source.name not in seen:
                seen.add(source.name)
                yield source


def _counts(path: str, pattern: str) -> bool:
    """Whether a pattern is meant for a path: 'in/*' is not meant for sidecars, 'in/*.mov' is for films."""
    found = [part for part in path.split(os.sep) if part not in pattern.split(os.sep)]
    if any(passed_over(part, folder=True) for part in found):
        return False
    named = pattern.endswith(os.path.splitext(path)[1] or "/")
    return named or os.path.isdir(path) or not passed_over(os.path.basename(path))


def _folder(folder: str) -> Iterator[NamedPicture]:
    problems: list[NamedPicture] = []

    def unlisted(reason: OSError) -> None:
        name = os.fsdecode(reason.filename)
        problems.append(_nothing(name, "cannot be listed", "Check the right to read it.", reason.strerror))

    def left_out(path: str, link: LinkLeftOut) -> None:
        problems.append(_nothing(path, LINKS_LEFT_OUT[link], "Name what it leads to, to have it too."))

    empty = True
    for path in files_below(folder, unlisted=unlisted, left_out=left_out):
        empty = False
        yield NamedPicture(path, path)
    if empty and not problems:
        problems.append(
            _nothing(folder, "holds no files that may be pictures", "Name a folder with pictures.")
        )
    yield from problems


def _nothing(name: str, problem: str, cure: str, received: str | None = None) -> NamedPicture:
    return NamedPicture(name, b"", PictureError(name, problem, received=received or "", cure=cure))
