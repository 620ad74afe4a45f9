"""Why files were refused, with codes"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("seen_files", sa.Column("facts", sa.JSON(none_as_null=True), nullable=True))
    old = sa.table("seen_files", sa.column("key"), sa.column("problem", sa.Text), sa.column("facts", sa.JSON))
    connection = op.get_bind()
    for key, words in connection.execute(
        sa.select(old.c.key, old.c.problem).where(old.c.problem.is_not(None))
    ).all():
        facts = {
            "code": "picture-error", "title": "The picture cannot be used", "detail": words, "subject": "",
            "problem": words.rstrip("."), "received": "", "cure": "", "reason": "",
        }  # fmt: skip
        connection.execute(old.update().where(old.c.key == key).values(facts=facts))
    op.drop_column("seen_files", "problem")
    op.execute("ALTER TABLE seen_files RENAME COLUMN facts TO problem")
