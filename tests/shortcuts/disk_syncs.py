"""Tests do not wait for the disk: nothing that they keep has to outlive a power cut. Knows no test.

A kill leaves everything as it was with syncs; only a loss of power would not.
"""

import os
from functools import wraps

import pytest
from sqlalchemy import URL, Engine, event

from tenfold.database import engine


def leave_out(patch: pytest.MonkeyPatch) -> None:
    """Files and SQLite databases of this process are not synced any more."""
    made = engine._engine

    @wraps(made)
    def unsynced(url: URL) -> Engine:
        opened = made(url)
        if url.get_backend_name() == "sqlite":
            event.listen(opened, "connect", lambda one, _: one.execute("PRAGMA synchronous = OFF"))
        return opened

    patch.setattr(engine, "_engine", unsynced)
    patch.setattr(os, "fsync", _look_at)


def _look_at(file: int) -> None:
    os.fstat(file)  # what is no open file is still refused
