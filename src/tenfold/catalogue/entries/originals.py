"""Original files of pictures, stored under the SHA-256 of their bytes, never changed.

Knows nothing of pictures, entries or tables.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

from tenfold.errors import CatalogueError
from tenfold.files import FULL
from tenfold.storage import BlobStore

_HASH = re.compile(r"[0-9a-f]{64}")


def hash_of(content: bytes) -> str:
    """SHA-256 in hex: the name of a content."""
    return hashlib.sha256(content).hexdigest()


class Originals:
    """Files by content hash, as the blobs `ab/cd/abcd...`. Safe in many threads and processes."""

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs

    def has(self, content_hash: str) -> bool:
        return self._blobs.size(_key(content_hash)) is not None

    def open(self, content_hash: str) -> BinaryIO:
        """The file, to be read; raises CatalogueError where it is missing or cannot be read."""
        try:
            return self._blobs.open(_key(content_hash))
        except OSError as reason:
            raise _unreadable(content_hash, reason) from reason

    def read(self, content_hash: str) -> bytes:
        """The whole content; raises CatalogueError where it is missing or cannot be read."""
        with self.open(content_hash) as file:
            try:
                return file.read()
            except OSError as reason:
                raise _unreadable(content_hash, reason) from reason

    @property
    def local(self) -> bool:
        """Whether `local_copy` gives the stored file itself, so that a link to it holds."""
        return self._blobs.local

    def local_copy(self, content_hash: str) -> AbstractContextManager[Path]:
        """A file with the content, to be read only. Raises FileNotFoundError."""
        return self._blobs.local_copy(_key(content_hash))

    def put(self, content: bytes) -> str:
        """Store a content; its hash. Once this returns, the content survives a loss of power.

        Raises:
            CatalogueError: the disk is full, or may not be written; then nothing of it is stored.
        """
        content_hash = hash_of(content)
        try:
            self._blobs.put(_key(content_hash), content, immutable=True)
        except OSError as reason:
            raise _unwritable(self._blobs.name, reason) from reason
        return content_hash

    def delete(self, content_hash: str) -> None:
        """Delete a content, if it is there. Raises CatalogueError."""
        try:
            self._blobs.delete(_key(content_hash))
        except OSError as reason:
            raise CatalogueError(
                f"The original {content_hash[:12]}",
                "cannot be deleted",
                received=reason.strerror or "",
                cure="Give this user the right to write in its folder, and try again.",
            ) from reason

    def hashes(self) -> Iterator[str]:
        """The hashes of all files, sorted."""
        for key in self._blobs.all_keys():
            name = key.rpartition("/")[2]
            if _HASH.fullmatch(name) and key == _key(name):
                yield name

    def altered(self, content_hash: str) -> bool:
        """Whether a file's content has changed; reads all of it."""
        with self.open(content_hash) as file:
            return hashlib.file_digest(file, "sha256").hexdigest() != content_hash  # type: ignore[arg-type]


def _key(content_hash: str) -> str:
    assert _HASH.fullmatch(content_hash), content_hash
    return f"{content_hash[:2]}/{content_hash[2:4]}/{content_hash}"


def _unreadable(content_hash: str, reason: OSError) -> CatalogueError:
    missing = isinstance(reason, FileNotFoundError)
    return CatalogueError(
        f"The original {content_hash[:12]}",
        "is missing from the store" if missing else "cannot be read",
        received="" if missing else reason.strerror or "",
        cure="Bring it back from a backup, or add the picture again.",
        reason="original-missing",
    )


def _unwritable(where: str, reason: OSError) -> CatalogueError:
    if reason.errno in FULL:
        return CatalogueError(
            f"The disk of {where}",
            "is full; the picture was not added",
            received=reason.strerror or "",
            cure="Make room, or move the setting home to a larger disk, and add it again.",
            reason="disk-full",
        )
    return CatalogueError(
        f"The folder {where}",
        "cannot be written; the picture was not added",
        received=reason.strerror or "",
        cure="Give this user the right to write there.",
    )
