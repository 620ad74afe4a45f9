"""The model file: one `.onnx` file with all facts that programs need. Runs nothing."""

from tenfold.modelfile.facts import FORMAT_VERSION, OUTPUTS, ClassName, ModelInfo, NetworkFacts
from tenfold.modelfile.file import (
    BUNDLED,
    BUNDLED_NAMES,
    CAMERAS,
    DEFAULT,
    bundled,
    locate,
    network,
    read,
    write,
)

__all__ = [
    "BUNDLED",
    "BUNDLED_NAMES",
    "CAMERAS",
    "DEFAULT",
    "FORMAT_VERSION",
    "OUTPUTS",
    "ClassName",
    "ModelInfo",
    "NetworkFacts",
    "bundled",
    "locate",
    "network",
    "read",
    "write",
]
