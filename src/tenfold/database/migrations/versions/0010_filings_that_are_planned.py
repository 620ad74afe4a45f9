"""Filings that are planned"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("filings", sa.Column("planning", sa.JSON(), nullable=True))
