"""A station's connections as words of the command line: modbus host=10.0.0.9 words=low-first."""

import shlex
from pathlib import Path
from typing import Any

from tenfold.errors import UsageError
from tenfold.files import read_whole
from tenfold.parsing import from_json, from_toml

_TABLES = ("plant", "trigger", "gate", "broker", "challenge", "outputs")


def cannot_be_used(subject: str, problem: str, received: str, cure: str = "") -> UsageError:
    """The error for words of the command line, or of a file of wires, that name no part of a line."""
    return UsageError(subject, problem, received=received[:100], cure=cure, reason="line-words")


def words(text: str, subject: str, *, kind: bool) -> dict[str, Any]:
    """NAME=VALUE, with spaces between them, as values; numbers are numbers, X,Y,... is a list of them.

    Args:
        kind: the first word names a kind, and is kept under that name.

    Raises:
        UsageError: a word is no NAME=VALUE, or a password.
    """
    try:
        found = shlex.split(text)
    except ValueError as error:
        raise cannot_be_used(subject, "cannot be read", text, f"{error}.") from error
    values: dict[str, Any] = {}
    if kind:
        if not found or "=" in found[0]:
            raise cannot_be_used(subject, "names no kind", text, "As in: modbus host=10.0.0.9")
        values["kind"] = found.pop(0)
    for word in found:
        name, equals, value = word.partition("=")
        if not (name and equals):
            raise cannot_be_used(subject, "holds a word that is no NAME=VALUE", word)
        if name.lower().endswith("password"):
            raise UsageError(
                subject,
                "names a password, which everybody sees who lists this machine's processes",
                cure="Write it into the file of --wiring.",
                reason="password-in-words",
            )
        values[name.replace("-", "_")] = _value(value)
    return values


def file(path: Path) -> dict[str, Any]:
    """What a TOML file says of a station's wires. Raises UsageError."""
    try:
        found = from_toml(read_whole(path))
    except ValueError as error:
        raise cannot_be_used(path.name, "is no TOML", str(error), "See the documentation.") from error
    unknown = sorted(found.keys() - set(_TABLES))
    if unknown:
        cure = f"Take of: {', '.join(_TABLES)}."
        raise cannot_be_used(path.name, "has a table that is not known", ", ".join(unknown), cure)
    return found


def hidden(values: Any) -> Any:
    """Values without passwords, at any depth."""
    if isinstance(values, dict):
        return {name: hidden(one) for name, one in values.items() if name != "password"}
    return [hidden(one) for one in values] if isinstance(values, list) else values


def line(values: dict[str, Any]) -> dict[str, Any]:
    """A trigger's values, its line as two ends."""
    ends = values.get("line")
    if ends is None:
        return values
    if isinstance(ends, list) and all(isinstance(one, list) for one in ends):
        return values  # of a file
    if not isinstance(ends, list) or len(ends) != 4:
        raise cannot_be_used("The line", "needs both its ends", str(ends), "line=0.5,0,0.5,1")
    return values | {"line": [ends[:2], ends[2:]]}


def _value(text: str) -> Any:
    if "," in text:
        return [_value(one) for one in text.split(",")]
    try:
        found = from_json(text)
    except ValueError:
        return text
    return found if isinstance(found, bool | int | float) else text


def box(text: str) -> list[float]:
    """X,Y,W,H as four numbers. Raises UsageError."""
    found = _value(text)
    if (
        not isinstance(found, list)
        or len(found) != 4
        or not all(isinstance(one, int | float) for one in found)
    ):
        cure = "As in: 0.1,0.2,0.5,0.5"
        raise cannot_be_used("A region", "is no left, top, width and height", text, cure)
    return [float(one) for one in found]
