"""kill -9 at any moment: every message arrives, those that came twice have the same id, in their order."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest

from tenfold.database import Database
from tenfold.outbox import Message, Outbox, OutboxQueue
from tenfold.outbox.outbox import WAITING
from tests.environment.forking import Forked
from tests.outbox import killed
from tests.outbox.receivers import Receiver, receiving
from tests.waiting import until

MESSAGES, KILLS, MOST_BETWEEN_KILLS = 80, 6, 8


class Killing(Receiver):
    """Kills the sender at a step of one of its next requests; a kill from elsewhere may come too late."""

    def __init__(self) -> None:
        super().__init__()
        self._chance = random.Random(1)
        self._process: Forked | None = None

    def kill(self, process: Forked) -> None:
        self._left = self._chance.randint(1, MOST_BETWEEN_KILLS)
        self._step = self._chance.choice(["asked", "kept", "answered"])
        self._process = process

    def reached(self, step: str) -> None:
        if self._process is None or step != self._step:
            return
        self._left -= 1
        if self._left == 0:
            if step == "answered":  # the sender writes it down, or sends the next one
                time.sleep(self._chance.uniform(0, 0.01))
            os.kill(self._process.pid, signal.SIGKILL)


@pytest.mark.slow
def test_kill_9_loses_nothing(database: Database, outbox: Outbox, put: Callable[..., Message]) -> None:
    with receiving(Killing()) as receiver:
        assert isinstance(receiver, Killing)
        one = outbox.add("hook", "webhook", {"url": receiver.url, "local": True}).id
        sent = [put(one, text=str(number)) for number in range(MESSAGES)]
        for _ in range(KILLS):
            with sender(database) as process:
                receiver.kill(process)
                # A killed sender's destination is taken over before its lease has run out.
                assert process.wait(timeout=30) == -9
            assert outbox.messages(one, WAITING, limit=1)
        with sender(database):
            until(lambda: not outbox.messages(one, WAITING, limit=1), 60)
    first = list(dict.fromkeys(receiver.ids))
    assert first == [message.key for message in sent], "each arrived, in its order"
    assert MESSAGES < len(receiver.ids) <= MESSAGES + KILLS, "at most one a kill came twice"


@contextmanager
def sender(database: Database) -> Iterator[Forked]:
    url = database.url.render_as_string(hide_password=False)
    with closing(Forked(killed.main, [url], dict(os.environ))) as process:
        yield process


def test_what_a_killed_sender_was_at_is_sent_by_the_next_one_under_the_same_id(
    database: Database, outbox: Outbox, put: Callable[..., Message]
) -> None:
    one = outbox.add("hook", "webhook", {"url": "http://127.0.0.1:1/", "local": True}).id
    sent, queue = put(one), OutboxQueue(database)
    assert [row.id for row in queue.claim("first", lambda worker: False)] == [one]
    assert queue.claim("second", lambda worker: False) == []
    assert [row.id for row in queue.claim("second", lambda worker: worker == "first")] == [one]
    found = queue.next(one)
    assert found is not None
    assert found[1].key == sent.key
