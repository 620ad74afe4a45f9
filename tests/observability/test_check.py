"""The words of the doctor: each code has them, and each line brings the values that they name."""

import ast
import re
from functools import cache
from typing import get_args

import pytest

from tenfold.errors import LineError
from tenfold.line.parts import WORDS, Reason
from tenfold.observability.check import ENGLISH, Check, Code, Why
from tests.paths import ROOT


@cache
def lines() -> list[tuple[str, ast.Call]]:
    """Each line of the doctor, with its file."""
    files = (ROOT / "src/tenfold").rglob("*.py")
    texts = [(file.name, file.read_text(encoding="utf-8")) for file in files]
    return [
        (name, call)
        for name, text in texts
        if "Check(" in text
        for call in ast.walk(ast.parse(text))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Check"
    ]


def named(code: str) -> set[str]:
    """The values that the English words of a code name."""
    return set(re.findall(r"\{(\w+)\}", "".join(ENGLISH[code])))  # type: ignore[index]


def codes(node: ast.AST) -> list[str]:
    """The codes that a line may have: one, or one of two."""
    if isinstance(node, ast.IfExp):
        return [*codes(node.body), *codes(node.orelse)]
    assert isinstance(node, ast.Constant)
    return [str(node.value)]


def test_every_code_has_english_words_and_a_line_that_says_it() -> None:
    assert set(ENGLISH) == set(get_args(Code))
    assert {code for _, call in lines() for code in codes(call.args[2])} == set(ENGLISH)
    assert set(WORDS) == set(get_args(Reason))


def test_the_texts_of_other_languages_name_no_other_values() -> None:
    for language in ("uk", "ru"):
        text = (ROOT / f"frontend/src/settings/texts/doctor.{language}.ts").read_text(encoding="utf-8")
        found = re.findall(r'^  "?([a-z-]+)"?:\s*"((?:[^"\\\\]|\\\\.)*)",$', text, re.MULTILINE)
        assert {code for code, _ in found} == set(ENGLISH)
        for code, words in found:
            assert set(re.findall(r"\{(\w+)\}", words)) == named(code), (language, code)


def test_a_line_brings_its_reasons_where_its_words_name_them_and_only_there() -> None:
    for file, call in lines():
        gives = "why" in {one.arg for one in call.keywords} or len(call.args) > 4
        for code in codes(call.args[2]):
            if code != "camera-connecting":  # of two codes the one without reasons
                assert gives == ("why" in named(code)), (file, call.lineno)


def test_words_are_filled_with_values_sizes_and_reasons() -> None:
    room: dict[str, str | int] = {"path": "/x{y}", "free_bytes": 12_340_000_000, "total_bytes": 10**11}
    assert Check("disk home", "ok", "disk-room", room).words == "12.3 GB of 100.0 GB are free"
    error = LineError("The broker", "does not answer", cure="Start it.", reason="broker-away")
    line = Check("station gate", "warn", "station-held", why=[Why.of(error), Why("plc", "the PLC is away")])
    assert line.words == "it releases nothing: The broker does not answer. Start it; the PLC is away"
    assert line.cure == "See the page Line."
    assert [one.code for one in line.why] == ["broker-away", "plc"]


def test_a_line_without_a_value_that_its_words_name_is_a_fault() -> None:
    with pytest.raises(KeyError, match="path"):
        _ = Check("folder home", "ok", "folder-writable").words
