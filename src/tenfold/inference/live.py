"""The classifier that answers now, which may be exchanged for another while others work. Knows no HTTP."""

import threading
from collections.abc import Callable

from tenfold.inference.classifier import Classifier


class Live:
    """Holds the classifier at work; `switch` gives it another, and tells those who asked to be told.

    Whoever needs several steps with one model takes `classifier` once and keeps it.
    """

    def __init__(self, classifier: Classifier) -> None:
        self._classifier = classifier
        self._lock = threading.Lock()
        self._told: list[Callable[[Classifier], object]] = []

    @property
    def classifier(self) -> Classifier:
        return self._classifier

    def switch(self, classifier: Classifier) -> None:
        """Answer with another model from now on."""
        with self._lock:
            self._classifier = classifier
            told = list(self._told)
        for tell in told:
            tell(classifier)

    def tell(self, call: Callable[[Classifier], object]) -> None:
        """Call with each new classifier, in the thread that switches."""
        with self._lock:
            self._told.append(call)
