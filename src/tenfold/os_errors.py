"""Puts an error of the operating system into words, with a cure that fits.

No message holds the content of a file.
"""

import errno
import os
from typing import Literal, NamedTuple, TypeVar

from tenfold.errors import TenfoldError
from tenfold.reasons import SystemReason

E = TypeVar("E", bound=TenfoldError)


class Refusal(NamedTuple):
    """What the operating system refused.

    Attributes:
        file: the file or folder that it names; may be empty.
        problem, received, cure, reason: as of a `TenfoldError`; the cure has no full stop yet.
    """

    file: str
    problem: str
    received: str
    cure: str
    reason: SystemReason | Literal[""]


# The code for programs, what is wrong, and what to do about it.
_Known = tuple[SystemReason | Literal[""], str, str]

_MISSING: _Known = ("missing", "is missing", "Bring it back, or check its path")
_FORBIDDEN: _Known = (
    "forbidden", "may not be read or written", "Give the user that runs tenfold the right to",
)  # fmt: skip
_TOO_MANY_FILES: _Known = (
    "too-many-files", "cannot be opened: too many files are open", "Raise the limit (ulimit -n)",
)  # fmt: skip
_OTHER: _Known = ("", "could not be read or written", "See what the system says of it")
_KNOWN: dict[int, _Known] = {
    errno.ENOENT: _MISSING,
    errno.ENOTDIR: _MISSING,
    errno.EACCES: _FORBIDDEN,
    errno.EPERM: _FORBIDDEN,
    errno.EROFS: ("read-only", "cannot be written: its disk is read-only", "Mount it for writing"),
    errno.ENOSPC: ("disk-full", "cannot be written: its disk is full", "Free some space"),
    errno.EDQUOT: ("disk-full", "cannot be written: the quota is used up", "Free some space or raise it"),
    errno.EIO: ("disk-error", "cannot be read or written: its disk reports an error", "Check the disk"),
    errno.EMFILE: _TOO_MANY_FILES,
    errno.ENFILE: _TOO_MANY_FILES,
    errno.ENOMEM: ("out-of-memory", "cannot be done: there is no memory left", "Free some memory"),
    errno.ESTALE: ("missing", "has gone from its network disk", "Mount it again"),
    errno.ENAMETOOLONG: ("", "has a name that is too long", "Shorten it"),
    errno.EISDIR: ("", "is a folder where a file is needed", "Name a file"),
    errno.EEXIST: ("", "is there already", "Name another one"),
    errno.ENXIO: ("", "is not a plain file", "Name a file"),
    errno.EINVAL: ("", "cannot be used", "Name another one"),
    errno.ELOOP: ("", "is a link that leads to itself", "Correct it"),
    errno.EFBIG: ("", "cannot be written: it is larger than its disk allows", "Use another disk"),
}

# What is wrong, by its code; of several with one code the first.
IN_ENGLISH: dict[SystemReason | Literal[""], str] = {
    code: problem for code, problem, _ in (_OTHER, *reversed(_KNOWN.values()))
}


def refused(kind: type[E], subject: str, reason: OSError, problem: str = "", *, cure: str = "") -> E:
    """An error about what the operating system refused; problem and cure: in the place of its own."""
    said = in_words(reason)
    cure = cure or f"{said.cure}."
    return kind(subject, problem or said.problem, received=said.received, cure=cure, reason=said.reason)


def in_words(reason: OSError) -> Refusal:
    """What the operating system refused, in words."""
    code, problem, cure = _KNOWN.get(reason.errno or 0, _OTHER)
    file = reason.filename2 if reason.errno == errno.ENOSPC and reason.filename2 else reason.filename
    name = _shown(os.fsdecode(file)) if isinstance(file, str | bytes | os.PathLike) else ""
    return Refusal(name, problem, _shown(reason.strerror or str(reason) or type(reason).__name__), cure, code)


def _shown(text: str) -> str:
    """The start of a text, in one line."""
    return "".join(letter for letter in text if letter.isprintable())[:300]
