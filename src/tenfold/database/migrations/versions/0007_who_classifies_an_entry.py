"""Which worker asks a model about an entry, so that several processes share what waits"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("entries", sa.Column("worker", sa.String(length=120), nullable=True))
