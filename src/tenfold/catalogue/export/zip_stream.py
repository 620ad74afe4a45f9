"""A ZIP archive as a stream, of any number of files, in little memory. Knows nothing of pictures.

Files are stored as they are, because pictures do not get smaller. Each is read twice, once for its checksum,
so that every program can unpack the stream as it comes. The central directory is kept on disk until the end.
"""

import struct
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import BinaryIO

_CHUNK = 1 << 18
_LIST_IN_MEMORY = 1 << 20
_UTF8_NAME, _STORED = 0x800, 0
_VERSION, _VERSION_64 = 20, 45
_MOST, _MOST_FILES = 0xFFFFFFFF, 0xFFFF
# A plain file of a Unix system, that all may read.
_MODE = 0o100644 << 16


class Zip:
    """Writes an archive: `yield from` each `add`, then `finish`."""

    def __init__(self) -> None:
        self._offset = self._count = 0
        self._list = SpooledTemporaryFile(max_size=_LIST_IN_MEMORY)  # noqa: SIM115

    def add(self, name: str, opened: Callable[[], BinaryIO], at: datetime) -> Iterator[bytes]:
        """One file, as its part of the stream.

        Args:
            name: its path in the archive, with forward slashes.
            opened: opens it; called twice, and has the same content both times.
        """
        with opened() as file:
            checksum = size = 0
            while chunk := file.read(_CHUNK):
                checksum, size = zlib.crc32(chunk, checksum), size + len(chunk)
        assert size < _MOST, "pictures are smaller: settings.max_picture_bytes"
        called = name.encode()
        facts = (_UTF8_NAME, _STORED, *_dos(at), checksum, size, size, len(called))
        start = struct.pack("<IHHHHHIIIHH", 0x04034B50, _VERSION, *facts, 0) + called
        self._note(called, facts)
        yield start
        sent = 0
        with opened() as file:
            while chunk := file.read(_CHUNK):
                sent += len(chunk)
                yield chunk
        assert sent == size, f"{name} changed while it was read"
        self._offset += len(start) + size
        self._count += 1

    def finish(self) -> Iterator[bytes]:
        """The central directory, which ends the archive."""
        size = self._list.tell()
        self._list.seek(0)
        with self._list:
            while chunk := self._list.read(_CHUNK):
                yield chunk
        if self._offset >= _MOST or size >= _MOST or self._count >= _MOST_FILES:
            yield struct.pack(
                "<IQHHIIQQQQ",
                *(0x06064B50, 44, _VERSION_64, _VERSION_64, 0, 0),
                *(self._count, self._count, size, self._offset),
            )
            yield struct.pack("<IIQI", 0x07064B50, 0, self._offset + size, 1)
        count = min(self._count, _MOST_FILES)
        yield struct.pack(
            "<IHHHHIIH",
            *(0x06054B50, 0, 0, count, count),
            *(min(size, _MOST), min(self._offset, _MOST), 0),
        )

    def _note(self, called: bytes, facts: tuple[int, ...]) -> None:
        """Add an entry to the central directory."""
        far = self._offset >= _MOST
        extra = struct.pack("<HHQ", 1, 8, self._offset) if far else b""
        version = _VERSION_64 if far else _VERSION
        made_by = 3 << 8 | version  # Unix, so that the mode is understood
        self._list.write(struct.pack("<IHHHHHHIIIHH", 0x02014B50, made_by, version, *facts, len(extra)))
        self._list.write(struct.pack("<HHHII", 0, 0, 0, _MODE, min(self._offset, _MOST)) + called + extra)


def _dos(at: datetime) -> tuple[int, int]:
    """Time and date as ZIP counts them: from 1980, every other second."""
    year = min(max(at.year, 1980), 2107) - 1980
    return at.hour << 11 | at.minute << 5 | at.second // 2, year << 9 | at.month << 5 | at.day
