"""Orders to stations"""

import sqlalchemy as sa

from tenfold.database.migrations.columns import ID, JSON, MOMENT, TEXT, key, maybe, table, to

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    table(
        "line_orders",
        id=key(),
        station_id=sa.Column(ID, to("line_stations.id"), nullable=False, index=True),
        at=MOMENT,
        body=JSON,
        taken_at=maybe(MOMENT),
        refused=maybe(TEXT),
    )
