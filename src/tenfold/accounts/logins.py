"""Signing in and out, and whatever else asks for a password: tries are limited, and all of it is in the log.

Knows no HTTP.
"""

import secrets
from dataclasses import dataclass

from tenfold.accounts import roles
from tenfold.accounts.audit import Audit
from tenfold.accounts.limits import LoginLimits
from tenfold.accounts.people import Account, People
from tenfold.accounts.sessions import Sessions, SignedIn
from tenfold.errors import LoginRefused, PasswordRefused, TooManyLogins, UnknownAccount


@dataclass(frozen=True)
class Client:
    """Where a request comes from. cookie: the session's that it brought; empty without one."""

    address: str = ""
    agent: str = ""
    cookie: str = ""


class Logins:
    """Signing in and out, and changing one's own password, on one database.

    Attributes:
        first_code: allows making the first account. Random for each process, and useless once there is an
            account.
    """

    def __init__(self, people: People, sessions: Sessions, limits: LoginLimits, audit: Audit) -> None:
        self._people, self._sessions, self._limits, self._audit = people, sessions, limits, audit
        self.first_code = secrets.token_urlsafe(16)

    def sign_in(self, name: str, password: str, origin: Client) -> str:
        """The cookie of a new session.

        A refusal is the same, and takes as long, whether the name, the password or both are wrong.

        Raises:
            LoginRefused: they are not right, or the account is disabled.
            TooManyLogins: too many tries have failed.
        """
        return self._begin(self._check(name, password, origin), origin)

    def make_first(self, code: str, name: str, password: str, origin: Client) -> str:
        """Make the first account, an administrator's, and sign in; the cookie of the new session.

        Raises:
            LoginRefused: the code is not `first_code`, or there is an account.
            AccountError: the name or the password cannot be used.
        """
        right = secrets.compare_digest(code.encode(errors="replace"), self.first_code.encode())
        if self._people.anybody() or not right:
            raise LoginRefused(
                "The code",
                "is not right, or the first account has been made",
                cure="Open the link that the server printed when it started last.",
                reason="wrong-setup-code",
            )
        person = self._people.add(name, roles.ADMINISTRATOR, password, address=origin.address)
        return self._begin(person, origin)

    def sign_out(self, signed_in: SignedIn, origin: Client) -> None:
        """End the session that the request came with."""
        self._sessions.end(origin.cookie)
        self._audit.note(signed_in.person_id, "logout", signed_in.name, address=origin.address)

    def change_password(self, signed_in: SignedIn, old: str, new: str, origin: Client) -> str:
        """Change one's own password. All sessions end; returns the cookie of a new one.

        Raises:
            PasswordRefused, TooManyLogins: `old` is not right.
            AccountError: `new` is not fit to be a password.
        """
        person = self.confirm(signed_in, old, origin)
        self._people.change(person.id, password=new, by=person.id, address=origin.address)
        return self._sessions.begin(person.id, address=origin.address, agent=origin.agent)

    def confirm(self, signed_in: SignedIn, password: str, origin: Client) -> Account:
        """Check the password of the person who is signed in.

        Raises:
            PasswordRefused, TooManyLogins: it is not right.
        """
        try:
            return self._check(signed_in.name, password, origin)
        except LoginRefused as reason:
            raise PasswordRefused("Your own password", "is not right", cure=reason.cure) from None

    def _begin(self, person: Account, origin: Client) -> str:
        cookie = self._sessions.begin(
            person.id, address=origin.address, agent=origin.agent, instead_of=origin.cookie
        )
        self._audit.note(person.id, "login", person.name, address=origin.address)
        return cookie

    def _check(self, name: str, password: str, origin: Client) -> Account:
        one = self._limits.begin(name, origin.address)
        try:
            person = self._people.check(name, password)
        except TooManyLogins:
            self._limits.withdraw(one)
            raise
        if person is None:
            self._note_failure(name, origin)
            raise LoginRefused(
                "The name or the password",
                "is not right",
                cure="Try again; an administrator can give you another password.",
            )
        self._limits.succeeded(one)
        return person

    def _note_failure(self, name: str, origin: Client) -> None:
        """The name for the log; empty where no account has it, as what was typed may be a password."""
        try:
            known = self._people.named(name)
        except UnknownAccount:
            self._audit.note(0, "login.failed", "", {"known": False}, address=origin.address)
        else:
            self._audit.note(known.id, "login.failed", known.name, {"known": True}, address=origin.address)
        wait = self._limits.wait(name, origin.address)
        if wait:
            self._audit.note(0, "login.blocked", "", {"seconds": wait}, address=origin.address)
