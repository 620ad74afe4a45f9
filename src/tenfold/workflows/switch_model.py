"""Switches the live model: loads a model before it goes live, and follows what other processes made live.

Connects the registry (the live model of all processes) to the model server (the model of this process). A
process that cannot use the live model uses another one and reports it; it never changes the live model of
others.
"""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tenfold import modelfile
from tenfold.errors import ModelFileError, RegistryError
from tenfold.inference import Classifier
from tenfold.inference.server import ModelServer
from tenfold.models.registry import BUNDLED, CHOSEN, FILE, START, SYSTEM, Registry
from tenfold.models.rows import ROLLBACK
from tenfold.models.tables import LiveChange, RegisteredModel
from tenfold.teaching import own_sample

Load = Callable[[Path], Classifier]
# Checks a model file; raises ModelFileError.
Try = Callable[[Path], None]
# A live model that could not be loaded is tried again when its file changes, and after this long.
_SECONDS_BEFORE_TRYING_AGAIN = 60.0
_log = logging.getLogger(__name__)


class InitialModel(NamedTuple):
    """The model with which a process starts.

    seen: the number of the change that made it live; 0 where it is not the live model.
    problem: why the live model does not answer here, in words; empty where nothing is wrong.
    """

    classifier: Classifier
    seen: int
    problem: str


class _Failed(NamedTuple):
    """A change that could not be followed: its number, its file as it was then, and when."""

    change: int
    file: int | None
    at: float


class ModelSwitch:
    """Switches the live model. Safe to use from several threads.

    Args:
        load: makes a classifier of a model file; raises ModelFileError where it cannot be run.
    """

    def __init__(
        self, registry: Registry, server: ModelServer, load: Load, try_out: Try, first: InitialModel
    ) -> None:
        self._registry, self._server, self._load, self._try_out = registry, server, load, try_out
        self._seen, self._problem = first.seen, first.problem
        self._failed: _Failed | None = None
        # Held while the live model is recorded, never while one is loaded.
        self._lock = threading.Lock()

    @property
    def problem(self) -> str:
        """Why another model than the live one answers here, in words; empty where the live one does."""
        return self._problem

    def add(
        self, source: Path, *, name: str, origin: str = FILE, run: str | None = None, by: int
    ) -> RegisteredModel:
        """Register a model after a trial run, with the sample of its own data beside it.

        Args:
            name: what a message calls it.

        Raises:
            ModelFileError: it is not ours, damaged, too new, or cannot be run.
            RegistryError: there is no room for it.
        """
        subject = f"The model file {name}"
        with TemporaryDirectory(prefix="tenfold-") as folder:
            # A copy is tried and registered, so that `source` may change meanwhile.
            copy = Path(folder, "candidate.onnx")
            copy.write_bytes(modelfile.read(source, subject)[0])
            try:
                self._try_out(copy)
            except ModelFileError as reason:
                raise reason.about(subject) from reason
            model = self._registry.register(copy, origin=origin, run=run, by=by, name=subject)
        if (sample := own_sample.beside(source, model.hash)) is not None:
            self._registry.put_sample(model.hash, sample)
        return model

    def go_live(self, key: str, *, by: int, reason: str = CHOSEN) -> LiveChange:
        """Make a model live, here and for all who share the registry.

        Raises:
            UnknownModel: there is none with this hash, or it was removed.
            ModelFileError: its file is missing, damaged, or cannot be run; the old one stays.
        """
        classifier = self._loaded(key)
        with self._lock:
            change = self._registry.go_live(key, by=by, reason=reason)
            self._exchange(change, classifier)
            return change

    def rollback(self, *, by: int) -> LiveChange:
        """Make the previous model live again; repeat it to go further back.

        Raises:
            RegistryError: there is none.
            ModelFileError: its file is damaged, or cannot be run; the live one stays.
        """
        return self.go_live(self._registry.before(), by=by, reason=ROLLBACK)

    def follow(self) -> bool:
        """Switch to a model that another process made live; returns whether there was such a change.

        A model that cannot be loaded here is logged once; the old one answers until it can be loaded.

        Raises:
            DatabaseError: what is live cannot be read.
        """
        change = self._registry.live_change()
        if change is None or change.id == self._seen or not self._due(change):
            return False
        classifier: Classifier | None
        try:
            classifier = self._loaded(change.model_hash)
        except (ModelFileError, RegistryError) as error:
            classifier, reason = None, error
        with self._lock:
            last = self._registry.live_change()
            if last is None or last.id != change.id:
                return False  # the live model was changed meanwhile; the next call follows that change
            if classifier is None:
                self._note(change, reason)
                return False
            self._exchange(change, classifier)
        return True

    def _loaded(self, key: str) -> Classifier:
        if key == self._server.model.sha256:
            return self._server.model
        with self._registry.local_copy(key) as path:
            self._try_out(path)
            return _checked(self._load(path), key)

    def _exchange(self, change: LiveChange, classifier: Classifier) -> None:
        self._seen, self._problem, self._failed = change.id, "", None
        if classifier is not self._server.model:
            self._server.swap(classifier)

    def _due(self, change: LiveChange) -> bool:
        """Whether to retry a change that could not be followed."""
        failed = self._failed
        if failed is None or failed.change != change.id:
            return True
        waited = time.monotonic() - failed.at >= _SECONDS_BEFORE_TRYING_AGAIN
        return waited or failed.file != self._file(change)

    def _note(self, change: LiveChange, reason: ModelFileError | RegistryError) -> None:
        problem = f"{reason} {self._server.model.info.name} answers instead."
        if problem != self._problem:
            _log.warning("The live model was changed, and cannot be used here: %s", problem)
        self._problem = problem
        self._failed = _Failed(change.id, self._file(change), time.monotonic())

    def _file(self, change: LiveChange) -> int | None:
        """The length of the model's file, by which a change of it is noticed."""
        try:
            return self._registry.size(change.model_hash)
        except RegistryError:
            return None


def first(registry: Registry, model: str, load: Load, try_out: Try, *, insist: bool) -> InitialModel:
    """The model to start with. Raises ModelFileError: the named file, or the bundled one, cannot be used.

    Args:
        model: the file or bundled model that the settings name; empty: the registry's live one.
        insist: the named file goes live for all; otherwise it answers in this process alone, unless none
            has been live yet.
    """
    bundled = registry.register_bundled()
    if model:
        return _named(registry, Path(modelfile.locate(model)), load, try_out, insist=insist)
    change = registry.live_change()
    problem = ""
    if change is None:
        change = registry.go_live(bundled.hash, by=SYSTEM, reason=START, after=0)
    if change.model_hash != bundled.hash:
        try:
            live = registry.get(change.model_hash)
            chosen = live.file != BUNDLED or (live.removed_at is None and change.reason != START)
            if chosen:
                with registry.local_copy(change.model_hash) as path:
                    return InitialModel(_checked(load(path), change.model_hash), change.id, "")
        except (ModelFileError, RegistryError) as reason:
            problem = f"{reason} The bundled model answers instead."
        else:  # nobody chose it, or it is another version's: a server brings this one's default
            if insist:
                last = registry.go_live(bundled.hash, by=SYSTEM, reason=START, after=change.id)
                # A later change is followed, because its number differs.
                change = last if last.model_hash == bundled.hash else change
    return InitialModel(load(modelfile.bundled()), 0 if problem else change.id, problem)


def _named(registry: Registry, path: Path, load: Load, try_out: Try, *, insist: bool) -> InitialModel:
    try_out(path)
    classifier = load(path)
    named = registry.register(path)
    change = registry.live_change()
    if insist or change is None:
        after = None if insist else 0
        change = registry.go_live(named.hash, by=SYSTEM, reason=START, after=after)
    return InitialModel(classifier, change.id, "")


def _checked(classifier: Classifier, key: str) -> Classifier:
    """The classifier, if its file is the one that was registered."""
    if classifier.sha256 != key:
        raise ModelFileError(
            f"The model file {classifier.path}",
            "is not the one that was registered",
            received=f"its hash is {classifier.sha256[:12]}",
            cure="Add the model again.",
            reason="model-file-changed",
        )
    return classifier
