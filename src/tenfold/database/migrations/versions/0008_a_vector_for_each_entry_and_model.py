"""A vector for each entry and model"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    with op.batch_alter_table("embeddings") as table:
        table.drop_constraint("pk_embeddings", type_="primary")
        table.create_primary_key("pk_embeddings", ["entry_id", "model_hash"])
    # Where an entry has both, the newer one is in `embeddings`.
    op.execute(
        sa.text(
            "INSERT INTO embeddings (entry_id, model_hash, vector) "
            "SELECT entry_id, model_hash, vector FROM set_aside_vectors WHERE true "
            "ON CONFLICT (entry_id, model_hash) DO NOTHING"
        )
    )
    op.drop_table("set_aside_vectors")
