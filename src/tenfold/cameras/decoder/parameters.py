"""The parameters of an H.264 stream, such as the size of its pictures, as its packets bring them.

Knows nothing of what they mean. Runs in a decoder's process.
"""

import re

from tenfold.cameras.decoder.video import Packet

_START = re.compile(rb"\x00\x00\x01")
# Types of a unit of H.264 that hold parameters.
SEQUENCE, PICTURE = 7, 8


def units(content: bytes) -> list[bytes]:
    """The units of a byte stream (H.264, Annex B); none of another form."""
    if not content.startswith((b"\0\0\1", b"\0\0\0\1")):
        return []
    return [found for unit in _START.split(content) if (found := unit.rstrip(b"\0"))]


def parameters_in(packet: Packet) -> bytes:
    """The parameter sets that a packet brings; b"" where it has none, or only some."""
    found = [unit for unit in units(bytes(packet.video or b"")) if unit[0] & 31 in (SEQUENCE, PICTURE)]
    if {unit[0] & 31 for unit in found} != {SEQUENCE, PICTURE}:
        return b""
    return b"".join(b"\0\0\0\1" + unit for unit in dict.fromkeys(found))
