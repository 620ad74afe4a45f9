"""Recipes name none of these"""

from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.execute("ALTER TABLE line_recipe_versions RENAME COLUMN strangers TO none_of_these")
