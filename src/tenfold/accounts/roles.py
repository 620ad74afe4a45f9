"""Roles: viewer (reads), operator (adds, corrects), administrator (models, settings, people).

Each role may do all that the ones before it may. A token may have one that no person has: monitor reads the
server's metrics, and nothing else. Knows no person.
"""

from collections.abc import Sequence

from tenfold.errors import AccountError

MONITOR, VIEWER, OPERATOR, ADMINISTRATOR = "monitor", "viewer", "operator", "administrator"
ROLES = (VIEWER, OPERATOR, ADMINISTRATOR)
TOKEN_ROLES = (MONITOR, *ROLES)


def at_least(role: str, wanted: str) -> bool:
    """Whether `role` may do what `wanted` may."""
    return TOKEN_ROLES.index(role) >= TOKEN_ROLES.index(wanted)


def lower(one: str, other: str) -> str:
    """The role with fewer permissions."""
    return min(one, other, key=TOKEN_ROLES.index)


def checked(role: str, among: Sequence[str] = ROLES) -> str:
    """`role`; raises AccountError where there is no such role."""
    if role not in among:
        raise AccountError(
            "The role", "is not known", received=repr(role[:40]), cure=f"Take one of {', '.join(among)}."
        )
    return role
