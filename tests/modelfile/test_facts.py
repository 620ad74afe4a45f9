"""What a model file says of itself is checked before anything relies on it, whoever made the file."""

import json
from typing import Any

import pytest

from tenfold import modelfile
from tenfold.errors import ModelFileError
from tenfold.modelfile import facts
from tenfold.modelfile.facts import UnfitFacts
from tests import tiny
from tests.fakes import INFO
from tests.paths import DATA


def said(**changes: Any) -> dict[str, Any]:
    """The facts as a file states them, with some changed."""
    plain: dict[str, Any] = json.loads(facts.dumped(INFO))
    return plain | changes


def classes(*labels: str) -> list[dict[str, Any]]:
    return [{"label": label} for label in labels]


def nested(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(levels):
        value = {"deeper": value}
    return value


def test_what_a_model_says_is_read_as_it_was_written() -> None:
    assert facts.model_info(facts.parsed(facts.dumped(INFO))) == INFO


@pytest.mark.parametrize(
    ("changed", "received"),
    [
        ({"classes": classes("\ud800x", "b")}, "a text with a character that is none: '\\ud800x'"),
        ({"classes": classes("a\0", "b")}, "a text with a character that is none"),
        ({"training": {"a\0": 1}}, "a text with a character that is none"),
        ({"classes": classes("a", "b", "a")}, "two classes called 'a'"),
        ({"classes": []}, "0 classes"),
        ({"classes": classes(*map(str, range(10_001)))}, "10,001 classes"),
        ({"classes": classes("a" * 101)}, "a class called 'aaa"),
        ({"classes": classes("")}, "a class called ''"),
        ({"classes": classes("two\nlines")}, "a class called 'two"),
        ({"classes": [{"label": "a", "names": {"uk": "x" * 201}}]}, "the name of a class"),
        ({"temperature": float("nan")}, "a number that is nan"),
        ({"temperature": 0}, "a temperature of 0"),
        ({"scores": {"test": {"accuracy": float("inf")}}}, "a number that is inf"),
        ({"training": {"seed": 2**63}}, "a number of more than 63 bits"),
        ({"known_rate": 1.5}, "a known rate of 1.5"),
        ({"input_size": 0}, "an input of 0 pixels a side"),
        ({"input_size": 1025}, "an input of 1,025 pixels a side"),
        ({"name": "x" * 201}, "a text of more than 200 characters"),
        ({"training": nested(17)}, "more than 16 levels deep"),
    ],
)
def test_what_cannot_be_is_refused(changed: dict[str, Any], received: str) -> None:
    with pytest.raises(UnfitFacts) as caught:
        facts.model_info(said(**changed))
    assert str(caught.value).startswith(received)


@pytest.mark.parametrize("raw", [b"[" * 100_000, b"7", b"{}", b'{"format_version": true}', b"9" * 5000])
def test_what_is_no_object_with_a_version_cannot_be_read(raw: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        facts.parsed(raw)


def test_facts_without_end_are_not_even_parsed() -> None:
    with pytest.raises(ValueError, match="more than 4,000,000 bytes"):
        facts.parsed(b" " * 4_000_001)


@pytest.mark.parametrize(
    "name", ["model-lone-surrogate-in-a-class", "model-nan-temperature", "model-two-equal-classes"]
)
def test_hostile_files_are_told_in_one_sentence_that_can_be_printed(name: str) -> None:
    with pytest.raises(ModelFileError) as caught:
        modelfile.read(DATA / f"{name}.onnx")
    assert " says of itself what cannot be (" in str(caught.value)
    assert str(caught.value).encode()


def test_the_bundled_model_and_the_small_one_pass() -> None:
    assert modelfile.read(modelfile.bundled())[1].classes
    assert modelfile.read(tiny.MODEL)[1].classes
