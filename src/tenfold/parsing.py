"""Reads JSON and TOML from outside: anything wrong with a text is a ValueError.

Knows nothing of what it says.

Python's own readers raise RecursionError where it is nested too deeply, and that of TOML a plain ValueError
where a number has too many digits.
"""

import json
import tomllib
from typing import Any

_TOO_DEEP = "it is nested too deeply"


def from_json(text: str | bytes | bytearray) -> Any:
    """What a text says. Raises ValueError."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None


def from_toml(text: str | bytes) -> dict[str, Any]:
    """What a text says, UTF-8 where it is bytes, with the mark that Windows puts before it or without. Raises
    ValueError."""
    try:
        said = text if isinstance(text, str) else text.decode("utf-8")
        return tomllib.loads(said.removeprefix("\ufeff"))
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
