"""The visitor: who sent a request, as far as it is known. Recognises nobody; access.py does."""

from dataclasses import dataclass

from tenfold.accounts.roles import ADMINISTRATOR
from tenfold.accounts.sessions import SignedIn


@dataclass(frozen=True)
class Visitor:
    """The sender of a request. id 0: this machine's own user, where there are no accounts.

    session: of the browser that sent it; None for a program with a token, and where nobody has an account.
    """

    id: int
    name: str
    role: str
    address: str = ""
    session: SignedIn | None = None

    @property
    def administrator(self) -> bool:
        return self.role == ADMINISTRATOR

    @property
    def clients(self) -> tuple[str, ...]:
        """The clients whose quotas a request counts against."""
        address = f"address {self.address}"
        return (f"person {self.id}", address) if self.id else (address,)
