"""Actions that need a browser's session and the person's own password again.

A leaked token, or a browser left open, must not allow changing people, tokens or passwords.
"""

from fastapi import Request
from pydantic import BaseModel, Field

from tenfold.accounts.logins import Client
from tenfold.accounts.sessions import SignedIn
from tenfold.errors import AccountError, NotAllowed
from tenfold.web.problems import responses
from tenfold.web.security.access import address_of, cookie_of
from tenfold.web.security.visitor import Visitor
from tenfold.web.service import service_of

CONFIRMED = responses(
    _401="The own password is not right.",
    _429="Passwords were tried too often; again after `Retry-After` seconds.",
)


class ConfirmedRequest(BaseModel):
    """A change that the person confirms with their password."""

    own_password: str = Field(
        "", max_length=1000, description="Of the person who asks. Not needed where nobody has an account."
    )


def by_browser(who: Visitor) -> SignedIn:
    """The session of `who`.

    Raises:
        NotAllowed: a program asks, with a token.
        AccountError: nobody has an account.
    """
    if who.id == 0:
        raise AccountError(
            "This", "is for people with an account, and nobody has one here", reason="no-accounts"
        )
    if who.session is None:
        raise NotAllowed(
            "This", "is not for a token", cure="Sign in to the page, or use the command line on the server."
        )
    return who.session


def confirm(request: Request, who: Visitor, asked: ConfirmedRequest | None) -> None:
    """Check that a person in a browser asks, by their password. Tries are limited as signing in is.

    Raises:
        NotAllowed: a program asks, or the password is missing.
        PasswordRefused, TooManyLogins: the password is not right.
    """
    if who.id == 0:
        return  # this machine's own user, who has no password
    session = by_browser(who)
    if asked is None or not asked.own_password:
        raise NotAllowed(
            "This",
            "needs your own password",
            cure="Send it with the request, as own_password.",
            reason="own-password-needed",
        )
    service_of(request).app.logins.confirm(session, asked.own_password, client_of(request))


def client_of(request: Request) -> Client:
    """The client of a request, for logins."""
    return Client(
        address=address_of(request), agent=request.headers.get("user-agent", ""), cookie=cookie_of(request)
    )
