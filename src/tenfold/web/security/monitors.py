"""Who may read the metrics while the database, which alone knows the tokens, is away: whoever did before.

Otherwise nobody would see by the metrics that the database is away, and what else fails then.
"""

import asyncio
import hashlib
import time

from fastapi.requests import HTTPConnection

from tenfold.database import AnyDatabaseError
from tenfold.errors import DatabaseError, TenfoldError
from tenfold.web.security.access import monitor

# How long a token is remembered: an outage is noticed, and mended, within that.
_SECONDS = 86_400.0
_MOST = 100
# Seconds to wait for the database where the token is remembered: Prometheus itself waits for ten.
_PATIENCE = 3.0


class Monitors:
    """The tokens that read the metrics lately, by their SHA-256. For one event loop."""

    def __init__(self) -> None:
        self._let_in: dict[bytes, float] = {}

    async def check(self, request: HTTPConnection) -> None:
        """Raise as `monitor` where the sender may not read the metrics."""
        token = hashlib.sha256(request.headers.get("authorization", "").encode()).digest()
        known = time.monotonic() - self._let_in.get(token, float("-inf")) <= _SECONDS
        try:
            await asyncio.wait_for(monitor(request), _PATIENCE if known else None)
        except (AnyDatabaseError, DatabaseError, TimeoutError):
            if not known:
                raise
        except TenfoldError:
            self._let_in.pop(token, None)
            raise
        else:
            if "authorization" in request.headers:
                self._let_in.pop(token, None)
                self._let_in[token] = time.monotonic()
                while len(self._let_in) > _MOST:
                    del self._let_in[next(iter(self._let_in))]
