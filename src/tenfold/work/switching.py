"""Which model answers: loads one before it goes live, and follows what other processes made live.

Wires the registry (what is live, for all) to `Live` (what answers, in this process).
"""

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from tenfold.errors import DatabaseError, ModelFileError, TenfoldError
from tenfold.inference import Classifier
from tenfold.inference.live import Live
from tenfold.inference.trial import try_out
from tenfold.registry.models import BUNDLED, CHOSEN, FILE, HOUSE, ROLLBACK, START, Registry
from tenfold.registry.tables import LiveChange, RegisteredModel

Load = Callable[[Path], Classifier]
_log = logging.getLogger(__name__)


class Switch:
    """Exchanges the live model. Safe to use from several threads.

    Args:
        load: makes a classifier of a model file; raises ModelFileError where it cannot be run.
    """

    def __init__(self, registry: Registry, live: Live, load: Load) -> None:
        self._registry, self._live, self._load = registry, live, load
        self._lock = threading.Lock()
        self._seen = _number(registry.live_change())

    def add(
        self, source: Path | bytes, *, name: str, origin: str = FILE, run: str | None = None, by: int
    ) -> RegisteredModel:
        """Register a model, once it is found able to run.

        Args:
            name: what a message calls it.

        Raises:
            ModelFileError: it is not ours, damaged, too new, or cannot be run.
        """
        subject = f"The model file {name}"
        model = self._registry.register(source, origin=origin, run=run, by=by, name=subject)
        try:
            self._loaded(model.hash)
        except ModelFileError as reason:
            self._registry.remove(model.hash)
            raise ModelFileError(
                subject, reason.problem, received=reason.received, cure=reason.cure
            ) from reason
        return model

    def go_live(self, key: str, *, by: int, reason: str = CHOSEN) -> LiveChange:
        """Make a model live, here and for all who share the registry.

        Raises:
            UnknownModel: there is none with this hash, or it was removed.
            ModelFileError: its file is missing, damaged, or cannot be run; the old one stays.
        """
        with self._lock:
            classifier = self._loaded(key)
            change = self._registry.go_live(key, by=by, reason=reason)
            self._seen = change.id
            self._exchange(classifier)
            return change

    def rollback(self, *, by: int) -> LiveChange:
        """Make the model live that was live before; again and again goes further back.

        Raises:
            RegistryError: there is none.
            ModelFileError: its file is damaged, or cannot be run; the live one stays.
        """
        return self.go_live(self._registry.before(), by=by, reason=ROLLBACK)

    def follow(self) -> bool:
        """Answer with what another process made live meanwhile; whether there was such a change.

        A model that cannot be loaded here is told once in the log, and the old one stays.
        """
        with self._lock:
            try:
                change = self._registry.live_change()
            except DatabaseError:
                return False  # whoever needs it now will say so
            if change is None or change.id == self._seen:
                return False
            self._seen = change.id
            try:
                self._exchange(self._loaded(change.model_hash))
            except TenfoldError as reason:
                _log.warning("The live model was changed, and cannot be used here: %s", reason)
                return False
            return True

    def _loaded(self, key: str) -> Classifier:
        if key == self._live.classifier.sha256:
            return self._live.classifier
        classifier = self._load(self._registry.path(key))
        try_out(classifier)
        return classifier

    def _exchange(self, classifier: Classifier) -> None:
        if classifier is not self._live.classifier:
            self._live.switch(classifier)


def _number(change: LiveChange | None) -> int:
    return change.id if change else 0


def first(registry: Registry, model: str, load: Load, *, insist: bool) -> tuple[Classifier, str]:
    """The classifier to begin with, and in words what is wrong with the live model; empty if nothing is.

    Args:
        model: the file that the settings name; empty: the registry's live one.
        insist: the named file goes live for all; otherwise it answers in this process alone, unless none
            has been live yet.

    Raises:
        ModelFileError: the named file, or the bundled one, cannot be used.
    """
    bundled = registry.register_bundled()
    if model:
        classifier = load(Path(model))
        named = registry.register(Path(model))
        if insist or not registry.live():
            registry.go_live(named.hash, by=HOUSE, reason=START)
        return classifier, ""
    words, live = "", registry.live()
    if live and live != bundled.hash:
        try:
            if registry.get(live).file != BUNDLED:  # else: that of another version of tenfold
                return load(registry.path(live)), ""
        except TenfoldError as reason:
            words = f"{reason} The bundled model answers instead."
    registry.go_live(bundled.hash, by=HOUSE, reason=START)
    return load(registry.path(bundled.hash)), words
