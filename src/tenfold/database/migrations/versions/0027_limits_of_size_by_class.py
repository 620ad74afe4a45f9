"""Limits of size by class"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.add_column("cameras", sa.Column("keep_bytes_of", sa.JSON(), server_default="{}", nullable=False))
