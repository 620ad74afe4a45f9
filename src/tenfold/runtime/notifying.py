"""The parts of the container for notifications: rules, the outbox, and the service that sends."""

from typing import TYPE_CHECKING

from tenfold.runtime.foundation import Foundation, part

if TYPE_CHECKING:
    from tenfold.cameras.rules.kept import Rules
    from tenfold.outbox import Outbox, Sender
    from tenfold.workflows.tell import Tell


class Notifying(Foundation):
    """Settings, database, people, and what tells of events."""

    @part
    def rules(self) -> "Rules":
        from tenfold.cameras.rules.kept import Rules

        return Rules(self.database)

    @part
    def outbox(self) -> "Outbox":
        from tenfold.outbox import Outbox

        return Outbox(self.database)

    @part
    def sender(self) -> "Sender":
        from tenfold.jobs.process import has_ended, new_worker
        from tenfold.outbox import OutboxQueue, Sender

        return Sender(self.outbox, OutboxQueue(self.database), new_worker(), has_ended)

    @part
    def tell(self) -> "Tell":
        from tenfold.workflows.tell import Tell

        return Tell(self.rules, self.outbox, self.blobs("events"))
