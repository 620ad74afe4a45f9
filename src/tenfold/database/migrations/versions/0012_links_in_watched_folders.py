"""Links in watched folders"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("watches", sa.Column("left_out", sa.JSON(), nullable=True))
