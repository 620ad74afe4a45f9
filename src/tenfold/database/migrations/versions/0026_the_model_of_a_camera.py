"""The model of a camera"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.add_column("cameras", sa.Column("model_hash", sa.String(length=64), server_default="", nullable=False))
