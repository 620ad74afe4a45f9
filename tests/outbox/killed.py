"""A sender to be killed: python -m tests.outbox.killed DATABASE-URL."""

import sys
import threading

from tenfold.database import Database
from tenfold.jobs.process import has_ended, new_worker
from tenfold.outbox import Outbox, OutboxQueue, Sender

if __name__ == "__main__":
    database = Database(sys.argv[1])
    sender = Sender(Outbox(database), OutboxQueue(database), new_worker(), has_ended)
    sender.run(threading.Event())
