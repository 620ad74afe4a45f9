"""A server where people have accounts, and the browsers of three of them."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.web.conftest import Running, Serve

WORDS = "seven green kettles"
# What a change to people or tokens brings: the password of whoever asks.
OWN = {"own_password": WORDS}
ROLES = {"ann": "administrator", "olga": "operator", "vic": "viewer"}


@dataclass
class Staffed:
    """The server, and browsers of ann (administrator), olga (operator), vic (viewer) and a stranger."""

    running: Running
    ids: dict[str, int]
    ann: httpx.Client = field(init=False)
    olga: httpx.Client = field(init=False)
    vic: httpx.Client = field(init=False)
    stranger: httpx.Client = field(init=False)

    def browser(self, **headers: str) -> httpx.Client:
        """A browser that nobody is signed in with."""
        address = self.running.address
        return httpx.Client(
            base_url=address, headers={"Origin": address, **headers}, timeout=30, trust_env=False
        )

    @contextmanager
    def sign_in(self, name: str, password: str = WORDS, **headers: str) -> Iterator[httpx.Client]:
        """A browser that `name` is signed in with."""
        with self.browser(**headers) as made:
            self.enter(made, name, password)
            yield made

    def enter(self, browser: httpx.Client, name: str, password: str = WORDS) -> None:
        """Sign `name` in with `browser`."""
        answer = browser.post("/api/v1/session", json={"name": name, "password": password})
        assert answer.status_code == 200, answer.text

    def token(self, name: str, role: str) -> str:
        app = self.running.service.app
        return app.tokens.add(self.ids[name], "a test", role, days=1)[1]

    def program(self, token: str) -> httpx.Client:
        """A program with a token, which sends no Origin."""
        return httpx.Client(
            base_url=self.running.address,
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
            trust_env=False,
        )


@contextmanager
def staff(serve: Serve, **changes: Any) -> Iterator[Staffed]:
    """A server with accounts."""
    with ExitStack() as stack:
        running = serve(**changes)
        people = running.service.app.people
        ids = {name: people.add(name, role, WORDS).id for name, role in ROLES.items()}
        made = Staffed(running, ids)
        for name in ROLES:
            setattr(made, name, stack.enter_context(made.sign_in(name)))
        made.stranger = stack.enter_context(made.browser())
        yield made
