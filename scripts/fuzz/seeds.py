"""What fuzzing begins with: for each target some inputs that it takes, of every kind that it knows.

Without them random bytes do not get past the first check of a format.
"""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image

ROOT = Path(__file__).parents[2]
_SIDE = 4  # of a picture of the inference target


def _pictures() -> Iterator[bytes]:
    colours = Image.linear_gradient("L").resize((12, 9))
    for kind, modes in (
        ("PNG", ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")),
        ("JPEG", ("L", "RGB", "CMYK")),
        ("GIF", ("P",)),
        ("WEBP", ("RGB", "RGBA")),
        ("BMP", ("L", "RGB")),
        ("TIFF", ("L", "RGB")),
    ):
        for mode in modes:
            out = io.BytesIO()
            colours.convert(mode).save(out, kind)
            yield out.getvalue()
    out = io.BytesIO()
    turned = Image.Exif()
    turned[0x0112] = 6
    colours.convert("RGB").save(out, "JPEG", progressive=True, exif=turned)
    yield out.getvalue()
    out = io.BytesIO()
    colours.save(out, "GIF", save_all=True, append_images=[colours.rotate(90)])
    yield out.getvalue()


def _model_files() -> Iterator[bytes]:
    yield (ROOT / "tests/data/tiny.onnx").read_bytes()


def _uploads() -> Iterator[bytes]:
    part = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\nxyz\r\n'
    coded = b"--b\r\ncontent-disposition: form-data; name=files; filename*=UTF-8''%e2%82%ac\r\n\r\n\r\n"
    yield b"\x00" + part + b"--b--\r\n"
    yield b"\x00" + part * 3 + coded + b"--b--\r\n"
    yield b"\x01" + b"xyz"


def _inference() -> Iterator[bytes]:
    pixels = [7] * (_SIDE * _SIDE * 3)
    shape = [1, _SIDE, _SIDE, 3]
    for kind, size, data in (("UINT8", shape, pixels), ("BYTES", [2], ["AAAA", "/9j/"])):
        yield b"\x00" + json.dumps({"id": "one", "inputs": [_input(kind, size, data=data)]}).encode()
    for kind, size, tail in (
        ("UINT8", shape, bytes(pixels)),
        ("BYTES", [2], b"\x03\x00\x00\x00abc\x01\x00\x00\x00d"),
    ):
        facts: dict[str, Any] = {
            "inputs": [_input(kind, size, parameters={"binary_data_size": len(tail)})],
            "outputs": [{"name": "label"}, {"name": "embedding", "parameters": {"binary_data": True}}],
            "parameters": {"binary_data_output": True},
        }
        said = json.dumps(facts).encode()
        said += b" " * (-len(said) % 4)
        yield bytes([len(said) // 4]) + said + tail


def _input(kind: str, shape: list[int], **more: Any) -> dict[str, Any]:
    return {"name": "image", "datatype": kind, "shape": shape, **more}


SEEDS: dict[str, list[bytes]] = {
    "pictures": list(_pictures()),
    "model_files": list(_model_files()),
    "uploads": list(_uploads()),
    "inference": list(_inference()),
}
# Words of the formats, which random bytes do not find by themselves.
WORDS = {
    "pictures": (
        "IHDR",
        "IDAT",
        "PLTE",
        "tRNS",
        "Exif",
        "GIF89a",
        "RIFF",
        "WEBPVP8 ",
        "\\xff\\xd8",
        "\\xff\\xc2",
    ),
    "model_files": ("tenfold", "classes", "temperature", "NaN", "1e999", "null", "\\xff\\xff\\xff\\xff\\x0f"),
    "uploads": (
        "\\x0d\\x0a--b",
        "--b--",
        "Content-Disposition",
        "form-data",
        "filename*=",
        'name=\\"files\\"',
    ),
    "inference": (
        "inputs",
        "outputs",
        "shape",
        "datatype",
        "UINT8",
        "BYTES",
        "data",
        "binary_data",
        "null",
        "-1",
        "1e9",
    ),
}
