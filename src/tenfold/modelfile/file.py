"""Reads and writes model files: the facts, the network, and a checksum that shows damage.

Knows how a file is laid out; runs nothing, and needs neither onnx nor ONNX Runtime. A protocol buffer's
fields may stand in any order, so the file is laid out for reading without one:

    metadata entry "tenfold": the facts as JSON     first, so that reading them reads nothing else
    the network, as the exporter wrote it
    metadata entry "tenfold.sha256"                 last: the SHA-256 of all bytes before it
"""

import hashlib
import os
import stat
from pathlib import Path
from typing import Any

from tenfold.errors import ModelFileError
from tenfold.files import write_whole
from tenfold.modelfile import facts
from tenfold.modelfile.facts import FORMAT_VERSION, ModelInfo, UnfitFacts
from tenfold.os_errors import refused

# A protocol buffer is no longer than this.
MOST_BYTES = 2**31 - 1
# The models that come with tenfold: for photographs, for 32 pixels (clean, noisy), and for cameras.
BUNDLED = ("photo", "cifar10", "cifar10-small", "watch")
DEFAULT, CAMERAS = "photo", "watch"
# As help texts and messages name them.
BUNDLED_NAMES = ", ".join(BUNDLED)
_FACTS, _SEAL = b"tenfold", b"tenfold.sha256"
_METADATA_FIELD = 14  # ModelProto.metadata_props
_FETCH_AGAIN = "Copy it again from where it came, or export it again."


def bundled(name: str = DEFAULT) -> Path:
    """A model that comes with tenfold, by its name. Raises ModelFileError where the installation lacks it."""
    assert name in BUNDLED
    path = Path(__file__).parent.parent / "models" / f"{name}.onnx"
    if not path.is_file():
        raise ModelFileError(
            f"The bundled model {name}",
            "is missing from this installation",
            cure="Install tenfold again, or name a model file with --model or TENFOLD_MODEL.",
        )
    return path


def locate(model: str | os.PathLike[str] | None) -> str | os.PathLike[str]:
    """The file of a path, of a bundled model's name, or (None, "") of the default model."""
    named = model or DEFAULT
    return bundled(os.fspath(named)) if os.fspath(named) in BUNDLED else named


def write(path: Path, network: bytes, info: ModelInfo) -> None:
    """Write a model file; `path` holds either the old or the whole new one at every moment.

    Args:
        network: a serialised ONNX model with the inputs and outputs of the design.
    """
    content = _entry(_FACTS, facts.dumped(info)) + network
    content += _entry(_SEAL, hashlib.sha256(content).hexdigest().encode())
    try:
        write_whole(path, content)
    except OSError as reason:
        cure = "Free some space, or name another place."
        subject = f"The model file {path}"
        raise refused(ModelFileError, subject, reason, "cannot be written", cure=cure) from reason


def network(path: Path) -> bytes:
    """The network of a model file as a serialised ONNX model, without what the file says of itself.

    Raises:
        ModelFileError: as `read`.
    """
    content, _ = read(path)
    facts_end = _entry_start(content)
    assert facts_end is not None  # as `read` has found it
    return content[facts_end[1] : -_SEAL_LENGTH]


def read(path: str | os.PathLike[str], subject: str = "") -> tuple[bytes, ModelInfo]:
    """A whole model file, checked, and its facts.

    Args:
        subject: what a message calls it, where that is not its path.

    Raises:
        ModelFileError: it is missing, not ours, damaged, or from a newer tenfold.
    """
    where = Path(path)
    subject = subject or f"The model file {where}"
    try:
        state = where.stat()
        if not stat.S_ISREG(state.st_mode) and not stat.S_ISDIR(state.st_mode):
            raise OSError(0, "it is no file")  # a pipe never ends
        if state.st_size > MOST_BYTES:
            raise OSError(0, f"{state.st_size:,} bytes; no ONNX file has more than {MOST_BYTES:,}")
        content = where.read_bytes()
    except OSError as reason:
        cure = f"Check the path, or name a bundled model: {BUNDLED_NAMES}."
        raise refused(ModelFileError, subject, reason, "cannot be read", cure=cure) from reason
    return content, _checked(content, subject)


def _checked(content: bytes, subject: str) -> ModelInfo:
    found = _facts(subject, content)
    seal = _entry(_SEAL, hashlib.sha256(memoryview(content)[:-_SEAL_LENGTH]).hexdigest().encode())
    if content[-_SEAL_LENGTH:] != seal:
        raise ModelFileError(
            subject,
            "is damaged: its content does not match its seal",
            received=f"{len(content):,} bytes",
            cure=_FETCH_AGAIN,
            reason="model-damaged",
        )
    try:
        return facts.model_info(found)
    except UnfitFacts as reason:
        raise ModelFileError(
            subject,
            "says of itself what cannot be",
            received=str(reason),
            cure="Export it again with the tenfold that trained it.",
            reason="model-damaged",
        ) from reason
    except (KeyError, TypeError) as reason:
        raise _unreadable(subject, content, reason) from reason


def _facts(subject: str, content: bytes) -> dict[str, Any]:
    """The facts, unchecked except that they can be read."""
    prefix = _entry_start(content)
    if prefix is None:
        raise ModelFileError(
            subject,
            "was not made by tenfold",
            received=_describe(content),
            cure="tenfold writes its own model files with `tenfold train`.",
            reason="not-a-model",
        )
    start, end = prefix
    try:
        found = facts.parsed(content[start : min(end, start + facts.MOST_BYTES + 1)])
    except ValueError as reason:
        raise _unreadable(subject, content, reason) from reason
    if found["format_version"] > FORMAT_VERSION:
        raise ModelFileError(
            subject,
            "comes from a newer tenfold than this one",
            received=f"format {found['format_version']} of tenfold {found.get('tenfold_version', '?')}, "
            f"this one reads up to {FORMAT_VERSION}",
            cure="Install a newer tenfold.",
            reason="model-newer",
        )
    return found


def _unreadable(subject: str, content: bytes, reason: Exception) -> ModelFileError:
    return ModelFileError(
        subject,
        "is damaged: its facts cannot be read",
        received=f"{len(content):,} bytes, {type(reason).__name__}",
        cure=_FETCH_AGAIN,
        reason="model-damaged",
    )


def _describe(content: bytes) -> str:
    if not content:
        return "it is empty"
    if b"pytorch" in content[:200] or content[:1] == b"\x08":
        return "an ONNX file of another program"
    return f"it starts with {content[:12]!r}"


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _entry(key: bytes, value: bytes) -> bytes:
    """One StringStringEntryProto of a ModelProto."""
    return _field(_METADATA_FIELD, _field(1, key) + _field(2, value))


_SEAL_LENGTH = len(_entry(_SEAL, b"0" * 64))


def _entry_start(content: bytes) -> tuple[int, int] | None:
    """Where the first entry's value begins and ends, if the content starts with our facts."""
    at = 0
    for tag, name in ((_METADATA_FIELD, None), (1, _FACTS), (2, None)):
        if content[at : at + 1] != _varint(tag << 3 | 2):
            return None
        length, at = _read_varint(content, at + 1)
        if name is not None:
            if content[at : at + length] != name:
                return None
            at += length
    return at, at + length


def _read_varint(content: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while at < len(content) and shift < 64:
        byte = content[at]
        number |= (byte & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if byte < 0x80:
            break
    return number, at
