"""Roles: viewer (reads), operator (adds, corrects), administrator (models, settings, people).

Each role may do all that the ones before it may. Knows no person.
"""

from tenfold.errors import AccountError

VIEWER, OPERATOR, ADMINISTRATOR = "viewer", "operator", "administrator"
ROLES = (VIEWER, OPERATOR, ADMINISTRATOR)


def at_least(role: str, wanted: str) -> bool:
    """Whether `role` may do what `wanted` may."""
    return ROLES.index(role) >= ROLES.index(wanted)


def lower(one: str, other: str) -> str:
    """The one that may do less."""
    return min(one, other, key=ROLES.index)


def checked(role: str) -> str:
    """`role`; raises AccountError where there is no such role."""
    if role not in ROLES:
        raise AccountError(
            "The role", "is not known", received=repr(role[:40]), cure=f"Take one of {', '.join(ROLES)}."
        )
    return role
