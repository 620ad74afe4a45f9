"""Passwords: which may be chosen, how they are hashed, and whether one is right. Knows no person.

Kept as Argon2id (Biryukov, Dinu and Khovratovich, 2016) with the parameters of the library argon2-cffi, which
follow RFC 9106. Length is all that is asked of a password, but the most used ones are refused: rules on
digits and signs make people choose predictable ones (NIST SP 800-63B).
"""

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from importlib.resources import files
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tenfold.errors import AccountError, TooManyLogins

SHORTEST, LONGEST = 8, 128
# A check takes 64 MiB: without a limit, many at once would exhaust the memory.
_AT_ONCE, _WAITING = 2, 8
# Digits and signs that people write in place of letters.
_LETTERS = str.maketrans("013457@$!", "oleastasi")
_SIGNS = "0123456789!?.,;:_-+*#@$%&/\\=~^()[]{}<>|\"'` "


class Passwords:
    """Hashes and checks passwords.

    Args:
        hasher: with other parameters than the library's.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._places = threading.BoundedSemaphore(_AT_ONCE)
        self._asking = 0
        self._count = threading.Lock()

    def hash(self, password: str) -> str:
        """The hash of a password."""
        with self._place():
            return self._hasher.hash(_bytes(password))

    def right(self, password: str, kept: str | None) -> bool:
        """Whether `kept` is the hash of `password`. None: there is no such person; takes as long."""
        with self._place():
            try:
                return self._hasher.verify(kept or self._nobody, _bytes(password)) and kept is not None
            except (VerificationError, InvalidHashError):
                return False

    def outdated(self, kept: str) -> bool:
        """Whether `kept` was made with other parameters than a new one would be."""
        return self._hasher.check_needs_rehash(kept)

    @contextmanager
    def _place(self) -> Iterator[None]:
        with self._count:
            if self._asking >= _AT_ONCE + _WAITING:
                raise TooManyLogins("Signing in", "is tried by too many at once", seconds=2)
            self._asking += 1
        try:
            with self._places:
                yield
        finally:
            with self._count:
                self._asking -= 1

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash("a password that nobody has")


def check(password: str, *, name: str = "") -> None:
    """Raise AccountError where `password` is not fit to be chosen by the person `name`."""
    length = len(_written(password))
    if not SHORTEST <= length <= LONGEST:
        raise AccountError(
            "The password",
            f"is too {'short' if length < SHORTEST else 'long'}",
            received=f"{length} characters",
            cure=f"Take {SHORTEST} to {LONGEST}; several words are easy to remember and hard to guess.",
            reason="password-length",
            params={"least": SHORTEST, "most": LONGEST},
        )
    if _too_common(password, name):
        raise AccountError(
            "The password",
            "is one of the first that anybody would try",
            cure="Take another; several words are easy to remember and hard to guess.",
            reason="password-common",
        )


def _too_common(password: str, name: str) -> bool:
    """Whether it is a common password, also with digits or signs around it or in place of letters."""
    plain = _written(password).casefold()
    letters = plain.translate(_LETTERS)
    forms = {plain, letters, plain.strip(_SIGNS), letters.strip(_SIGNS)}
    forms.add(plain.rstrip(_SIGNS).translate(_LETTERS))
    of_name = unicodedata.normalize("NFKC", name).casefold()
    common = _common() | {of_name, of_name.replace(" ", "")} - {""}
    return _monotonous(plain) or not forms.isdisjoint(common)


def _monotonous(plain: str) -> bool:
    """Whether it repeats a short piece, or counts up or down: 11111111, abcabcabc, 12345678."""
    doubled = (plain + plain).find(plain, 1)
    steps = {ord(after) - ord(before) for before, after in pairwise(plain)}
    return doubled <= min(4, len(plain) // 2) or (len(steps) == 1 and abs(min(steps)) <= 1)


def _common() -> set[str]:
    text = files("tenfold.accounts").joinpath("common_passwords.txt").read_text(encoding="utf-8")
    return {line for line in text.splitlines() if line and not line.startswith("#")}


def _written(password: str) -> str:
    """The same for every keyboard: an é may come as one character or as two."""
    return unicodedata.normalize("NFC", password)


def _bytes(password: str) -> bytes:
    return _written(password).encode("utf-8", "surrogatepass")
