"""What a blob store can do. Features use this, and know no folder."""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")


class BlobFacts(NamedTuple):
    """A blob's length in bytes, and when it was last put, by the store's clock, in nanoseconds."""

    size: int
    changed_ns: int


class BlobStore(Protocol):
    """Blobs by key, such as `ab/cd/abcd.jpg`, each whole or not there. Many threads may use a store.

    Every method raises OSError where the store cannot be used.
    """

    @property
    def name(self) -> str:
        """Where the blobs are, for messages."""

    @property
    def local(self) -> bool:
        """Whether `local_copy` gives the store's own file, which stays."""

    def put(self, key: str, content: bytes, *, immutable: bool = False) -> None:
        """Store a blob, in the place of one that is there.

        Args:
            immutable: the key names the content, so a blob of the same length is the same and stays.
        """

    def put_file(self, key: str, file: Path) -> None:
        """Store a file as a blob, and delete it. A local store renames it where it is on the store's disk.

        Raises FileNotFoundError where there is no such file. Where it raises, the file stays.
        """

    def open(self, key: str) -> BinaryIO:
        """A blob, to be read from any place; raises FileNotFoundError."""

    def size(self, key: str) -> int | None:
        """A blob's length in bytes; None where there is none."""

    def facts(self, key: str) -> BlobFacts | None:
        """A blob's length, and when it was last put; None where there is none."""

    def delete(self, key: str) -> None:
        """Delete a blob, if it is there."""

    def all_keys(self, folder: str = "") -> Iterator[str]:
        """All keys, sorted; with a folder, such as `ab/cd`, only those in it."""

    def local_copy(self, key: str) -> AbstractContextManager[Path]:
        """A file with the blob, to be read only, for libraries and processes that need a path; it may be the
        store's own. Raises FileNotFoundError.
        """


def read_if_there(store: BlobStore, key: str) -> bytes | None:
    """A whole blob; None where there is none."""
    try:
        with store.open(key) as file:
            return file.read()
    except FileNotFoundError:
        return None


def is_key(name: str) -> bool:
    """Whether a key, or a part of one, may be so called."""
    return _KEY.fullmatch(name) is not None


def check_key(key: str) -> str:
    """The key; it must not lead out of a folder."""
    assert is_key(key), key
    return key
