"""Rules as text and as JSON."""

from datetime import time

import pytest

from tenfold.cameras.rules.evaluate import Rule
from tenfold.cameras.rules.text import as_text, from_json, parse, to_json
from tenfold.errors import UsageError


def test_all_conditions_in_one_line() -> None:
    text = (
        "camera=1 class=person,dog 'zone=front door,gate' confidence=0.6 between=22:00-06:00 days=mon,Sunday "
        "dwell=10 line=0.5,0,0.5,1 cross=right count=3/60 cool-down=300"
    )
    assert parse(text) == Rule(
        (1,), ("person", "dog"), ("front door", "gate"), 0.6, time(22), time(6), (0, 6), 10.0,
        (0.5, 0.0, 0.5, 1.0), "right", 3, 60.0, 300.0,
    )  # fmt: skip
    assert parse(as_text(parse(text))) == parse(text)
    assert parse("") == Rule()
    assert as_text(Rule()) == ""


@pytest.mark.parametrize("text", ["", "class=person", "between=22:00-6:00 line=0,0,1,1 count=2/5.5"])
def test_json_holds_all_of_a_rule(text: str) -> None:
    assert from_json(to_json(parse(text))) == parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "person", "colour=red", "class=", "confidence=1.5", "confidence=nan", "confidence=x", "between=22:00",
        "between=25:00-26:00", "between=22-6", "days=someday", "dwell=-1", "dwell=inf", "line=0,0,1",
        "line=0,0,0,0", "line=0,0,2,2", "cross=up", "count=0", "count=2/0", "count=x", "cool-down=-1",
        "camera=x", "'class=person",
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_in_words(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(text)
    assert "For example:" in str(caught.value)
