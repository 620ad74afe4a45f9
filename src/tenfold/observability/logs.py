"""How the log is written: as text or as JSON, each line with the id of the request that it belongs to.

Knows no HTTP. Code that works for a request in another thread has its id where the thread was given a copy
of the context.
"""

import json
import logging
import re
import secrets
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import IO

# Of the request that is worked on; empty outside of requests.
request_id: ContextVar[str] = ContextVar("request_id", default="")
_USABLE = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")
# What every record has; whatever else one has was given to it as `extra`.
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def usable_id(sent: str) -> str:
    """The id that a client sent, where it can stand in a log and a header as it is; else a new one."""
    return sent if _USABLE.fullmatch(sent) else secrets.token_hex(8)


def install(form: str, level: str, stream: IO[str] | None = None) -> None:
    """Write the log of this process to `stream`, by default to standard error.

    Args:
        form: text or json.
        level: the least that is written: error, warning, info or debug. Libraries stay at warning.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_Json() if form == "json" else _Text())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level.upper()]))
    logging.getLogger("tenfold").setLevel(level.upper())


class _Text(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        found = request_id.get()
        return f"{line} [{found}]" if found else line


class _Json(logging.Formatter):
    """One object in each line: time (UTC), level, logger, message; request_id, error and further fields."""

    def format(self, record: logging.LogRecord) -> str:
        facts: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if found := request_id.get():
            facts["request_id"] = found
        if record.exc_info:
            facts["error"] = self.formatException(record.exc_info)
        facts |= {name: value for name, value in vars(record).items() if name not in _OWN}
        return json.dumps(facts, ensure_ascii=False, default=str)
