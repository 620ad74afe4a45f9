"""What a worker and its parent say to each other: a JSON header and bytes, each with its length before it.

Plain data on purpose: a worker may have read hostile bytes, so nothing it says is ever unpickled.
"""

import io
import json
import struct
from typing import Any, TypeAlias

from tenfold.parsing import from_json

Header: TypeAlias = dict[str, Any]

_LENGTHS = struct.Struct("<IQ")
_MOST_HEADER = 65_536


class Ended(OSError):
    """The other side is gone, or sent something unexpected."""


def write(file: io.FileIO, header: Header, body: bytes | bytearray | memoryview) -> None:
    """Write a frame; raises OSError where the other side is gone."""
    head = json.dumps(header).encode()
    for part in (_LENGTHS.pack(len(head), len(body)) + head, body):
        left = memoryview(part)
        while left:
            left = left[file.write(left) or 0 :]


def read(file: io.FileIO, most: int) -> tuple[Header, bytearray]:
    """Read a frame, of `most` bytes. Raises OSError: the other side is gone, or says what it may not."""
    head, body = _LENGTHS.unpack(_exactly(file, _LENGTHS.size))
    if head > _MOST_HEADER or body > most:
        raise Ended("it answered more than it was asked")
    try:
        header = from_json(_exactly(file, head))
    except ValueError as reason:
        raise Ended("its answer makes no sense") from reason
    if not isinstance(header, dict):
        raise Ended("its answer makes no sense")
    return header, _exactly(file, body)


def _exactly(file: io.FileIO, count: int) -> bytearray:
    found = bytearray(count)
    left = memoryview(found)
    while left:
        got = file.readinto(left)
        if not got:
            raise Ended("it ended without an answer")
        left = left[got:]
    return found
