"""Recording by rules"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    for table in ("camera_events", "camera_rules"):
        op.add_column(table, sa.Column("record", sa.Boolean(), server_default=sa.false(), nullable=False))
