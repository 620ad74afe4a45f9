"""Watched folders as a service: each is watched by the worker of one process, and no job is endless"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("watches", sa.Column("worker", sa.String(length=120), nullable=True))
    op.execute(
        "UPDATE jobs SET state = 'cancelled', key = NULL, worker = NULL, ended_at = updated_at "
        "WHERE kind = 'watch' AND state IN ('waiting', 'running')"
    )
