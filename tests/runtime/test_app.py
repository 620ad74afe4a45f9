"""Rules of style that a test can check: names, sizes, docstrings, and the table of packages."""

import ast
import re
from pathlib import Path

import pytest

from tests.paths import ROOT

PACKAGE = ROOT / "src" / "tenfold"
STEPS = PACKAGE / "database" / "migrations" / "versions"
# A step from one version of the tables to the next is a list, as long as the change is.
FILES = sorted(path for path in PACKAGE.rglob("*.py") if path.parent != STEPS)
LONGEST_FILE, LONGEST_FUNCTION = 400, 70

each_file = pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))


@each_file
def test_a_module_says_what_it_is(file: Path) -> None:
    assert ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))


@each_file
def test_a_module_has_one_subject(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            assert node.end_lineno - node.lineno < LONGEST_FUNCTION, f"{node.name} is too long"


@each_file
def test_a_name_says_what_is_inside(file: Path) -> None:
    assert not {file.stem, file.parent.name} & {"utils", "util", "common", "core", "helpers", "misc"}


def test_the_table_of_packages_is_complete() -> None:
    rooms = {
        path.stem
        for path in PACKAGE.iterdir()
        if not path.name.startswith("_") and (path.suffix == ".py" or (path / "__init__.py").exists())
    }
    shown = set(
        re.findall(
            r"^\| `tenfold\.(\w+)` \|",
            (ROOT / "docs/explanation/design.md").read_text(encoding="utf-8"),
            re.M,
        )
    )
    assert shown == rooms


def test_every_make_command_that_is_written_down_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / ".ci" / "run", *FILES]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        named = re.findall(r"^\s*make ([a-z-]+)|`make ([a-z-]+)[^`]*`|<pre>make ([a-z-]+)", text, re.M)
        for match in named:
            assert "".join(match) in targets, f"{page.name} says `make {''.join(match)}`"
