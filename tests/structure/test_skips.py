"""A test that is skipped says what is missing and how to get it: a run ends with these reasons."""

import ast
from collections.abc import Iterator

import pytest

from tests.paths import ROOT

TESTS = ROOT / "tests"


def skips(source: str) -> Iterator[tuple[int, str | None]]:
    """The line and the reason of each call that skips; None where there is none."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        named = next((one.value for one in node.keywords if one.arg == "reason"), None)
        if node.func.attr == "importorskip":
            yield node.lineno, str(named.value) if isinstance(named, ast.Constant) else None
        elif node.func.attr in ("skip", "skipif") and (named or node.args):
            said = named or node.args[-1]
            if isinstance(said, ast.Constant) and isinstance(said.value, str):
                yield node.lineno, said.value


def test_a_missing_extra_is_named_with_the_command_that_installs_it() -> None:
    wrong = []
    for file in sorted(TESTS.rglob("*.py")):
        for line, reason in skips(file.read_text(encoding="utf-8")):
            if reason is None or (" extra" in reason and "pip install" not in reason):
                wrong.append(f"{file.relative_to(TESTS)}:{line}: {reason}")
    assert wrong == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("pytest.importorskip('av')", [(1, None)]),
        ("pytest.importorskip('av', reason='needs it')", [(1, "needs it")]),
        ("pytest.skip('needs that')", [(1, "needs that")]),
        ("@pytest.mark.skipif(True, reason='why')\ndef test(): ...", [(1, "why")]),
    ],
)
def test_reasons_are_found(source: str, expected: list[tuple[int, str | None]]) -> None:
    assert list(skips(source)) == expected
