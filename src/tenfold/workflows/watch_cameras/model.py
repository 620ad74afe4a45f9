"""Which model says what cameras see: the one chosen for a camera, or the default. Knows no camera."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from tenfold import modelfile
from tenfold.database import passing
from tenfold.errors import ModelFileError, TenfoldError, UnknownModel
from tenfold.inference.server import ModelServer
from tenfold.models import bundled
from tenfold.models.registry import Registry
from tenfold.models.tables import RegisteredModel
from tenfold.reasons import Reason

if TYPE_CHECKING:
    from tenfold.inference import Classifier

# How often it is looked whether a chosen model can still, or again, be used.
_SECONDS_BETWEEN_CHECKS = 30.0
_CURE = "Choose another model, or add this one again."


class CameraModels:
    """The models that say what cameras see. Each is loaded once, and kept while a camera uses it.

    The default is the bundled model for cameras while a bundled model is live, else the live one: its
    owner's.
    """

    def __init__(self, server: ModelServer, registry: Registry, load: "Callable[[Path], Classifier]") -> None:
        self._server, self._registry, self._load = server, registry, load
        self._loading = threading.Lock()
        self._bundled: Classifier | None = None
        self._chosen: WeakValueDictionary[str, Classifier] = WeakValueDictionary()

    @property
    def default_name(self) -> str:
        """What the default is called."""
        return modelfile.CAMERAS if self._bundled_is_live() else self._server.model.info.name

    @property
    def default_hash(self) -> str:
        """The default's hash."""
        if self._bundled_is_live():
            return bundled.hash_of(modelfile.bundled(modelfile.CAMERAS))
        return self._server.model.sha256

    def default(self) -> "Classifier":
        """The default; raises ModelFileError where the installation lacks it."""
        if not self._bundled_is_live():
            return self._server.model
        with self._loading:
            if self._bundled is None:
                self._bundled = self._load(modelfile.bundled(modelfile.CAMERAS))
            return self._bundled

    def usable(self, key: str) -> RegisteredModel:
        """The model of a hash, that can be chosen.

        Raises:
            UnknownModel: there is none, or it was removed.
            ModelFileError: its file is missing or damaged.
        """
        model = self._registry.get(key)
        if model.removed_at is not None:
            raise UnknownModel(f"The model {model.name}", "was removed", cure=_CURE)
        if fault := self._registry.fault(model):
            reason: Reason = "model-file-missing" if fault == "missing" else "model-damaged"
            raise ModelFileError(
                f"The file of the model {model.name}", f"is {fault}", cure=_CURE, reason=reason
            )
        return model

    def loaded(self, key: str) -> "Classifier":
        """A running model; raises as `usable`, and where it cannot be run."""
        self.usable(key)
        with self._loading:
            found = self._chosen.get(key)
            if found is None:
                with self._registry.local_copy(key) as path:
                    found = self._chosen[key] = self._load(path)
            return found

    def _bundled_is_live(self) -> bool:
        return self._server.model.sha256 in bundled.files()


class ChosenModel:
    """The model of one camera. While the chosen one cannot be used the default answers.

    Args:
        key: the hash of the chosen one; "": the default.

    Attributes:
        problem: why the chosen one does not answer; None: it does, or none was chosen.
    """

    def __init__(self, models: CameraModels, key: str) -> None:
        self._models, self._key = models, key
        self._chosen: Classifier | None = None
        self._checking_at = float("-inf")
        self.problem: TenfoldError | None = None

    def classifier(self) -> "Classifier":
        """What answers now; raises ModelFileError where the installation lacks the default."""
        self.check()
        return self._chosen or self._models.default()

    def check(self) -> None:
        """Look, now and then, whether the chosen one can be used."""
        if not self._key or time.monotonic() < self._checking_at:
            return
        self._checking_at = time.monotonic() + _SECONDS_BETWEEN_CHECKS
        try:
            self._chosen = self._models.loaded(self._key)
            self.problem = None
        except TenfoldError as error:
            self._chosen, self.problem = None, error
        except Exception as error:
            # The database or the store is away for a while; whatever answered before goes on.
            if not isinstance(error, OSError) and not passing(error):
                raise
