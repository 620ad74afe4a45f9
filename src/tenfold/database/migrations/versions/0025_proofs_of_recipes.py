"""Proofs of recipes"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.add_column("line_recipe_versions", sa.Column("proof", sa.JSON(), nullable=True))
