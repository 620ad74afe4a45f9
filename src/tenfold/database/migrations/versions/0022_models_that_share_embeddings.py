"""Models that share embeddings"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column("models", sa.Column("embedding_hash", sa.String(length=64), nullable=True))
    op.create_index(op.f("ix_models_embedding_hash"), "models", ["embedding_hash"], unique=False)
