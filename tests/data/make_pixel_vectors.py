"""Writes the test vectors of the pixel rule, which every surface repeats.

`python -m tests.data.make_pixel_vectors`; `pixel-rule/README.md` says what the files hold. The pictures are
written once and kept, since another encoder writes other bytes.
"""

import gzip
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tenfold import images
from tenfold.inference import views
from tests.images.pictures import Pixels, encoded, exif, lying, noise, png, scene

FOLDER = Path(__file__).parent / "pixel-rule"
# Picture, input size, resize rule, rule of views.
CASES = [
    ("rgb.png", 32, "bilinear", "six-wide"),
    ("rgb.png", 32, "bilinear", "six"),
    ("rgb.png", 32, "bilinear", "five"),
    ("rgb.png", 32, "bilinear", "mirrored-pair"),
    ("rgb.png", 32, "bilinear", "centre"),
    ("rgb.png", 32, "box", "five"),
    ("rgb.png", 32, "bicubic", "five"),
    ("rgb.png", 32, "lanczos", "five"),
    ("rgb.png", 24, "bilinear", "six-wide"),
    ("own-size.png", 32, "bilinear", "six-wide"),
    ("tiny.png", 32, "bilinear", "six-wide"),
    ("tiny.png", 32, "bicubic", "whole"),
    ("tall.png", 32, "bilinear", "six-wide"),
    ("alpha.png", 32, "bilinear", "whole"),
    ("palette-alpha.png", 32, "bilinear", "whole"),
    ("grey.png", 32, "bilinear", "whole"),
    ("grey-16.png", 32, "bilinear", "whole"),
    ("rgb-16.png", 32, "bilinear", "whole"),
    ("turned-6.png", 32, "bilinear", "six-wide"),
    ("444.jpg", 32, "bilinear", "six-wide"),
    ("420.jpg", 32, "bilinear", "six-wide"),
    ("progressive.jpg", 32, "bilinear", "whole"),
    ("grey.jpg", 32, "bilinear", "whole"),
    *((f"turned-{turn}.jpg", 32, "bilinear", "whole") for turn in range(1, 9)),
    ("half-scale.jpg", 32, "bilinear", "six-wide"),
    ("half-scale.jpg", 48, "bicubic", "centre"),
]


def textured(width: int, height: int) -> Pixels:
    """Smooth with noise on it: each corner has its colour, and no two pixels are alike."""
    mixed = scene(width, height).astype(int) + noise(width, height) // 4 - 32
    return np.clip(mixed, 0, 255).astype(np.uint8)


def pictures() -> dict[str, bytes]:
    """The pictures by the names of their files."""
    some = textured(61, 43)
    alpha = np.dstack([some, noise(61, 43, 1)])
    wide = np.random.default_rng(8).integers(0, 65536, (9, 13, 3)).astype(">u2")
    rows = b"".join(b"\0" + row.tobytes() for row in wide)
    grey_rows = b"".join(b"\0" + row[:, 0].tobytes() for row in wide)
    palette = Image.fromarray(some).quantize(16)
    smooth = textured(36, 28)
    turned = {
        f"turned-{turn}.jpg": encoded(
            lying(smooth, turn), "JPEG", quality=90, subsampling=0, exif=b"Exif\0\0" + exif(turn)
        )
        for turn in range(1, 9)
    }
    return {
        "rgb.png": encoded(some, "PNG"),
        "own-size.png": encoded(textured(32, 32), "PNG"),
        "tiny.png": encoded(textured(11, 7), "PNG"),
        "tall.png": encoded(textured(25, 90), "PNG"),
        "alpha.png": encoded(alpha, "PNG"),
        "palette-alpha.png": encoded(palette, "PNG", transparency=bytes(range(0, 256, 16))),
        "grey.png": encoded(Image.fromarray(some[:, :, 0]), "PNG"),
        "grey-16.png": png(13, 9, 16, 0, grey_rows),
        "rgb-16.png": png(13, 9, 16, 2, rows),
        "turned-6.png": encoded(lying(some, 6), "PNG", exif=exif(6)),
        "444.jpg": encoded(textured(90, 70), "JPEG", quality=90, subsampling=0),
        "420.jpg": encoded(textured(91, 69), "JPEG", quality=85, subsampling=2),
        "progressive.jpg": encoded(textured(75, 64), "JPEG", quality=80, progressive=True),
        "grey.jpg": encoded(Image.fromarray(textured(50, 60)[:, :, 1]), "JPEG", quality=90),
        "half-scale.jpg": encoded(scene(1040, 1000), "JPEG", quality=60, subsampling=2),
        **turned,
    }


def vector(name: str, size: int, resize: str, rule: str) -> tuple[dict[str, Any], Pixels, Pixels]:
    """One case: what stands of it in the list, the decoded pixels, and the network's input."""
    read = images.load(FOLDER / name, needed=images.needed(size))
    height, width = read.pixels.shape[:2]
    shown = views.views(rule, width, height, size)
    tensor = views.cut(read.pixels, shown, size, resize)
    case = {
        "picture": name,
        "size": size,
        "resize": resize,
        "views": rule,
        "picture_size": [read.width, read.height],
        "decoded_size": [width, height],
        "boxes": [asdict(view) for view in shown],
        "decoded": f"{name}-{width}x{height}.rgb.gz",
        "tensor": f"{name}-{size}-{resize}-{rule}.tensor.gz",
    }
    return case, read.pixels, tensor


def _packed(pixels: Pixels) -> bytes:
    return gzip.compress(np.ascontiguousarray(pixels).tobytes(), 9, mtime=0)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, content in pictures().items():
        if not (FOLDER / name).exists():
            (FOLDER / name).write_bytes(content)
    cases = []
    for given in CASES:
        case, decoded, tensor = vector(*given)
        (FOLDER / case["decoded"]).write_bytes(_packed(decoded))
        (FOLDER / case["tensor"]).write_bytes(_packed(tensor))
        cases.append(case)
    (FOLDER / "vectors.json").write_text(json.dumps({"format": 1, "cases": cases}, indent=1) + "\n")


if __name__ == "__main__":
    main()
