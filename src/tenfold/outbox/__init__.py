"""Messages to the outside that survive a restart: kept on disk, sent in order, at least once.

Knows nothing of what the messages are about but their types.
"""

from tenfold.outbox.message import Message, MessageType
from tenfold.outbox.outbox import Outbox
from tenfold.outbox.queue import OutboxQueue
from tenfold.outbox.sender import Sender

__all__ = ["Message", "MessageType", "Outbox", "OutboxQueue", "Sender"]
