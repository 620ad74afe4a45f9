"""docs/security.md names tests that exist, and leaves out nothing of the chapters that it holds whole."""

import ast
import re

from tests.paths import ROOT

TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
# Levels 1 and 2 of ASVS 5.0.0: how many requirements there are in each section, without those of level 3.
WHOLE = {
    "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4,
    "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2,
    "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1,
    "9.1": 3, "9.2": 4,
}  # fmt: skip


def numbers() -> set[str]:
    """Every requirement in the first column, with those between: "9.2.2 to 9.2.4"."""
    found: set[str] = set()
    for cell in re.findall(r"^\| ([\d., to]+?)(?: \(L3\))? \|", TEXT, re.M):
        for part in cell.split(","):
            first, _, last = part.strip().partition(" to ")
            section, _, start = first.rpartition(".")
            end = last.rpartition(".")[2] or start
            found |= {f"{section}.{number}" for number in range(int(start), int(end) + 1)}
    return found


def test_every_test_that_is_named_exists() -> None:
    named = set(re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", TEXT))
    assert len(named) > 60
    for file, test in sorted(named):
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        assert test in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, (
            f"{file}::{test}"
        )


def test_no_requirement_is_left_out() -> None:
    told = numbers()
    for section, count in WHOLE.items():
        for number in range(1, count + 1):
            assert f"{section}.{number}" in told, f"{section}.{number} is not in docs/security.md"


def test_what_is_not_met_is_said_plainly() -> None:
    assert TEXT.count("**not met.**") >= 3
    assert "**in part:**" in TEXT
