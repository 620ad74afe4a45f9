"""The payload of Sparkplug B: protobuf's wire format for the few types that are needed.

Field numbers are those of chapter 6 of the specification
(https://sparkplug.eclipse.org/specification/, version 3.0).
"""

import struct
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

Value: TypeAlias = bool | int | float | str


class DataType(IntEnum):
    """Types of metrics, by the specification's numbers."""

    INT64 = 4
    UINT64 = 8
    DOUBLE = 10
    BOOLEAN = 11
    STRING = 12


@dataclass(frozen=True)
class Metric:
    """One value in a payload. In births it has name and alias, in data the alias alone."""

    value: Value
    type: DataType
    name: str = ""
    alias: int | None = None


def payload(metrics: list[Metric], *, timestamp: int, seq: int | None = None) -> bytes:
    """A Sparkplug payload; `timestamp` in milliseconds since 1970."""
    found = _number(1, timestamp)
    for metric in metrics:
        found += _bytes(2, _metric(metric, timestamp))
    return found if seq is None else found + _number(3, seq)


def commands(data: bytes | bytearray) -> dict[str, bool]:
    """The boolean metrics of a command, by name; what cannot be read is passed over."""
    found = {}
    with suppress(IndexError, UnicodeDecodeError):
        for field, value in _fields(bytes(data)):
            if field == 2 and isinstance(value, bytes):
                metric = dict(_fields(value))
                name = metric.get(1)
                if isinstance(name, bytes) and 14 in metric:
                    found[name.decode()] = bool(metric[14])
    return found


def _metric(metric: Metric, timestamp: int) -> bytes:
    found = _bytes(1, metric.name.encode()) if metric.name else b""
    if metric.alias is not None:
        found += _number(2, metric.alias)
    found += _number(3, timestamp) + _number(4, metric.type)
    value = metric.value
    match metric.type:
        case DataType.BOOLEAN:
            return found + _number(14, int(value))
        case DataType.STRING:
            return found + _bytes(15, str(value).encode())
        case DataType.DOUBLE:
            return found + _key(13, 1) + struct.pack("<d", value)
        case DataType.INT64 | DataType.UINT64:
            return found + _number(11, int(value) % (1 << 64))


def _key(field: int, kind: int) -> bytes:
    return _varint(field << 3 | kind)


def _number(field: int, value: int) -> bytes:
    return _key(field, 0) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _key(field, 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


def _fields(data: bytes) -> list[tuple[int, int | bytes]]:
    """Field numbers and values of a message; raises IndexError where it is cut off."""
    found: list[tuple[int, int | bytes]] = []
    at = 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80 or shift > 63:
                return value
            shift += 7

    while at < len(data):
        key = varint()
        field, kind = key >> 3, key & 7
        if kind == 0:
            found.append((field, varint()))
            continue
        size = varint() if kind == 2 else {1: 8, 5: 4}.get(kind, len(data))
        if at + size > len(data):
            raise IndexError
        found.append((field, data[at : at + size]))
        at += size
    return found
