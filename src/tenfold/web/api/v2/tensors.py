"""Requests and answers of the Open Inference Protocol: tensors in JSON, and in bytes behind it.

The protocol is KServe's (https://github.com/kserve/open-inference-protocol), with the extension for binary
tensors that Triton and KServe share. Knows neither HTTP nor the model.
"""

import base64
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.parsing import from_json
from tenfold.predictions import Prediction
from tenfold.web.request_errors import BadInference

INPUT = "image"
_SCALARS = {"FP32": np.dtype("<f4"), "BOOL": np.dtype("?")}
_LENGTH_BYTES = 4
_MOST_DIMENSIONS = 4


@dataclass(frozen=True)
class OutputTensor:
    """One of the outputs: its name, datatype, shape behind the number of pictures (-1: not said)."""

    name: str
    datatype: str
    shape: tuple[int, ...] = ()


def outputs(classes: int) -> list[OutputTensor]:
    """The outputs of a model with `classes` classes."""
    return [
        OutputTensor("label", "BYTES"),
        OutputTensor("known", "BOOL"),
        OutputTensor("probabilities", "FP32", (classes,)),
        OutputTensor("novelty", "FP32"),
        OutputTensor("embedding", "FP32", (-1,)),
    ]


@dataclass(frozen=True)
class InferenceRequest:
    """A request.

    Attributes:
        id: what the client calls it; None: nothing.
        pictures: of each the bytes of its file, or its pixels.
        pixels: whether they are pixels, uint8 `[S, S, 3]`.
        outputs: the names of the requested ones, and whether as bytes.
    """

    id: str | None
    pictures: list[bytes]
    pixels: bool
    outputs: dict[str, bool]


def read(body: bytes, header: str | None, *, size: int, classes: int, most: int) -> InferenceRequest:
    """A request's body.

    Args:
        header: the value of Inference-Header-Content-Length; None: the body is JSON alone.
        size: side of the model's input in pixels.
        classes: how many the model has.
        most: the most pictures.

    Raises:
        BadInference: it does not fit the protocol or the model.
    """
    facts, binary = _split(body, header)
    wanted = _wanted(facts, [one.name for one in outputs(classes)])
    inputs = facts.get("inputs")
    if not isinstance(inputs, list) or len(inputs) != 1 or not isinstance(inputs[0], dict):
        raise BadInference("inputs", "has to hold one input", cure=f"Send the input {INPUT} and no other.")
    (one,) = inputs
    if one.get("name") != INPUT:
        raise BadInference(
            "inputs", "holds no input of this model", received=_said(one.get("name")), cure=_TAKES
        )
    shape = _shape(one.get("shape"))
    if not 1 <= shape[0] <= most:
        raise BadInference(INPUT, f"has to hold 1 to {most} pictures", received=_said(shape[0]))
    datatype = one.get("datatype")
    raw = _raw(one, binary)
    if datatype == "UINT8" and shape[1:] == [size, size, 3]:
        pictures = _pixels(one.get("data") if raw is None else raw, shape)
    elif datatype == "BYTES" and len(shape) == 1:
        pictures = _files(one.get("data") if raw is None else raw, shape[0])
    else:
        cure = f"Send UINT8 [N, {size}, {size}, 3], or BYTES [N] with whole picture files."
        raise BadInference(
            INPUT, "has another shape or datatype", received=_said([datatype, shape]), cure=cure
        )
    name = facts.get("id")
    return InferenceRequest(name if isinstance(name, str) else None, pictures, datatype == "UINT8", wanted)


def written(
    request: InferenceRequest, answers: Sequence[Prediction], *, model: str, version: str
) -> tuple[bytes, int | None]:
    """An answer, and the length of its JSON part where tensors follow as bytes."""
    named = {one.name: one for one in outputs(len(answers[0].probabilities))}
    described, tail = [], list[bytes]()
    for name, as_bytes in request.outputs.items():
        values = _values(name, answers)
        kind = named[name].datatype
        facts: dict[str, Any] = {"name": name, "datatype": kind, "shape": list(values.shape)}
        if as_bytes:
            tail.append(_packed(values, kind))
            facts["parameters"] = {"binary_data_size": len(tail[-1])}
        else:
            facts["data"] = values.ravel().tolist()
        described.append(facts)
    answer = {"model_name": model, "model_version": version, "outputs": described}
    if request.id is not None:
        answer["id"] = request.id
    head = json.dumps(answer, ensure_ascii=False).encode()
    return b"".join([head, *tail]), len(head) if tail else None


_TAKES = f"The input is {INPUT}: UINT8 [N, S, S, 3], or BYTES [N] with whole picture files."


def _split(body: bytes, header: str | None) -> tuple[dict[str, Any], bytes]:
    """The JSON part, and what follows it."""
    length = len(body)
    if header is not None:
        length = int(header) if header.isascii() and header.isdigit() else -1
        if not 0 <= length <= len(body):
            raise BadInference(
                "Inference-Header-Content-Length",
                "is not the length of the body's JSON",
                received=_said(header),
            )
    try:
        facts = from_json(body[:length])
    except ValueError:
        facts = None
    if not isinstance(facts, dict):
        raise BadInference("The request", "is no JSON object that can be read", cure=_TAKES)
    return facts, body[length:]


def _wanted(facts: Mapping[str, Any], known: Sequence[str]) -> dict[str, bool]:
    """The outputs that are asked for; all where none is named."""
    usual = _parameters(facts).get("binary_data_output") is True
    asked = facts.get("outputs")
    if not asked:
        return dict.fromkeys(known, usual)
    if not isinstance(asked, list):
        raise BadInference("outputs", "is not a list", received=_said(asked))
    wanted = {}
    for one in asked:
        name = one.get("name") if isinstance(one, dict) else None
        if name not in known:
            raise BadInference(
                "outputs",
                "holds none of this model",
                received=_said(name),
                cure=f"They are {', '.join(known)}.",
            )
        wanted[str(name)] = _parameters(one).get("binary_data", usual) is True
    return wanted


def _parameters(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    found = facts.get("parameters")
    return found if isinstance(found, dict) else {}


def _shape(value: Any) -> list[int]:
    fits = isinstance(value, list) and 1 <= len(value) <= _MOST_DIMENSIONS
    if not fits or any(type(one) is not int or one < 0 for one in value):
        raise BadInference(INPUT, "has no shape that can be used", received=_said(value), cure=_TAKES)
    return list(value)


def _raw(one: Mapping[str, Any], binary: bytes) -> bytes | None:
    """The input's bytes after the JSON; None where it is in the JSON."""
    size = _parameters(one).get("binary_data_size")
    if size is None:
        return None
    if type(size) is not int or size != len(binary):
        received = f"binary_data_size {_said(size)}, and {len(binary)} bytes"
        raise BadInference(INPUT, "has other bytes than it says", received=received)
    return binary


def _pixels(data: Any, shape: Sequence[int]) -> list[bytes]:
    count, each = shape[0], math.prod(shape[1:])
    if not isinstance(data, bytes):
        try:
            values = np.asarray(data)
        except ValueError:  # rows of different lengths
            values = np.zeros(0)
        whole = values.dtype.kind in "iu" and values.size == count * each
        if not whole or values.min() < 0 or values.max() > np.iinfo(np.uint8).max:
            cure = "Send whole numbers from 0 to 255."
            raise BadInference(INPUT, f"has to hold {count * each} values", cure=cure)
        data = values.astype(np.uint8).tobytes()
    if len(data) != count * each:
        raise BadInference(INPUT, f"has to hold {count * each} bytes", received=str(len(data)))
    return [data[at * each : (at + 1) * each] for at in range(count)]


def _files(data: Any, count: int) -> list[bytes]:
    files = _unpacked(data) if isinstance(data, bytes) else _decoded(data)
    if len(files) != count:
        raise BadInference(INPUT, f"has to hold {count} files", received=str(len(files)))
    return files


def _unpacked(data: bytes) -> list[bytes]:
    """BYTES as the protocol packs them: each element's length in four bytes, then the element."""
    files, at = [], 0
    while at < len(data):
        end = at + _LENGTH_BYTES
        length = int.from_bytes(data[at:end], "little")
        if end + length > len(data):
            raise BadInference(INPUT, "ends in the middle of a file")
        files.append(data[end : end + length])
        at = end + length
    return files


def _decoded(data: Any) -> list[bytes]:
    """Files in JSON, which holds no bytes: as base64."""
    texts: list[Any] = data if isinstance(data, list) else [None]
    try:
        return [base64.b64decode(one, validate=True) for one in texts]
    except (TypeError, ValueError):  # a binascii.Error is one
        cure = "In JSON send each file as base64, or use the extension for binary tensors."
        raise BadInference(INPUT, "holds no files that can be read", cure=cure) from None


def _values(name: str, answers: Sequence[Prediction]) -> NDArray[Any]:
    if name == "label":
        return np.array([one.label for one in answers], dtype=object)
    if name == "known":
        return np.array([one.known for one in answers])
    if name == "novelty":
        return np.array([one.novelty for one in answers], np.float32)
    if name == "probabilities":
        return np.array([list(one.probabilities.values()) for one in answers], np.float32)
    return np.array([one.embedding for one in answers], np.float32)


def _packed(values: NDArray[Any], datatype: str) -> bytes:
    if datatype != "BYTES":
        return values.astype(_SCALARS[datatype]).tobytes()
    texts = [str(one).encode() for one in values.ravel()]
    return b"".join(len(one).to_bytes(_LENGTH_BYTES, "little") + one for one in texts)


def _said(value: Any) -> str:
    return f"{value!r:.100}"
