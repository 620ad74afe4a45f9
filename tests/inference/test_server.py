"""ModelServer: who is answered first, who runs with whom, and who must not suffer for whom."""

import threading

from tenfold.inference import Classifier
from tenfold.inference.classifier import Prepared
from tenfold.inference.server import ModelServer, Priority, Read
from tests.fakes import RED, picture

CATALOGUE, HTTP, LINE = Priority.CATALOGUE, Priority.HTTP, Priority.LINE


def reading(colour: tuple[int, int, int] = RED) -> Read:
    content = picture(colour)
    return lambda classifier: classifier.prepare(content)


class Gate:
    """A picture whose reading goes on only when it is opened: it keeps a thread busy."""

    def __init__(self) -> None:
        self.begun, self.opened = threading.Event(), threading.Event()

    def __call__(self, classifier: Classifier) -> Prepared:
        self.begun.set()
        assert self.opened.wait(30)
        return classifier.prepare(picture(RED))


def noted(seen: list[str], name: str) -> Read:
    def read(classifier: Classifier) -> Prepared:
        seen.append(name)
        return classifier.prepare(picture(RED))

    return read


def busy(server: ModelServer) -> Gate:
    """All of one thread's time is taken until the gate is opened."""
    gate = Gate()
    server.submit(gate, priority=LINE)
    assert gate.begun.wait(10)
    return gate
