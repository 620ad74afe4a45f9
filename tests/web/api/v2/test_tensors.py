"""Requests of the Open Inference Protocol, as they may be and as they may not."""

import base64
import json
from typing import Any

import numpy as np
import pytest

from tenfold.predictions import Prediction
from tenfold.web.api.v2 import tensors
from tenfold.web.request_errors import BadInference

SIDE = 2
PIXELS = bytes(range(SIDE * SIDE * 3))


def read(body: bytes, header: str | None = None) -> tensors.InferenceRequest:
    return tensors.read(body, header, size=SIDE, classes=2, most=3)


def image(**changes: Any) -> bytes:
    one = {"name": "image", "shape": [1, SIDE, SIDE, 3], "datatype": "UINT8", "data": list(PIXELS)}
    return json.dumps({"inputs": [one | changes]}).encode()


def binary(tail: bytes, **changes: Any) -> tuple[bytes, str]:
    facts = json.loads(image(**changes))
    del facts["inputs"][0]["data"]
    facts["inputs"][0].setdefault("parameters", {"binary_data_size": len(tail)})
    head = json.dumps(facts).encode()
    return head + tail, str(len(head))


def test_pixels_come_flat_in_rows_or_as_bytes() -> None:
    rows = np.frombuffer(PIXELS, np.uint8).reshape(1, SIDE, SIDE, 3).tolist()
    for found in (read(image()), read(image(data=rows)), read(*binary(PIXELS))):
        assert found.pictures == [PIXELS]
        assert found.pixels


def test_files_come_as_base64_or_as_bytes() -> None:
    files = [b"\xff\xd8 one", b"", b"three"]
    packed = b"".join(len(one).to_bytes(4, "little") + one for one in files)
    named = {"datatype": "BYTES", "shape": [3]}
    texts = [base64.b64encode(one).decode() for one in files]
    for found in (read(image(data=texts, **named)), read(*binary(packed, **named))):
        assert found.pictures == files
        assert not found.pixels


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "no JSON object"),
        (b"\xff\xfe", "no JSON object"),
        (b"[" * 100_000, "no JSON object"),
        (b"[]", "no JSON object"),
        (b"{}", "has to hold one input"),
        (image(name="images"), "no input of this model"),
        (image(shape=[0, SIDE, SIDE, 3]), "1 to 3 pictures"),
        (image(shape=[4, SIDE, SIDE, 3]), "1 to 3 pictures"),
        (image(shape=[1, -1, SIDE, 3]), "no shape that can be used"),
        (image(shape=[True, SIDE, SIDE, 3]), "no shape that can be used"),
        (image(shape=[1, SIDE, SIDE, 4]), "another shape or datatype"),
        (image(shape=[1, 3, SIDE, SIDE]), "another shape or datatype"),
        (image(datatype="FP32"), "another shape or datatype"),
        (image(data=[0] * 11), "has to hold 12 values"),
        (image(data=[0.5] * 12), "has to hold 12 values"),
        (image(data=[256] * 12), "has to hold 12 values"),
        (image(data=[-1] * 12), "has to hold 12 values"),
        (image(data=[10**30] * 12), "has to hold 12 values"),
        (image(data=[[1, 2], [3]]), "has to hold 12 values"),
        (image(data=None), "has to hold 12 values"),
        (image(data=["x"] * 12), "has to hold 12 values"),
        (image(datatype="BYTES", shape=[1], data=["not base64"]), "no files that can be read"),
        (image(datatype="BYTES", shape=[1], data=[7]), "no files that can be read"),
        (image(datatype="BYTES", shape=[1], data="AAAA"), "no files that can be read"),
        (image(datatype="BYTES", shape=[2], data=["AAAA"]), "has to hold 2 files"),
    ],
)
def test_what_does_not_fit_is_said(body: bytes, said: str) -> None:
    with pytest.raises(BadInference, match=said):
        read(body)


@pytest.mark.parametrize(
    ("tail", "changes", "said"),
    [
        (PIXELS[:-1], {}, "12 bytes"),
        (PIXELS, {"parameters": {"binary_data_size": 11}}, "other bytes than it says"),
        (PIXELS, {"parameters": {"binary_data_size": -12}}, "other bytes than it says"),
        (b"\xff\xff\xff\xff", {"datatype": "BYTES", "shape": [1]}, "middle of a file"),
        (b"\x00\x00", {"datatype": "BYTES", "shape": [1]}, "middle of a file"),
        (b"\x00\x00\x00\x00" * 5, {"datatype": "BYTES", "shape": [1]}, "has to hold 1 files"),
    ],
)
def test_bytes_that_do_not_fit_are_said(tail: bytes, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInference, match=said):
        read(*binary(tail, **changes))


@pytest.mark.parametrize("header", ["-1", "1.5", "٣", "9999999", ""])
def test_a_length_that_is_none_is_said(header: str) -> None:
    with pytest.raises(BadInference, match="not the length of the body"):
        read(image(), header)


def test_outputs_are_all_or_those_that_are_named() -> None:
    body = json.loads(image())
    assert list(read(image()).outputs) == ["label", "known", "probabilities", "novelty", "embedding"]
    body["outputs"] = [{"name": "novelty"}, {"name": "label", "parameters": {"binary_data": True}}]
    body["parameters"] = {"binary_data_output": False}
    assert read(json.dumps(body).encode()).outputs == {"novelty": False, "label": True}
    body["outputs"] = [{"name": "logits"}]
    with pytest.raises(BadInference, match="holds none of this model"):
        read(json.dumps(body).encode())


def test_an_answer_says_the_same_in_json_and_in_bytes() -> None:
    answer = Prediction("кіт", 0.75, {"кіт": 0.75, "dog": 0.25}, False, 0.5, None, np.ones(2, np.float32))
    request = read(image())
    content, head = tensors.written(request, [answer], model="m", version="v")
    assert head is None
    facts = {one["name"]: one for one in json.loads(content)["outputs"]}
    assert facts["label"] == {"name": "label", "datatype": "BYTES", "shape": [1], "data": ["кіт"]}
    assert facts["known"]["data"] == [False]
    assert facts["probabilities"]["shape"] == [1, 2]
    everything = dict.fromkeys(request.outputs, True)
    wanted = tensors.InferenceRequest("7", request.pictures, True, everything)
    content, head = tensors.written(wanted, [answer], model="m", version="v")
    assert head is not None
    described = json.loads(content[:head])
    assert described["id"] == "7"
    sizes = {one["name"]: one["parameters"]["binary_data_size"] for one in described["outputs"]}
    assert sizes == {"label": 10, "known": 1, "probabilities": 8, "novelty": 4, "embedding": 8}
    assert content[head : head + 10] == b"\x06\x00\x00\x00" + "кіт".encode()
    assert len(content) == head + sum(sizes.values())
