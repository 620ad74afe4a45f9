"""tenfold: labelled pictures become an image classifier, and the classifier is put to work.

    from tenfold import Classifier
    print(Classifier().classify("cat.jpg"))

Everything public stands in `__all__`. A name is loaded when it is first used, so `import tenfold` costs next
to nothing; it imports neither torch nor fastapi.
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

# Otherwise ONNX Runtime (1.31 and newer) keeps an id of this machine, and reports to its makers what it runs.
# It reads this once, when it is loaded; no other switch keeps all of it off.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

_HOMES = {
    "Classifier": "tenfold.inference",
    "DamagedPicture": "tenfold.errors",
    "DatasetError": "tenfold.errors",
    "Limits": "tenfold.images",
    "MissingExtra": "tenfold.errors",
    "ModelFileError": "tenfold.errors",
    "ModelInfo": "tenfold.modelfile",
    "NotAPicture": "tenfold.errors",
    "PictureError": "tenfold.errors",
    "PictureTooLarge": "tenfold.errors",
    "Prediction": "tenfold.predictions",
    "SettingError": "tenfold.errors",
    "Settings": "tenfold.settings",
    "TenfoldError": "tenfold.errors",
    "TrainingError": "tenfold.errors",
    "UsageError": "tenfold.errors",
    "teach": "tenfold.workflows.teach",
}

# Written out, not computed, because type checkers read it; a test holds it equal to `_HOMES`.
__all__ = [
    "Classifier",
    "DamagedPicture",
    "DatasetError",
    "Limits",
    "MissingExtra",
    "ModelFileError",
    "ModelInfo",
    "NotAPicture",
    "PictureError",
    "PictureTooLarge",
    "Prediction",
    "SettingError",
    "Settings",
    "TenfoldError",
    "TrainingError",
    "UsageError",
    "__version__",
    "teach",
]

if TYPE_CHECKING:
    from tenfold.errors import (
        DamagedPicture,
        DatasetError,
        MissingExtra,
        ModelFileError,
        NotAPicture,
        PictureError,
        PictureTooLarge,
        SettingError,
        TenfoldError,
        TrainingError,
        UsageError,
    )
    from tenfold.images import Limits
    from tenfold.inference import Classifier
    from tenfold.modelfile import ModelInfo
    from tenfold.predictions import Prediction
    from tenfold.settings import Settings
    from tenfold.workflows.teach import teach


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'tenfold' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value  # the next use finds it without coming here
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
