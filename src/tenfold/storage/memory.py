"""Blobs in memory, with the behaviour of a remote store: no file is shared. For tests and trials."""

import contextlib
import tempfile
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from tenfold.storage.blobs import BlobFacts, check_key


class MemoryStore:
    """A blob store that ends with the process."""

    name = "memory"
    local = False

    def __init__(self) -> None:
        # With the time of each.
        self._blobs: dict[str, tuple[bytes, int]] = {}

    def put(self, key: str, content: bytes, *, immutable: bool = False) -> None:
        self._blobs[check_key(key)] = bytes(content), time.time_ns()

    def put_file(self, key: str, file: Path) -> None:
        self.put(key, file.read_bytes())
        file.unlink()

    def open(self, key: str) -> BinaryIO:
        try:
            return BytesIO(self._blobs[check_key(key)][0])
        except KeyError:
            raise FileNotFoundError(f"no blob {key}") from None

    def size(self, key: str) -> int | None:
        facts = self.facts(key)
        return facts and facts.size

    def facts(self, key: str) -> BlobFacts | None:
        held = self._blobs.get(check_key(key))
        return held and BlobFacts(len(held[0]), held[1])

    def delete(self, key: str) -> None:
        self._blobs.pop(check_key(key), None)

    def all_keys(self, folder: str = "") -> Iterator[str]:
        start = f"{check_key(folder)}/" if folder else ""
        return iter(sorted(key for key in self._blobs if key.startswith(start)))

    @contextlib.contextmanager
    def local_copy(self, key: str) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(prefix="tenfold-") as folder, self.open(key) as file:
            path = Path(folder) / Path(key).name
            path.write_bytes(file.read())
            yield path
