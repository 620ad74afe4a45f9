"""Outputs of stations"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.add_column(
        "line_stations", sa.Column("outputs", sa.JSON(), server_default=sa.text("'[]'"), nullable=False)
    )
