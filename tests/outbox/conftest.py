"""A running outbox, a receiver and a broker."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tenfold.database import Database, now
from tenfold.outbox import Message, Outbox, OutboxQueue, Sender
from tenfold.outbox.outbox import new_key
from tests.outbox.receivers import Broker, Subscriber, brokering


def message(text: str = "A person at the door", source: str = "door", **changes: object) -> Message:
    values: dict[str, object] = {"data": {"type": "event", "class": "person"}, "picture": None} | changes
    return Message(new_key(), now(), source, "Door", "Person", text, **values)  # type: ignore[arg-type]


@pytest.fixture
def outbox(database: Database) -> Outbox:
    return Outbox(database)


@pytest.fixture
def put(database: Database, outbox: Outbox) -> Callable[..., Message]:
    """Keeps a message for destinations."""

    def one(*destinations: int, text: str = "A person at the door", **changes: object) -> Message:
        new = message(text, **changes)  # type: ignore[arg-type]
        with database.writing() as session:
            outbox.put(session, new, destinations)
        return new

    return one


@pytest.fixture
def sending(database: Database, outbox: Outbox) -> Iterator[Callable[[], Callable[[], None]]]:
    """Starts a sender; gives what stops it."""
    running: list[tuple[threading.Event, threading.Thread, Sender]] = []

    def stop() -> None:
        while running:
            asked, thread, sender = running.pop()
            asked.set()
            sender.wake()
            thread.join(20)
            assert not thread.is_alive()

    def start() -> Callable[[], None]:
        asked = threading.Event()
        sender = Sender(outbox, OutboxQueue(database), f"worker-{len(running)}", lambda worker: False)
        thread = threading.Thread(target=sender.run, args=(asked,), daemon=True)
        thread.start()
        running.append((asked, thread, sender))
        return stop

    yield start
    stop()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    folder = tmp_path / "broker"
    folder.mkdir()
    with brokering(folder) as one:
        yield one


@pytest.fixture
def subscriber(broker: Broker) -> Iterator[Subscriber]:
    one = Subscriber(broker.port)
    yield one
    one.close()
