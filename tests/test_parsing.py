"""Whatever is wrong with a text of others is a ValueError."""

from collections.abc import Callable
from typing import Any

import pytest

from tenfold.parsing import from_json, from_toml

DEEP = "[" * 100_000


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (from_json, DEEP),
        (from_json, "{"),
        (from_json, "1" * 6000),
        (from_json, b"\xff\xfe\xff"),
        (from_toml, f"a = {DEEP}"),
        (from_toml, "a ="),
        (from_toml, "a = " + "1" * 6000),
        (from_toml, b"a = \xff"),
    ],
)
def test_a_bad_text_is_a_value_error(read: Callable[[str | bytes], Any], text: str | bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - which one is Python's
        read(text)


def test_a_good_text_is_read() -> None:
    assert from_json(b'{"a": [1, "\xc3\xa9"]}') == {"a": [1, "\u00e9"]}
    assert from_toml(b"a = [1, 2]") == {"a": [1, 2]}
    assert from_toml(b"\xef\xbb\xbfa = [1, 2]") == from_toml("\ufeffa = [1, 2]") == {"a": [1, 2]}
