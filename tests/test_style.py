"""Rules of style that a test can check: names, sizes, docstrings, and the table of packages."""

import ast
import re
from collections import Counter, defaultdict

import pytest

from tests.paths import ROOT

PACKAGE = ROOT / "src" / "tenfold"
STEPS = PACKAGE / "database" / "migrations" / "versions"
# A step from one version of the tables to the next is a list, as long as the change is.
FILES = sorted(path for path in PACKAGE.rglob("*.py") if path.parent != STEPS)
LONGEST_FILE, LONGEST_FUNCTION = 400, 70
MOST_FILES = 20


@pytest.fixture(scope="module")
def modules() -> dict[str, ast.Module]:
    """Every module by its path."""
    return {
        str(path.relative_to(PACKAGE)): ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
        for path in FILES
    }


def test_a_module_says_what_it_is(modules: dict[str, ast.Module]) -> None:
    assert [path for path, module in modules.items() if not ast.get_docstring(module)] == []


def test_a_module_has_one_subject(modules: dict[str, ast.Module]) -> None:
    lines = {str(path.relative_to(PACKAGE)): path.read_text(encoding="utf-8").count("\n") for path in FILES}
    assert {path: count for path, count in lines.items() if count > LONGEST_FILE} == {}
    functions = [
        (path, node.name, (node.end_lineno or 0) - node.lineno)
        for path, module in modules.items()
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert functions
    assert [one for one in functions if one[-1] >= LONGEST_FUNCTION] == []


def test_a_name_says_what_is_inside() -> None:
    empty = {"utils", "util", "common", "core", "helpers", "misc"}
    assert [path for path in FILES if {path.stem, path.parent.name} & empty] == []


def test_one_name_is_one_class(modules: dict[str, ast.Module]) -> None:
    homes = defaultdict[str, list[str]](list)
    for path, module in modules.items():
        for node in module.body:
            if isinstance(node, ast.ClassDef):
                homes[node.name].append(path)
    assert {name: paths for name, paths in homes.items() if len(paths) > 1} == {}


def test_a_folder_can_be_seen_at_a_glance() -> None:
    files = Counter(path.parent for path in FILES)
    files += Counter(path.parent for room in ("tests", "benchmarks") for path in (ROOT / room).rglob("*.py"))
    page = ROOT / "frontend" / "src"
    files += Counter(path.parent for path in page.rglob("*.*") if ".test." not in path.name)
    assert {str(folder.relative_to(ROOT)): n for folder, n in files.items() if n > MOST_FILES} == {}


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


def test_what_the_design_says_lies_where_it_says() -> None:
    page = (ROOT / "docs/explanation/design.md").read_text(encoding="utf-8")
    for package, inside in re.findall(r"^\| `tenfold\.(\w+)` \| (`.*|one package .*) \|$", page, re.M):
        for name in re.findall(r"`([\w./]+)`", inside):
            place = PACKAGE / package / name
            assert place.exists() or place.with_suffix(".py").exists(), f"{package}: {name}"
    table = page.split("| Folder of `frontend/src` | What it holds |")[1].split("\n\n")[0]
    said = {name for row in re.findall(r"^\| (.*?) \|", table, re.M) for name in re.findall(r"`(\w+)`", row)}
    assert said == {path.name for path in (ROOT / "frontend" / "src").iterdir() if path.is_dir()}


def test_every_make_command_that_is_written_down_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / ".ci" / "run", *FILES]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        named = re.findall(r"^\s*make ([a-z-]+)|`make ([a-z-]+)[^`]*`|<pre>make ([a-z-]+)", text, re.M)
        for match in named:
            assert "".join(match) in targets, f"{page.name} says `make {''.join(match)}`"
