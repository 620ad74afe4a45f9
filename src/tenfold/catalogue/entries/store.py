"""Files by their content: kept under the SHA-256 of their bytes, never changed, never deleted.

What `put` has returned is on the disk and stays through a loss of power; what was cut off in the middle is
never taken for a file. Knows nothing of pictures, entries or tables.
"""

import contextlib
import errno
import hashlib
import os
import re
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from tenfold.errors import CatalogueError
from tenfold.files import settle

_BEING_WRITTEN = "being-written"
_HASH = re.compile(r"[0-9a-f]{64}")
_CHUNK = 1 << 20
# A write that was cut off longer ago than this is nobody's any more.
_ABANDONED_SECONDS = 3600
_FULL = (errno.ENOSPC, errno.EDQUOT)


def hash_of(content: bytes) -> str:
    """SHA-256 in hex: what a content is kept under."""
    return hashlib.sha256(content).hexdigest()


class Store:
    """A folder of files by content hash: `ab/cd/abcd...`. Safe in many threads and processes.

    Args:
        root: the folder; made with the first file.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        # Folders whose own names are known to outlive a loss of power.
        self._settled: set[Path] = set()

    def path(self, content_hash: str) -> Path:
        """Where a file is, or would be."""
        assert _HASH.fullmatch(content_hash), content_hash
        return self.root / content_hash[:2] / content_hash[2:4] / content_hash

    def has(self, content_hash: str) -> bool:
        return self.path(content_hash).is_file()

    def open(self, content_hash: str) -> BinaryIO:
        """The file, opened to read; raises CatalogueError where it is missing or cannot be read."""
        try:
            return self.path(content_hash).open("rb")
        except OSError as reason:
            raise _unreadable(content_hash, reason) from reason

    def read(self, content_hash: str, *, verify: bool = False) -> bytes:
        """The whole content.

        Args:
            verify: also make sure that it is what was put in.

        Raises:
            CatalogueError: it is missing, cannot be read, or was altered.
        """
        with self.open(content_hash) as file:
            try:
                content = file.read()
            except OSError as reason:
                raise _unreadable(content_hash, reason) from reason
        if verify and hash_of(content) != content_hash:
            raise CatalogueError(
                f"The original {content_hash[:12]}",
                "was altered on the disk",
                received=f"its {len(content)} bytes are not those that were added",
                cure="Bring it back from a backup, or add the picture again.",
            )
        return content

    def put(self, content: bytes) -> str:
        """Keep a content; its hash. Nothing of it is kept where it could not be kept whole.

        A file that is there already stays as it is, unless its length says that it was altered: then the
        content, which is the original, takes its place.

        Raises:
            CatalogueError: the disk is full, or may not be written.
        """
        content_hash = hash_of(content)
        target = self.path(content_hash)
        try:
            if _length(target) != len(content):
                self._write(content, target)
            # Also where another has just put it there, who may not have come to this point.
            self._settle(target)
        except OSError as reason:
            raise _unwritable(self.root, reason) from reason
        return content_hash

    def put_file(self, path: Path, most_bytes: int) -> str:
        """Keep a file's content; its hash.

        Raises:
            CatalogueError: it cannot be read, has more than `most_bytes`, or cannot be kept.
        """
        try:
            with path.open("rb") as file:
                content = file.read(most_bytes + 1)
        except OSError as reason:
            raise CatalogueError(str(path), "cannot be read", received=reason.strerror or "") from reason
        if len(content) > most_bytes:
            raise CatalogueError(str(path), "is too large a file", received=f"more than {most_bytes} bytes")
        return self.put(content)

    def hashes(self) -> Iterator[str]:
        """Every file that is kept, sorted."""
        for first in _folders(self.root):
            for second in _folders(first):
                yield from sorted(name for name in os.listdir(second) if _HASH.fullmatch(name))

    def altered(self, content_hash: str) -> bool:
        """Whether a file that is there has another content than it had; reads it whole."""
        digest = hashlib.sha256()
        with self.open(content_hash) as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
        return digest.hexdigest() != content_hash

    def clear_abandoned(self) -> int:
        """Remove what writes that were cut off have left; how many there were."""
        oldest, removed = time.time() - _ABANDONED_SECONDS, 0
        with contextlib.suppress(FileNotFoundError):
            for left in os.scandir(self.root / _BEING_WRITTEN):
                with contextlib.suppress(FileNotFoundError):  # another process clears too
                    if left.stat().st_mtime < oldest:
                        os.unlink(left.path)
                        removed += 1
        return removed

    def _write(self, content: bytes, target: Path) -> None:
        temporary = self.root / _BEING_WRITTEN / uuid.uuid4().hex
        for folder in (temporary.parent, target.parent):
            folder.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.chmod(0o444)
            os.replace(temporary, target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

    def _settle(self, target: Path) -> None:
        """Have a file's name outlive a loss of power, and the names of the folders that it is in."""
        settle(target.parent)
        for folder in (target.parent, target.parent.parent):
            if folder not in self._settled:
                settle(folder.parent)
                self._settled.add(folder)


def _length(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None


def _folders(root: Path) -> list[Path]:
    """The folders of a store's level, sorted: those of two hex digits."""
    if not root.is_dir():
        return []
    return sorted(path for path in root.iterdir() if re.fullmatch(r"[0-9a-f]{2}", path.name))


def _unreadable(content_hash: str, reason: OSError) -> CatalogueError:
    missing = isinstance(reason, FileNotFoundError)
    return CatalogueError(
        f"The original {content_hash[:12]}",
        "is missing from the store" if missing else "cannot be read",
        received="" if missing else reason.strerror or "",
        cure="Bring it back from a backup, or add the picture again.",
    )


def _unwritable(root: Path, reason: OSError) -> CatalogueError:
    if reason.errno in _FULL:
        return CatalogueError(
            f"The disk of {root}",
            "is full; the picture was not added",
            received=reason.strerror or "",
            cure="Make room, or move the setting home to a larger disk, and add it again.",
        )
    return CatalogueError(
        f"The folder {root}",
        "cannot be written; the picture was not added",
        received=reason.strerror or "",
        cure="Give this user the right to write there.",
    )
