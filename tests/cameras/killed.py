"""A server that watches its cameras, to be killed: python -m tests.cameras.killed, with TENFOLD_HOME set."""

import sys

from tests.cameras.serving import Certain, Server
from tests.fakes import FakeApp

if __name__ == "__main__":
    with FakeApp(None, Certain()) as app:
        server = Server(app)
        sys.stdin.read()
        server.stop()
