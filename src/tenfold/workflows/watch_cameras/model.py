"""Which model says what cameras see. Knows no camera."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tenfold import modelfile
from tenfold.inference.server import ModelServer
from tenfold.models import bundled

if TYPE_CHECKING:
    from tenfold.inference import Classifier


class CameraModel:
    """The bundled model for cameras while a bundled model is live, else the live one: its owner's.

    Args:
        load: makes a classifier of a model file.
    """

    def __init__(self, server: ModelServer, load: "Callable[[Path], Classifier]") -> None:
        self._server, self._load = server, load
        self._loading = threading.Lock()
        self._bundled: Classifier | None = None

    @property
    def name(self) -> str:
        """What the model is called."""
        return modelfile.CAMERAS if self._bundled_is_live() else self._server.model.info.name

    def classifier(self) -> "Classifier":
        """The model; raises ModelFileError where the installation lacks it."""
        if not self._bundled_is_live():
            return self._server.model
        with self._loading:
            if self._bundled is None:
                self._bundled = self._load(modelfile.bundled(modelfile.CAMERAS))
            return self._bundled

    def _bundled_is_live(self) -> bool:
        return self._server.model.sha256 in bundled.files()
