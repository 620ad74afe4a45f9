"""kill -9 at any moment: every message arrives, those that came twice have the same id, in their order."""

import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tenfold.database import Database
from tenfold.outbox import Message, Outbox
from tenfold.outbox.outbox import WAITING
from tests.outbox.receivers import Receiver, until

MESSAGES, MOST_KILLS = 80, 6


@pytest.mark.slow
def test_kill_9_loses_nothing(
    database: Database, outbox: Outbox, put: Callable[..., Message], receiver: Receiver
) -> None:
    one = outbox.add("hook", "webhook", {"url": receiver.url, "local": True}).id
    sent = [put(one, text=str(number)) for number in range(MESSAGES)]
    chance, kills = random.Random(1), 0
    url = database.url.render_as_string(hide_password=False)
    while outbox.messages(one, WAITING, limit=1):
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.outbox.killed", url],
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
        )
        assert process.stdout is not None
        with process.stdout:
            assert process.stdout.readline() == b"begun\n"
            receiver.asked = 0
            # A killed sender's destination is taken over before its lease has run out.
            until(lambda: receiver.asked or not outbox.messages(one, WAITING, limit=1), 10)
            if kills < MOST_KILLS:
                time.sleep(chance.uniform(0, 0.15))
            else:
                until(lambda: not outbox.messages(one, WAITING, limit=1), 60)
            process.kill()
            process.wait()
        kills += 1
    first = list(dict.fromkeys(receiver.ids))
    assert first == [message.key for message in sent], "each arrived, in its order"
    assert kills > 3
    assert len(receiver.ids) <= MESSAGES + kills, "at most one a kill came twice"
