"""The model file: one `.onnx` with everything a surface needs to know, and a seal that shows damage.

Knows the file and its facts; runs nothing, and needs neither onnx nor ONNX Runtime. A protocol buffer's
fields may stand in any order, so the file is laid out for reading without one:

    metadata entry "tenfold": the facts as JSON     first, so that reading them reads nothing else
    the network, as the exporter wrote it
    metadata entry "tenfold.sha256"                 last: the SHA-256 of all bytes before it
"""

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from tenfold.errors import ModelFileError

FORMAT_VERSION = 1
_FACTS, _SEAL = b"tenfold", b"tenfold.sha256"
_METADATA_FIELD = 14  # ModelProto.metadata_props
_FETCH_AGAIN = "Copy it again from where it came, or export it again."


@dataclass(frozen=True)
class ClassName:
    """A class: the label that programs use and its name in the languages of people."""

    label: str
    names: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ModelInfo:
    """What a model file says of itself.

    Attributes:
        name: what the model is called.
        classes: in the order of the outputs.
        input_size: side in pixels of the square picture that the network takes.
        resize: the resize rule, one of `tenfold.images.RESIZE_RULES`.
        views: how views are taken from a picture, a name in `tenfold.inference.views`.
        temperature: the logits were divided by it before the softmax (Guo et al. 2017).
        threshold: a picture whose novelty is above it is "none of these".
        known_rate: the share of known pictures that the threshold was chosen to keep, 0 to 1.
        network: the network's name and settings.
        training: the recipe.
        data_fingerprint: SHA-256 over the training pictures and their labels.
        scores: measured figures, by name.
        licence: of the weights, as an SPDX identifier.
        tenfold_version: which tenfold wrote the file.
        format_version: which layout of facts and outputs the file has.
    """

    name: str
    classes: tuple[ClassName, ...]
    input_size: int
    resize: str
    views: str
    temperature: float
    threshold: float
    known_rate: float
    network: dict[str, Any]
    training: dict[str, Any]
    data_fingerprint: str
    scores: dict[str, Any]
    licence: str
    tenfold_version: str
    format_version: int = FORMAT_VERSION

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(c.label for c in self.classes)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def bundled() -> Path:
    """The model that comes with tenfold. Raises ModelFileError where the installation lacks it."""
    path = Path(__file__).parent / "models" / "cifar10.onnx"
    if not path.is_file():
        raise ModelFileError(
            "The bundled model",
            "is missing from this installation",
            cure="Install tenfold again, or name a model file with --model or TENFOLD_MODEL.",
        )
    return path


def write(path: Path, network: bytes, info: ModelInfo) -> None:
    """Write a model file; `path` holds either the old or the whole new one at every moment.

    Args:
        network: a serialised ONNX model with the inputs and outputs of the design.
    """
    facts = json.dumps(info.to_dict(), ensure_ascii=False, separators=(",", ":")).encode()
    content = _entry(_FACTS, facts) + network
    content += _entry(_SEAL, hashlib.sha256(content).hexdigest().encode())
    partial = path.with_name(f"{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as reason:
        with suppress(OSError):
            partial.unlink()
        raise ModelFileError(
            f"The model file {path}",
            "cannot be written",
            received=str(reason),
            cure="Free some space, or name another place.",
        ) from reason


def read(path: str | os.PathLike[str]) -> tuple[bytes, ModelInfo]:
    """A whole model file, checked, and its facts.

    Raises:
        ModelFileError: it is missing, not ours, damaged, or from a newer tenfold.
    """
    where = Path(path)
    subject = f"The model file {where}"
    try:
        content = where.read_bytes()
    except OSError as reason:
        raise ModelFileError(
            subject,
            "cannot be read",
            received=reason.strerror or str(reason),
            cure="Check the path; leave it out to use the bundled model.",
        ) from reason
    return content, checked(content, subject)


def checked(content: bytes, subject: str) -> ModelInfo:
    """The facts of a whole model file's content.

    Args:
        subject: what a message calls it.

    Raises:
        ModelFileError: it is not ours, damaged, or from a newer tenfold.
    """
    info = _facts(subject, content)
    seal = _entry(_SEAL, hashlib.sha256(content[:-_SEAL_LENGTH]).hexdigest().encode())
    if content[-_SEAL_LENGTH:] != seal:
        raise ModelFileError(
            subject,
            "is damaged: its content does not match its seal",
            received=f"{len(content):,} bytes",
            cure=_FETCH_AGAIN,
        )
    return info


def _facts(subject: str, content: bytes) -> ModelInfo:
    prefix = _entry_start(content)
    if prefix is None:
        raise ModelFileError(
            subject,
            "was not made by tenfold",
            received=_describe(content),
            cure="tenfold writes its own model files with `tenfold train`.",
        )
    try:
        facts = json.loads(content[prefix[0] : prefix[1]])
        version = facts["format_version"]
        if version > FORMAT_VERSION:
            raise ModelFileError(
                subject,
                "comes from a newer tenfold than this one",
                received=f"format {version} of tenfold {facts.get('tenfold_version', '?')}, "
                f"this one reads up to {FORMAT_VERSION}",
                cure="Install a newer tenfold.",
            )
        known = {f.name for f in fields(ModelInfo)}
        facts["classes"] = tuple(ClassName(**c) for c in facts["classes"])
        info = ModelInfo(**{k: v for k, v in facts.items() if k in known})
        _check_kinds(info)
        return info
    except (ValueError, KeyError, TypeError) as reason:
        raise ModelFileError(
            subject,
            "is damaged: its facts cannot be read",
            received=f"{len(content):,} bytes, {type(reason).__name__}",
            cure=_FETCH_AGAIN,
        ) from reason


def _check_kinds(info: ModelInfo) -> None:
    """Raise TypeError where a fact is of another kind than all who read it rely on."""
    texts = (info.name, info.resize, info.views, info.licence, info.tenfold_version, *info.labels)
    numbers = (info.temperature, info.threshold, info.known_rate)
    mappings = (info.network, info.training, info.scores, *(one.names for one in info.classes))
    fits = (
        all(isinstance(one, str) for one in texts)
        and all(type(one) in (int, float) for one in numbers)
        and all(isinstance(one, dict) for one in mappings)
        and type(info.input_size) is int
    )
    if not (fits and info.classes and info.input_size > 0):
        raise TypeError("a fact is of another kind")


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
