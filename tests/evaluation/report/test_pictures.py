"""Pictures in a page: what a browser would decode is what was put in."""

import base64
import io

import numpy as np
from PIL import Image

from tenfold.evaluation.report import pictures


def decoded(uri: str) -> Image.Image:
    kind, _, content = uri.partition(";base64,")
    assert kind in ("data:image/webp", "data:image/png")
    return Image.open(io.BytesIO(base64.b64decode(content)))


def test_a_sheet_holds_its_pictures_in_rows() -> None:
    some = [np.full((32, 32, 3), 20 * k, np.uint8) for k in range(11)]
    sheet = np.asarray(decoded(pictures.sheet(some)).convert("RGB"))
    assert sheet.shape == (64, 32 * pictures.COLUMNS, 3)
    for k in range(11):
        y, x = (k // pictures.COLUMNS) * 32, (k % pictures.COLUMNS) * 32
        assert abs(int(sheet[y + 16, x + 16].mean()) - 20 * k) < 6


def test_a_sheet_of_few_is_no_wider_than_they_are() -> None:
    assert decoded(pictures.sheet([np.zeros((20, 20, 3), np.uint8)] * 3)).size == (60, 20)


def test_a_large_picture_is_made_small_and_a_small_one_kept() -> None:
    large, small = np.full((224, 224, 3), 90, np.uint8), np.full((32, 32, 3), 90, np.uint8)
    assert pictures.small(large).shape == (pictures.LARGEST, pictures.LARGEST, 3)
    assert pictures.small(small) is small


def test_a_shade_is_as_opaque_as_its_values() -> None:
    shade = np.asarray(decoded(pictures.shade(np.array([[0.0, 0.5, 1.0]]))))
    assert shade[0, :, 3].tolist() == [0, 128, 255]
