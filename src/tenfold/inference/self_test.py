"""Pictures for checking that another runtime runs a model correctly. Knows nothing of that surface.

They are PNG files, which every decoder reads alike, and the same each time. They show nothing, but go the
whole way of a photograph, through all views and the resize.
"""

import io

import numpy as np

from tenfold.inference.classifier import Classifier
from tenfold.predictions import Prediction

# Columns and rows; smaller than, as large as and larger than an input, wide and high.
_SIZES = ((20, 14), (32, 32), (90, 60), (61, 97), (300, 280))


def pictures() -> list[bytes]:
    """The pictures, as PNG files."""
    from PIL import Image

    random = np.random.default_rng(16)
    files = []
    for size in _SIZES:
        coarse = random.integers(0, 256, (5, 5, 3), dtype=np.uint8)
        out = io.BytesIO()
        Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC).save(out, "PNG")
        files.append(out.getvalue())
    return files


def answers(classifier: Classifier) -> list[tuple[bytes, Prediction]]:
    """The pictures, each with a model's answer."""
    return [(png, classifier.classify(png)) for png in pictures()]
