"""The server under the app: uvicorn, told to let go of those who listen before it waits for its answers."""

import socket

import uvicorn
from fastapi import FastAPI

from tenfold.web.service import Service


class Server(uvicorn.Server):
    """uvicorn around one app of `create_app`, whose streams end when it is to stop."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        assert isinstance(self.config.app, FastAPI)
        service: Service = self.config.app.state.service
        service.events.end()
        await super().shutdown(sockets)
