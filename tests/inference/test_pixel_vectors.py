"""The pixel rule gives the bytes of its test vectors, which the browser and the phone examples repeat."""

import gzip
import json
from typing import Any

import pytest

from tests.data.make_pixel_vectors import FOLDER, vector

LISTED = json.loads((FOLDER / "vectors.json").read_text())["cases"]


@pytest.mark.parametrize("listed", LISTED, ids=lambda listed: listed["tensor"])
def test_a_picture_gives_the_pixels_of_its_vector_to_the_bit(listed: dict[str, Any]) -> None:
    case, decoded, tensor = vector(listed["picture"], listed["size"], listed["resize"], listed["views"])

    assert json.loads(json.dumps(case)) == listed
    assert decoded.tobytes() == gzip.decompress((FOLDER / listed["decoded"]).read_bytes())
    assert tensor.tobytes() == gzip.decompress((FOLDER / listed["tensor"]).read_bytes())
