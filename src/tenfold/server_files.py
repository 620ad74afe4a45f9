"""Opens files on the server that a user named by path, and refuses those that must not be opened.

tenfold's own files are refused: closing any descriptor of an SQLite file makes the process drop its locks on
it, and the originals in the store do not belong to everybody. So are links that lead out of the folder that
was named. Messages quote nothing of a file's content. Knows no catalogue and no dataset.
"""

import errno
import os
import stat
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Literal

from tenfold import images
from tenfold.errors import NotAPicture, PictureError
from tenfold.images import Limits
from tenfold.os_errors import refused

# Enough to tell a file's format, so that a film is not read whole only to be refused.
_HEAD = 4096
_OPENED = "/proc/self/fd"

_Identity = tuple[int, int]
NotOpened = Literal["own-files", "outside"]
# The same in English.
NOT_OPENED: dict[NotOpened, str] = {
    "own-files": "it is one of tenfold's own files",
    "outside": "it is a link out of the folder",
}


class ServerFiles:
    """Opens files on the server that a user named.

    Args:
        home: tenfold's own folder.
        database: SQLite's file, wherever it is; None for PostgreSQL.
        readable: folders in `home` that may be read nevertheless.
    """

    def __init__(self, home: Path, database: Path | None = None, *, readable: Iterable[Path] = ()) -> None:
        self._home, self._readable = home, tuple(readable)
        self._database = None if database is None else Path(os.path.realpath(database))

    def own(self, path: str | os.PathLike[str]) -> bool:
        """Whether a file or folder is, or would be, one of tenfold's own or in one, by whichever path."""
        try:
            return self._is_own(os.path.realpath(path), _identity(Path(path)))
        except (OSError, ValueError):
            return False

    def problem(self, path: str | os.PathLike[str], within: Sequence[str]) -> NotOpened | None:
        """Why a file or folder may not be opened; None if it may, or does not exist. Opens nothing.

        Args:
            within: the files and folders that were named; it must be one of them or lie in one.
        """
        try:
            real, facts = os.path.realpath(path), os.stat(path)
        except (OSError, ValueError):
            return None
        return self._problem(real, facts, within)

    def open(self, path: str, *, within: Sequence[str] | None = None) -> BinaryIO:
        """Open a regular file for reading.

        Args:
            within: as for `problem`; None: the file itself was named.

        Raises:
            OSError: it cannot or may not be opened.
        """
        return os.fdopen(self.descriptor(path, within=within), "rb")

    def descriptor(self, path: str, *, within: Sequence[str] | None = None, flags: int = 0) -> int:
        """As `open`, but returns a descriptor; `flags` are added to those of os.open."""
        flags |= os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
        if not (hasattr(os, "O_PATH") and os.path.isdir(_OPENED)):
            real = os.path.realpath(path)
            self._check(real, os.stat(real), within)
            return os.open(real, flags)
        # An O_PATH descriptor names a file without opening it, so closing it drops no lock; and what was
        # checked is what is opened, even if the path is replaced meanwhile.
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
        """A picture file's bytes, at most one more than the limit. Other files are not read whole.

        Args:
            name: what messages call it; None: its path.

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
                        reason=images.kind_code(head),
                        cure=f"Supported: {images.SUPPORTED}.",
                    )
                return head + file.read(max(0, limits.bytes + 1 - len(head)))
        except OSError as reason:
            raise refused(PictureError, subject, reason, "cannot be read", cure="Check it.") from reason

    def _check(self, real: str, facts: os.stat_result, within: Sequence[str] | None) -> None:
        if not stat.S_ISREG(facts.st_mode):
            raise OSError(errno.EINVAL, "it is not a plain file", real)
        problem = self._problem(real, facts, within)
        if problem is not None:
            raise PermissionError(errno.EACCES, NOT_OPENED[problem], real)

    def _problem(self, real: str, facts: os.stat_result, within: Sequence[str] | None) -> NotOpened | None:
        if self._is_own(real, (facts.st_dev, facts.st_ino)):
            return "own-files"
        if within is not None and not any(Path(real).is_relative_to(os.path.realpath(one)) for one in within):
            return "outside"
        return None

    def _is_own(self, real: str, itself: _Identity | None) -> bool:
        """By device and inode, so that other spellings, mounts and hard links are recognised.

        Of the file and the folders above it, the innermost that is known decides.
        """
        readable = {_identity(one) for one in self._readable}
        own = self._identities(readable)
        above = (_identity(folder) for folder in Path(real).parents)
        for found in chain([itself], above):
            if found is not None and found in own | readable:
                return found in own
        return False

    def _identities(self, readable: set[_Identity | None]) -> set[_Identity]:
        """The identities of the home, its direct children, and the database with its journal files."""
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
