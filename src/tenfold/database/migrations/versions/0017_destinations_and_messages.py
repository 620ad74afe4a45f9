"""Destinations and messages"""

import sqlalchemy as sa

from tenfold.database.migrations import columns as c

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    c.table(
        "destinations",
        id=c.key(),
        name=sa.String(100),
        kind=sa.String(20),
        settings=c.JSON,
        enabled=c.BOOL,
        added_at=c.MOMENT,
        changed_at=c.MOMENT,
        problem=c.maybe(c.JSON_OR_NULL),
        problem_at=c.maybe(c.MOMENT),
        sent_at=c.maybe(c.MOMENT),
        dropped=c.INT,
        worker=c.maybe(sa.String(200)),
        lease_until=c.maybe(c.MOMENT),
    )
    c.table(
        "messages",
        sa.Index(None, "destination_id", "state", "id"),
        id=c.key(),
        key=sa.Column(sa.String(40), nullable=False, index=True),
        destination_id=sa.Column(c.ID, c.to("destinations.id"), nullable=False),
        at=c.MOMENT,
        fields=c.JSON,
        picture=c.maybe(c.BYTES),
        bytes=c.INT,
        state=sa.String(10),
        attempts=c.INT,
        next_at=c.maybe(c.MOMENT),
        ended_at=c.maybe(c.MOMENT),
        problem=c.maybe(c.JSON_OR_NULL),
    )
