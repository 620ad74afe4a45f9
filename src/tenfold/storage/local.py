"""Blobs as files in a folder of this machine. Knows nothing of what is in them."""

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from tenfold.files import replacing, settle, sync
from tenfold.storage.blobs import BlobFacts, check_key, is_key


class LocalStore:
    """A blob store in a folder, each blob a file named by its key.

    Args:
        folder: made with the first blob.
        lasting: whether blobs outlive a loss of power; without it nothing waits for the disk.
    """

    def __init__(self, folder: Path, *, lasting: bool = True) -> None:
        self._folder, self._lasting = folder, lasting
        # Folders whose own names are known to outlive a loss of power.
        self._settled: set[Path] = set()

    @property
    def name(self) -> str:
        return str(self._folder)

    @property
    def local(self) -> bool:
        return True

    def put(self, key: str, content: bytes, *, immutable: bool = False) -> None:
        path = self._path(key)
        if not (immutable and self.size(key) == len(content)):
            path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path, lasting=self._lasting, make_folder=False) as part:
                part.write_bytes(content)
                # Another program may hold a hard link to the file (`tenfold catalogue file --mode link`).
                part.chmod(0o444)
        elif self._lasting:
            settle(path.parent)  # its writer may have been killed before doing so
        if self._lasting:
            self._settle_folders(path.parent)

    def put_file(self, key: str, file: Path) -> None:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        if self._lasting:
            sync(file)
        file.chmod(0o444)
        try:
            os.replace(file, path)
        except OSError as reason:
            if reason.errno != errno.EXDEV:
                raise
            with replacing(path, lasting=self._lasting, make_folder=False) as part:
                shutil.copy2(file, part)
            file.unlink()
        if self._lasting:
            settle(path.parent)
            self._settle_folders(path.parent)

    def open(self, key: str) -> BinaryIO:
        return self._path(key).open("rb")

    def size(self, key: str) -> int | None:
        facts = self.facts(key)
        return facts and facts.size

    def facts(self, key: str) -> BlobFacts | None:
        try:
            found = self._path(key).stat()
        except FileNotFoundError:
            return None
        return BlobFacts(found.st_size, found.st_mtime_ns)

    def delete(self, key: str) -> None:
        path = self._path(key)
        path.unlink(missing_ok=True)
        if self._lasting and path.parent.is_dir():
            settle(path.parent)

    def all_keys(self, folder: str = "") -> Iterator[str]:
        return self._below(self._path(folder), f"{folder}/") if folder else self._below(self._folder, "")

    @contextlib.contextmanager
    def local_copy(self, key: str) -> Iterator[Path]:
        path = self._path(key)
        os.stat(path)
        yield path

    def _below(self, folder: Path, above: str) -> Iterator[str]:
        with contextlib.suppress(FileNotFoundError):
            for one in sorted(os.scandir(folder), key=lambda one: one.name):
                if not is_key(one.name):  # a file that is being written, or somebody else's
                    continue
                if one.is_dir(follow_symlinks=False):
                    yield from self._below(Path(one.path), f"{above}{one.name}/")
                elif one.is_file():
                    yield f"{above}{one.name}"

    def _settle_folders(self, folder: Path) -> None:
        """Make the names of a blob's folders durable."""
        while folder != self._folder.parent and folder not in self._settled:
            settle(folder.parent)
            self._settled.add(folder)
            folder = folder.parent

    def _path(self, key: str) -> Path:
        return self._folder / check_key(key)
