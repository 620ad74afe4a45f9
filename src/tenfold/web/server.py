"""uvicorn with limits for connections; on stopping it first ends event streams, then waits for answers."""

import asyncio
import gc
import logging
import socket

import uvicorn
from fastapi import FastAPI

from tenfold.cameras.decoder.pictures import MOST_BYTES
from tenfold.web.security.connections import Connection
from tenfold.web.service import WebService


def configured(
    app: FastAPI, *, proxies: str = "", grace: int | None = None, log_level: str = "warning"
) -> uvicorn.Config:
    """uvicorn's configuration for an app of `create_app`.

    Args:
        proxies: whose word is taken for where a request came from (the setting trusted_proxies).
        grace: the most seconds that stopping waits for answers; None: as long as they take.
    """
    service: WebService = app.state.service
    logging.getLogger("uvicorn.error").addFilter(_cancelled_untold)
    return uvicorn.Config(
        app,
        backlog=service.settings.listen_backlog,
        http=Connection,
        ws="wsproto",
        ws_max_size=MOST_BYTES,  # a picture of a page's camera; whoever looks says little
        ws_per_message_deflate=False,  # pictures are compressed already
        log_config=None,  # as the rest of the process
        log_level=log_level,
        access_log=False,
        server_header=False,
        proxy_headers=bool(proxies),  # uvicorn would trust every process on this machine
        forwarded_allow_ips=proxies,
        lifespan="on",
        timeout_graceful_shutdown=grace,
    )


def _cancelled_untold(record: logging.LogRecord) -> bool:
    """Whether a line is logged: one says how many requests a stop has cut off, so none follows for each."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


class Server(uvicorn.Server):
    """uvicorn around one app of `create_app`, whose streams end when it is to stop."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        # Objects that exist now are permanent. Scanning them for garbage again and again costs a seventh of
        # the time of requests.
        gc.collect()
        gc.freeze()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        assert isinstance(self.config.app, FastAPI)
        service: WebService = self.config.app.state.service
        service.events.end()
        await super().shutdown(sockets)
