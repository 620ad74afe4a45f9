"""Removes the values of rows from the messages of database drivers. Knows no table and no SQL.

A unique name or a whole row may stand in a driver's message ("Key (name)=(Anna) already
exists"); errors end in logs, which more people read than the tables.
"""

from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import StatementError

# SQLSTATE classes whose messages name no value but what the code wrote: connections, resources, syntax, ...
_PLAIN = ("08", "25", "28", "3D", "40", "42", "53", "55", "57", "58")


def without_values(context: ExceptionContext) -> None:
    """Remove values from a driver's error and SQLAlchemy's error about it; for its `handle_error`."""
    driver, error = context.original_exception, context.sqlalchemy_exception
    message = _message(driver)
    driver.args = (message, *driver.args[1:])
    if isinstance(error, StatementError):
        error.args = (f"({type(driver).__module__}.{type(driver).__name__}) {message}",)


def _message(driver: BaseException) -> str:
    first = str(driver).strip().partition("\n")[0]
    diagnosis = getattr(driver, "diag", None)  # psycopg's
    if diagnosis is None or diagnosis.sqlstate is None or diagnosis.sqlstate.startswith(_PLAIN):
        return first  # SQLite, a connection that failed, or a statement that is wrong
    about = diagnosis.constraint_name or diagnosis.column_name
    return f"SQLSTATE {diagnosis.sqlstate}" + (f", {about}" if about else "")
