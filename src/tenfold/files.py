"""Writes files so that they are whole at every moment, through a kill, a full disk or a loss of power.

Knows nothing of what is in them.
"""

import contextlib
import errno
import os
import secrets
import stat
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

_ENDING = ".tenfold-part"
# A temporary file that is older than this belongs to no running process.
_ABANDONED_SECONDS = 3600
_LONGEST_NAME = 100
# What the system says where a disk or a quota has no room left.
FULL = (errno.ENOSPC, errno.EDQUOT)
# Bytes; a disk that has not so many left is full.
_ROOM = 65_536


def write_whole(
    path: Path,
    content: bytes | Iterable[bytes],
    *,
    mode: int = 0o666,
    lasting: bool = True,
    make_folder: bool = True,
) -> int:
    """Write a file: `path` holds what it held, or all of the content, and nothing in between.

    Args:
        mode: its rights, less what the process's umask takes away.
        lasting: whether it outlives a loss of power; without it nothing waits for the disk.
        make_folder: whether its folder is made where there is none.

    Returns:
        how many bytes it has.

    Raises:
        OSError: it cannot be written; `path` is as it was.
    """
    size = 0
    with (
        replacing(path, mode=mode, lasting=lasting, make_folder=make_folder) as part,
        part.open("wb") as file,
    ):
        for chunk in (content,) if isinstance(content, bytes) else content:
            size += file.write(chunk)
    return size


@contextlib.contextmanager
def replacing(
    path: Path,
    *,
    mode: int = 0o666,
    lasting: bool = True,
    make_folder: bool = True,
) -> Iterator[Path]:
    """An empty file in the same folder, for what writes by path; it becomes `path` when it is left.

    Args:
        mode, lasting, make_folder: as of `write_whole`.

    Raises:
        OSError: as `write_whole`; or `path` is a device, a pipe or a folder, which must not be replaced.
    """
    with contextlib.suppress(FileNotFoundError):
        kind = os.stat(path).st_mode
        if stat.S_ISDIR(kind):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(kind):
            raise OSError(errno.EINVAL, "it is not a plain file", str(path))
    if make_folder:
        missing = [folder for folder in path.parents if not folder.is_dir()]
        path.parent.mkdir(parents=True, exist_ok=True)
        for folder in missing if lasting else ():
            settle(folder.parent)
    with temporary(path, mode=mode) as part:
        yield part
        if lasting:
            sync(part)
        os.replace(part, path)
    if lasting:
        settle(path.parent)


def read_whole(path: str | os.PathLike[str]) -> bytes:
    """The content of a plain file that a person named; a pipe or a device could be waited for without end.

    Raises:
        OSError: it is not a plain file, or cannot be read.
    """
    with open(path, "rb", opener=_without_waiting) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "it is not a plain file", os.fspath(path))
        return file.read()


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def private_mode(folder: Path) -> int:
    """The rights of a file with secrets in `folder`: its owner's; its group's too where the group may write
    in the folder, because a container may be started as another user of the same group."""
    return 0o660 if folder.is_dir() and folder.stat().st_mode & stat.S_IWGRP else 0o600


def check_writable(folder: Path) -> None:
    """Make a folder where there is none; raises OSError where this user cannot write in it."""
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))


def existing(path: Path) -> Path:
    """The path, or the nearest folder above it that is there."""
    return next(one for one in (path, *path.parents) if one.exists())


def has_room(folder: Path) -> bool:
    """Whether more can be written in a folder: its disk is not full, and no quota used up."""
    try:
        with temporary(folder / "room") as part:
            part.write_bytes(bytes(_ROOM))
    except OSError as reason:
        return reason.errno not in FULL
    return True


@contextlib.contextmanager
def temporary(path: Path, *, mode: int = 0o600) -> Iterator[Path]:
    """An empty file in the folder of `path`, deleted when it is left.

    What killed processes have left is deleted when one is made in the same folder an hour later.

    Raises:
        OSError: it cannot be made.
    """
    _clear_abandoned(path.parent)
    part = path.with_name(f".{path.name[:_LONGEST_NAME]}.{secrets.token_hex(8)}{_ENDING}")
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
    try:
        yield part
    finally:
        with contextlib.suppress(OSError):  # `replacing` has renamed it
            part.unlink()


def settle(folder: Path) -> None:
    """Have the names in a folder outlive a loss of power, where the system can do that. Raises OSError."""
    if os.name == "posix":
        sync(folder)


def sync(path: Path) -> None:
    """Have what is in a file outlive a loss of power. Raises OSError."""
    # What was made read-only cannot be opened to write any more; only Windows asks for that.
    opened = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _clear_abandoned(folder: Path) -> None:
    """Remove what writes that were killed have left in a folder."""
    oldest = time.time() - _ABANDONED_SECONDS
    for left in folder.glob(f".*{_ENDING}"):
        with contextlib.suppress(OSError):  # another process clears too
            if left.stat().st_mtime < oldest:
                left.unlink()
