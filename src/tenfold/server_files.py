"""Opens files of this machine that somebody named to the server, and says which it may not open.

tenfold's own files are never opened this way. Closing any descriptor of an SQLite file makes the process drop
its locks on it, and pictures in the store are not everybody's. Links do not lead out of the folder that was
named, and what is told of a file says nothing of what is in it. Knows no catalogue and no dataset.
"""

import errno
import os
import stat
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from tenfold import images
from tenfold.errors import NotAPicture, PictureError
from tenfold.images import Limits

# Enough to tell what a file is; a film is not read to its end to find that it is no picture.
_HEAD = 4096
_OPENED = "/proc/self/fd"

_Identity = tuple[int, int]


class ServerFiles:
    """Opens files that somebody named to the server.

    Args:
        home: tenfold's own folder.
        database: SQLite's file, wherever it is; None for PostgreSQL.
        readable: folders in `home` that may be read all the same.
    """

    def __init__(self, home: Path, database: Path | None = None, *, readable: Iterable[Path] = ()) -> None:
        self._home, self._readable = home, tuple(readable)
        self._database = None if database is None else Path(os.path.realpath(database))

    def own(self, path: str | os.PathLike[str]) -> bool:
        """Whether a file or folder, by whichever path, is one of tenfold's own, lies in one, or would."""
        try:
            return self._is_own(os.path.realpath(path), _identity(Path(path)))
        except (OSError, ValueError):
            return False

    def problem(self, path: str | os.PathLike[str], within: Sequence[str]) -> str | None:
        """Why a file or folder may not be opened, in words; None where it may. Opens nothing.

        Args:
            within: the files and folders that were named; it has to be, or to lie in, one of them.
        """
        try:
            real, facts = os.path.realpath(path), os.stat(path)
        except (OSError, ValueError):
            return None
        return self._problem(real, facts, within)

    def open(self, path: str, *, within: Sequence[str] | None = None) -> BinaryIO:
        """A plain file, opened to read.

        Args:
            within: as for `problem`; None: the file itself was named.

        Raises:
            OSError: it cannot be opened, or may not be.
        """
        return os.fdopen(self.descriptor(path, within=within), "rb")

    def descriptor(self, path: str, *, within: Sequence[str] | None = None, flags: int = 0) -> int:
        """The same as a descriptor; `flags` as of os.open. Raises as `open`."""
        flags |= os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
        if not (hasattr(os, "O_PATH") and os.path.isdir(_OPENED)):
            real = os.path.realpath(path)
            self._check(real, os.stat(real), within)
            return os.open(real, flags)
        # Such a descriptor names a file without opening it, so closing it drops no lock; and what is checked
        # is what is opened then, whoever exchanges the path meanwhile.
        named = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            there = f"{_OPENED}/{named}"
            self._check(os.readlink(there), os.fstat(named), within)
            return os.open(there, flags)
        finally:
            os.close(named)

    def picture(
        self, path: str, limits: Limits, *, name: str | None = None, within: Sequence[str] | None = None
    ) -> bytes:
        """A picture file's bytes, at most one more than the limit; read whole only where it begins like one.

        Args:
            name: what messages call it; its path where it is left out.

        Raises:
            PictureError: it is no picture, or cannot or may not be read.
        """
        subject = images.safe_name(name or path)
        try:
            with self.open(path, within=within) as file:
                head = file.read(_HEAD)
                if images.picture_format(head) is None:
                    kind = images.known_kind(head)
                    raise NotAPicture(
                        subject,
                        "is not a picture this build can read",
                        received=kind or "",
                        cure=f"Supported: {images.SUPPORTED}.",
                    )
                return head + file.read(max(0, limits.bytes + 1 - len(head)))
        except OSError as reason:
            raise PictureError(
                subject, "cannot be read", received=reason.strerror or "", cure="Check it."
            ) from reason

    def _check(self, real: str, facts: os.stat_result, within: Sequence[str] | None) -> None:
        if not stat.S_ISREG(facts.st_mode):
            raise OSError(errno.EINVAL, "it is no plain file", real)
        problem = self._problem(real, facts, within)
        if problem is not None:
            raise PermissionError(errno.EACCES, problem, real)

    def _problem(self, real: str, facts: os.stat_result, within: Sequence[str] | None) -> str | None:
        if self._is_own(real, (facts.st_dev, facts.st_ino)):
            return "it is one of tenfold's own files"
        if within is not None and not any(Path(real).is_relative_to(os.path.realpath(one)) for one in within):
            return "it is a link out of the folder"
        return None

    def _is_own(self, real: str, itself: _Identity | None) -> bool:
        """By identity, so that other spellings, mounts and hard links are the same; from the inside out."""
        readable = {_identity(one) for one in self._readable}
        own = self._identities(readable)
        above = (_identity(folder) for folder in Path(real).parents)
        for found in chain([itself], above):
            if found is not None and found in own | readable:
                return found in own
        return False

    def _identities(self, readable: set[_Identity | None]) -> set[_Identity]:
        """Of the home, of what lies directly in it, and of the database with the files beside it."""
        found = {_identity(one) for one in _inside(self._home)} - readable | {_identity(self._home)}
        if self._database is not None:
            name = self._database.name
            beside = (one for one in _inside(self._database.parent) if one.name.startswith(f"{name}-"))
            found |= {_identity(one) for one in (self._database, *beside)}
        return {one for one in found if one is not None}


def _identity(path: Path) -> _Identity | None:
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_dev, facts.st_ino


def _inside(folder: Path) -> list[Path]:
    try:
        return [Path(one) for one in os.scandir(folder)]
    except OSError:
        return []
