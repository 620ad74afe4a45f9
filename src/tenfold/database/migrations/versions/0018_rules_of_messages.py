"""Rules of messages"""

import sqlalchemy as sa

from tenfold.database.migrations.columns import BOOL, INT, JSON, MOMENT, key, maybe, table

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    table(
        "camera_rules",
        id=key(),
        name=sa.String(100),
        enabled=BOOL,
        conditions=JSON,
        destinations=JSON,
        state=JSON,
        told_at=maybe(MOMENT),
        added_at=MOMENT,
        added_by=INT,
    )
