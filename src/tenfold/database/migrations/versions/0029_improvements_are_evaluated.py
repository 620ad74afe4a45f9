"""The state of an improvement that was compared with the live model is called evaluated"""

from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.execute("UPDATE improvements SET state = 'evaluated' WHERE state = 'judged'")
