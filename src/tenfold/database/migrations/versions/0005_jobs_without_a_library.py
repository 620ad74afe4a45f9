"""Jobs without a library: workers with leases, steps, and no tables of DBOS"""

import sqlalchemy as sa
from alembic import op

from tenfold.database.migrations.columns import BOOL, JSON, MOMENT, key, table, to

revision = "0005"
down_revision = "0004"

# What DBOS kept in SQLite's file beside our tables; in PostgreSQL it had a schema of its own.
_DBOS = (
    "application_versions", "dbos_migrations", "notifications", "operation_outputs", "queues", "streams",
    "workflow_events", "workflow_events_history", "workflow_input", "workflow_output", "workflow_schedules",
    "workflow_status",
)  # fmt: skip


def upgrade() -> None:
    table("workers", id=key(sa.String(120)), serving=BOOL, lease_until=MOMENT)
    table("job_steps", job_id=key(sa.String(64), to("jobs.id")), name=key(sa.String(200)), value=JSON)
    op.add_column("jobs", sa.Column("worker", sa.String(length=120), nullable=True))
    op.add_column("jobs", sa.Column("attempt", sa.Integer(), server_default="0", nullable=False))
    op.add_column("jobs", sa.Column("lost", sa.Integer(), server_default="0", nullable=False))
    _keep_steps()
    op.execute(
        "UPDATE jobs SET state = 'cancelled', key = NULL, ended_at = updated_at "
        "WHERE state = 'running' AND cancel"
    )
    op.execute("UPDATE jobs SET state = 'waiting' WHERE state = 'running'")
    # Two clicks could start two of these, and a kill could leave one that no job works on.
    op.execute(
        "UPDATE jobs SET key = 'improve' WHERE id = (SELECT max(id) FROM jobs WHERE kind = 'improve' "
        "AND state = 'waiting' AND NOT cancel)"
    )
    op.execute("UPDATE improvements SET state = 'stopped' WHERE state = 'running' AND job_id IS NULL")
    op.execute("UPDATE reclassifications SET state = 'failed' WHERE state = 'running' AND job_id IS NULL")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP SCHEMA IF EXISTS dbos CASCADE")
        return
    for name in _DBOS:
        op.execute(f"DROP TABLE IF EXISTS {name}")


def _keep_steps() -> None:
    """What unfinished jobs have done already; DBOS kept it as JSON too."""
    schema = "dbos" if op.get_bind().dialect.name == "postgresql" else None
    if sa.inspect(op.get_bind()).has_table("operation_outputs", schema=schema):
        value = "CAST(min(done.output) AS JSON)" if schema else "min(done.output)"
        op.execute(
            "INSERT INTO job_steps (job_id, name, value) "
            f"SELECT jobs.id, done.function_name, {value} "
            f"FROM {schema + '.' if schema else ''}operation_outputs AS done "
            "JOIN jobs ON jobs.id = done.workflow_uuid "
            "WHERE jobs.state IN ('waiting', 'running') AND done.error IS NULL AND done.output IS NOT NULL "
            "GROUP BY jobs.id, done.function_name"
        )
