"""The address of a camera or a recording, one form for all kinds. Knows nothing of how it is opened.

    usb:0                                a camera at this computer, by number or by the system's name for it
    rtsp://user:password@host/path       a network camera; rtsps:// likewise
    http://host/path                     MJPEG, an HLS playlist, or a video file; https:// likewise
    street.mp4, file:street.mp4          a video file
    frames/                              a folder of pictures, in the order of their names
    browser:NAME                         a camera of somebody's browser; the page sends its frames

User and password are kept apart from the rest, so that whatever is shown of an address has none.
"""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import quote, unquote

from tenfold.errors import UsageError

Kind = Literal["usb", "rtsp", "http", "file", "folder", "browser"]

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):(.*)", re.DOTALL)
_NETWORK: dict[str, Kind] = {"rtsp": "rtsp", "rtsps": "rtsp", "http": "http", "https": "http"}
# What a server is named by: a host or an address, and a port.
_HOST = re.compile(r"(?:[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?(?=[/?]|$)")
# One that can hardly be part of a password or a path: an address, a name with a domain, or a port behind it.
_CERTAIN_HOST = re.compile(
    r"(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9A-Fa-f:.]+\]|localhost|(?:[\w-]+\.)+[A-Za-z]{2,}|[\w.-]+:\d{1,5})"
    r"(?::\d{1,5})?(?=[/?]|$)"
)
# Some cameras are given their password in the path or the query: user=admin_password=..._channel=1.
_SECRET_VALUES = re.compile(
    r"((?:user(?:name)?|login|usr|pass\w*?|passwd|pwd|psw|token|\w*key|secret|auth|sig\w*?|credentials?)=)"
    r"[^&;/?#]*?(?=_\w+=|[&;/?#]|$)",
    re.IGNORECASE,
)
_VIDEO_FILES = (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".ts", ".ogv", ".3gp")
SUPPORTED = "usb:0, rtsp://..., http://..., a video file, or a folder of pictures"


@dataclass(frozen=True)
class Address:
    """Where frames come from.

    Attributes:
        target: a URL without user and password, a path, a device's number or name.
        user, password: for the camera; may be empty. The password is never shown.
    """

    kind: Kind
    target: str
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def description(self) -> str:
        """The address as it may be shown to anybody: without user and password."""
        if self.kind in ("usb", "browser"):
            return f"{self.kind}:{self.target}"
        if self.kind not in ("rtsp", "http"):
            return self.target
        shown = self.target
        if self.password and "@" in shown:  # where they end was a guess: part of them may stand here
            scheme, _, rest = shown.partition("://")
            shown = f"{scheme}://***@{rest.rpartition('@')[2]}"
        return _SECRET_VALUES.sub(r"\1***", shown)

    @property
    def live(self) -> bool:
        """Whether frames are expected to come as they happen; a playlist over HTTP may be either."""
        if self.kind == "http":
            return not self.target.partition("?")[0].lower().endswith(_VIDEO_FILES)
        return self.kind not in ("file", "folder")

    @property
    def secrets(self) -> list[str]:
        """What must stand nowhere, the longest first."""
        words = {
            self.url if self.url != self.description else "",
            self.password,
            quote(self.password, safe=""),
        }
        return sorted((word for word in words if word), key=len, reverse=True)

    @property
    def url(self) -> str:
        """The URL with user and password, to open it with; never to be shown."""
        if not self.user and not self.password:
            return self.target
        scheme, _, rest = self.target.partition("://")
        return f"{scheme}://{quote(self.user, safe='')}:{quote(self.password, safe='')}@{rest}"


def parse(text: str, *, user: str = "", password: str = "") -> Address:
    """Read an address. Raises UsageError: it has no form that is known.

    Args:
        text: in one of the forms above. User and password in a URL may hold any letter, also unquoted.
        user, password: instead of the URL's.
    """
    scheme, rest = _split(text.strip())
    if scheme in _NETWORK:
        return _network(scheme, rest, user, password)
    if scheme == "usb":
        return Address("usb", _needed(rest, "usb:", "Name a camera: usb:0"))
    if scheme == "browser":
        return Address("browser", _needed(rest, "browser:", "Name the camera: browser:desk"))
    if scheme not in ("", "file"):
        raise UsageError(
            f"{scheme}:", "is not a kind of source that tenfold knows", cure=f"Supported: {SUPPORTED}.",
            reason="source-kind", params={"kinds": SUPPORTED},
        )  # fmt: skip
    path = Path(os.path.expanduser(_needed(rest, "The address", f"Give one of: {SUPPORTED}")))
    return Address("folder" if os.path.isdir(path) else "file", str(path))


def _split(text: str) -> tuple[str, str]:
    """The scheme in small letters, empty for a path, and the rest."""
    found = _SCHEME.fullmatch(text)
    if not found or os.path.exists(text):
        return "", text
    scheme, rest = found[1].lower(), found[2]
    if scheme == "file" and rest.startswith("//"):
        rest = unquote(rest.removeprefix("//").removeprefix("localhost"))
    return scheme, rest


def _needed(text: str, subject: str, cure: str) -> str:
    if not text:
        raise UsageError(subject, "names nothing", cure=f"{cure}.", reason="no-source")
    return text


def _network(scheme: str, rest: str, user: str, password: str) -> Address:
    rest = rest.removeprefix("//")
    login, rest = _login(rest)
    if not _HOST.match(rest):
        # Not repeated: where it is written wrongly, its password may stand anywhere.
        raise UsageError(
            f"The {scheme} address",
            "names no host",
            cure=f"Write it as {scheme}://host/path or {scheme}://user:password@host:port/path.",
            reason="no-source",
        )
    if login:
        name, _, word = login.partition(":")
        user, password = user or _unquoted(name), password or _unquoted(word)
    return Address(_NETWORK[scheme], f"{scheme}://{rest}", user, password)


def _login(rest: str) -> tuple[str, str]:
    """User and password, and what follows them. Passwords hold @, /, # and ? in practice, unquoted."""
    ats = [place for place, letter in enumerate(rest) if letter == "@" and _HOST.match(rest, place + 1)]
    certain = [place for place in ats if _CERTAIN_HOST.match(rest, place + 1)]
    before_path = [place for place in ats if "/" not in rest[:place]]
    if certain:
        at = certain[-1]
    elif before_path:
        at = before_path[-1]
    elif ats and not _HOST.match(rest):
        at = ats[0]  # user:pass/word@host
    else:
        return "", rest
    return rest[:at], rest[at + 1 :]


def _unquoted(text: str) -> str:
    """A user or a password; a % that quotes nothing is meant as it stands."""
    return unquote(text) if re.fullmatch(r"(?:[^%]|%[0-9A-Fa-f]{2})*", text) else text
