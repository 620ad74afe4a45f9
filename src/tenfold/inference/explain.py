"""The evidence for a class drawn over the picture. Knows a prediction, and nothing of models."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tenfold.errors import UsageError
from tenfold.predictions import Prediction

# The opacity of the colour where evidence is strongest.
STRONGEST = 0.65


def overlay(pixels: NDArray[np.uint8], prediction: Prediction) -> Image.Image:
    """The picture with the evidence for the predicted class as a warm glow.

    Args:
        pixels: uint8 `[H, W, 3]`, upright as `tenfold.images.read` gives it.

    Raises:
        UsageError: the prediction has no evidence.
    """
    if prediction.evidence is None:
        raise UsageError(
            "This model",
            "cannot say where in a picture it saw a class",
            cure="Its network loses the places before its last layer; the default network, resnet-20 and "
            "wide-resnet-28-10 keep them.",
        )
    strength = prediction.evidence[list(prediction.probabilities).index(prediction.label)]
    height, width = pixels.shape[:2]
    glow = Image.fromarray(np.ascontiguousarray(strength, dtype=np.float32))
    amount = np.clip(np.asarray(glow.resize((width, height), Image.Resampling.BICUBIC)), 0, 1)[..., None]
    # From a deep orange to a pale yellow, as strength grows: told apart without telling red from green.
    colour = np.array([255.0, 96.0, 0.0]) + amount * np.array([0.0, 140.0, 90.0])
    cover = STRONGEST * amount
    mixed = pixels * (1 - cover) + colour * cover
    return Image.fromarray(np.clip(mixed.round(), 0, 255).astype(np.uint8))
