"""Codes in place of English: a job's step, why a folder cannot be watched, why a file was not organised"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

# What was written by earlier versions.
_CODES = {
    "folder-is-file": ("A file has the name of the class's folder.",),
    "folder-leads-home": ("The class's folder is a link to where tenfold keeps its own files.",),
    "folder-not-empty": ("Other files are in it, so it stays.",),
    "changed": ("It was changed since, and stays.", "It was changed or taken away since, and stays."),
    "name-taken": ("Another file has its name now.",),
    "original-missing": ("The original is missing from the store.",),
    "origin-changed": (
        "The file that it comes from was changed.",
        "The file was changed or is gone.",
        "The file that it comes from was changed or is gone.",
    ),
    "origin-taken": ("Something else is where it came from.", "Another file is where it came from."),
    "picture-not-filed": ("Its picture was not filed.",),
    "class-unknown": ("Its class is not known any more.",),
}


def upgrade() -> None:
    op.execute("ALTER TABLE jobs RENAME COLUMN message TO step")
    op.execute("UPDATE jobs SET step = ''")
    # It is written again when the folder is looked through.
    op.drop_column("watches", "problem")
    op.add_column("watches", sa.Column("problem", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("filed", sa.Column("code", sa.String(length=20), nullable=True))
    filed = sa.table("filed", sa.column("problem", sa.Text), sa.column("code", sa.String))
    cases = [(filed.c.problem.in_(texts), code) for code, texts in _CODES.items()]
    op.execute(filed.update().where(filed.c.problem.is_not(None)).values(code=sa.case(*cases, else_="other")))
    op.drop_column("filed", "problem")
    op.execute("ALTER TABLE filed RENAME COLUMN code TO problem")
