"""A process that sends until it is killed; its argument is a database's URL (test_kills.py)."""

import sys
import threading

from tenfold.database import Database
from tenfold.jobs.process import has_ended, new_worker
from tenfold.outbox import Outbox, OutboxQueue, Sender


def main() -> int:
    database = Database(sys.argv[1])
    sender = Sender(Outbox(database), OutboxQueue(database), new_worker(), has_ended)
    sender.run(threading.Event())
    return 0
