"""Decoded pictures as one array in a file, so that no picture is decoded twice. Knows no labels and no parts.

A title (a source at a size) has two files: `<title>.<token>.pixels`, the rows one after another, and
`<title>.index.npz`, which names the pixels' file and says which picture each row is. The index is replaced
last and at once, so a process that is stopped half-way leaves the earlier state. A picture whose key is in
the index already is copied, not decoded.
"""

import os
import secrets
import zipfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, TypeVar

import numpy as np
from numpy.typing import NDArray

from tenfold.errors import DatasetError, PictureError
from tenfold.files import replacing
from tenfold.os_errors import refused

KEY_BYTES = 16
# Written into each index; another number makes every older file stale.
_VERSION = 1
_DIGEST_BYTES = 32
# Pictures that a thread takes at a time: handing over each small one would cost more than decoding it.
_BATCH = 16
_AHEAD_PER_THREAD = 2

Decode = Callable[[int], tuple[NDArray[np.uint8], bytes]]
Arrange = Callable[["Rows"], NDArray[np.int64]]
Progress = Callable[[int, int], None]
Result = TypeVar("Result")
# A row's bytes, the SHA-256 of its source, and that of its pixels.
_Row = tuple[bytes, bytes, bytes]


@dataclass(frozen=True, eq=False)
class Rows:
    """Facts of the pictures that could be decoded, in the order of the rows.

    Attributes:
        items: which picture each row is, int64 `[R]`.
        contents: SHA-256 of each picture's source.
        pixels: SHA-256 of each row's pixels.
        problems: why the others could not be decoded, by picture.
    """

    items: NDArray[np.int64]
    contents: list[bytes]
    pixels: list[bytes]
    problems: dict[int, str]

    def reordered(self, order: NDArray[np.int64]) -> "Rows":
        """The same rows in another order."""
        return Rows(
            self.items[order],
            [self.contents[row] for row in order],
            [self.pixels[row] for row in order],
            self.problems,
        )


@dataclass(frozen=True, eq=False)
class _Kept:
    """What the cache holds of a title: where the pixels are, and of which pictures, by key."""

    file: Path
    keys: NDArray[np.uint8]
    rows: Rows

    def known(self) -> dict[bytes, int]:
        return {self.keys[item].tobytes(): row for row, item in enumerate(self.rows.items)}


class PixelCache:
    """The cached pictures of one title.

    Args:
        folder: where cached files lie; made where it is missing.
        title: names one source at one size by one resize rule; a file name.
        side: rows are pictures uint8 `[side, side, 3]`.
    """

    def __init__(self, folder: Path, title: str, side: int) -> None:
        self._folder, self._title, self._side = folder, title, side
        self._index = folder / f"{title}.index.npz"
        self._row_bytes = 3 * side * side

    def open(
        self,
        keys: Sequence[bytes],
        decode: Decode,
        arrange: Arrange,
        progress: Progress = lambda done, total: None,
    ) -> tuple[NDArray[np.uint8], Rows]:
        """The pictures in the order that `arrange` wants, decoded where that has not been done.

        Args:
            keys: KEY_BYTES for each picture; equal as long as its pixels cannot have changed.
            decode: a picture's number -> its pixels and the SHA-256 of its source; PictureError is noted.
                Called from several threads.
            arrange: the rows -> the order they should have, int64 `[R]`. Its DatasetError passes through,
                and what was decoded is kept all the same.
            progress: called with the pictures done and the pictures in all.

        Returns:
            uint8 `[R, side, side, 3]`, mapped from the file (changes stay in memory), and what the rows are.

        Raises:
            DatasetError: the cache cannot be written.
        """
        wanted = np.frombuffer(b"".join(keys), dtype=np.uint8).reshape(-1, KEY_BYTES)
        kept = self._read_index()
        if kept is None or not np.array_equal(kept.keys, wanted):
            kept = self._write(lambda file: self._decoded(file, wanted, kept, decode, progress), wanted)
        order = arrange(kept.rows)
        if not np.array_equal(order, np.arange(len(order))):
            rows, source = kept.rows.reordered(order), self._map(kept)
            kept = self._write(lambda file: self._copied(file, source, order, rows), wanted)
        return self._map(kept), kept.rows

    def _map(self, kept: _Kept) -> NDArray[np.uint8]:
        shape = (len(kept.rows.items), self._side, self._side, 3)
        if not shape[0]:
            return np.zeros(shape, dtype=np.uint8)
        return np.memmap(kept.file, dtype=np.uint8, mode="c", shape=shape)

    def _decoded(
        self,
        file: BinaryIO,
        keys: NDArray[np.uint8],
        kept: _Kept | None,
        decode: Decode,
        progress: Progress,
    ) -> Rows:
        known = kept.known() if kept else {}
        earlier = self._map(kept) if kept else None
        items: list[int] = []
        contents: list[bytes] = []
        digests: list[bytes] = []
        problems: dict[int, str] = {}

        def one(item: int) -> _Row | str:
            row = known.get(keys[item].tobytes())
            try:
                if kept is not None and earlier is not None and row is not None:
                    pixels, content = earlier[row], kept.rows.contents[row]
                else:
                    pixels, content = decode(item)
            except PictureError as problem:
                return str(problem)
            assert pixels.nbytes == self._row_bytes
            return pixels.tobytes(), content, sha256(pixels.tobytes()).digest()

        def batch(number: int) -> list[_Row | str]:
            return [one(item) for item in range(number * _BATCH, min(len(keys), (number + 1) * _BATCH))]

        item = 0
        for results in _in_order(batch, -(-len(keys) // _BATCH)):
            for result in results:
                if isinstance(result, str):
                    problems[item] = result
                else:
                    file.write(result[0])
                    items.append(item)
                    contents.append(result[1])
                    digests.append(result[2])
                item += 1
                progress(item, len(keys))
        return Rows(np.array(items, dtype=np.int64), contents, digests, problems)

    def _copied(
        self, file: BinaryIO, source: NDArray[np.uint8], order: NDArray[np.int64], rows: Rows
    ) -> Rows:
        for row in order:
            file.write(source[row].tobytes())
        return rows

    def _write(self, fill: Callable[[BinaryIO], Rows], keys: NDArray[np.uint8]) -> _Kept:
        """Fill a new pixels' file, then let the index name it."""
        pixels = self._folder / f"{self._title}.{secrets.token_hex(8)}.pixels"
        try:
            with replacing(self._index) as index, replacing(pixels) as part:
                with part.open("wb") as file:
                    rows = fill(file)
                with index.open("wb") as file:
                    _save_index(file, pixels.name, keys, rows)
        except OSError as reason:
            raise self._unwritable(reason, len(keys)) from reason
        self._sweep(pixels)
        return _Kept(pixels, keys, rows)

    def _read_index(self) -> _Kept | None:
        """What is kept and whole; None where nothing is."""
        try:
            with self._index.open("rb") as file, np.load(file, allow_pickle=False) as index:
                if int(index["version"]) != _VERSION:
                    return None
                pixels = self._folder / str(index["named"])
                problems = dict(zip(index["bad"].tolist(), index["reasons"].tolist(), strict=True))
                rows = Rows(index["items"], _split(index["contents"]), _split(index["pixels"]), problems)
                kept = _Kept(pixels, index["keys"], rows)
            whole = pixels.stat().st_size == len(rows.items) * self._row_bytes
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None
        return kept if whole and len(rows.items) == len(rows.pixels) == len(rows.contents) else None

    def _sweep(self, current: Path) -> None:
        """Delete the pixels that the index no longer names."""
        for path in self._folder.glob(f"{self._title}.*.pixels"):
            if path != current:
                with suppress(OSError):  # someone else deleted it, or still has it open where that forbids it
                    path.unlink()

    def _unwritable(self, reason: OSError, count: int) -> DatasetError:
        megabytes = 2 * count * self._row_bytes / 1e6
        cure = f"It needs {megabytes:,.1f} MB: free some space, or move TENFOLD_HOME to another disk."
        subject = f"The cache of decoded pictures in {self._folder}"
        return refused(DatasetError, subject, reason, "cannot be written", cure=cure)


def _in_order(work: Callable[[int], Result], count: int) -> Iterator[Result]:
    """`work(0)`, `work(1)`, ... done in threads, with a bounded number of waiting results."""
    threads = os.cpu_count() or 1
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for number in range(count):
                waiting.append(pool.submit(work, number))
                if len(waiting) > threads * _AHEAD_PER_THREAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _save_index(file: BinaryIO, name: str, keys: NDArray[np.uint8], rows: Rows) -> None:
    np.savez(
        file,
        version=np.int64(_VERSION),
        named=np.str_(name),
        keys=keys,
        items=rows.items,
        contents=_joined(rows.contents),
        pixels=_joined(rows.pixels),
        bad=np.array(list(rows.problems), dtype=np.int64),
        reasons=np.array(list(rows.problems.values()), dtype=np.str_),
    )


def _joined(digests: Sequence[bytes]) -> NDArray[np.uint8]:
    return np.frombuffer(b"".join(digests), dtype=np.uint8).reshape(-1, _DIGEST_BYTES)


def _split(digests: NDArray[np.uint8]) -> list[bytes]:
    return [row.tobytes() for row in digests]
