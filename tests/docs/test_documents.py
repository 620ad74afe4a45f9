"""The documentation does what it says: its code runs, its reference is no older than the code."""

import os
import re
import shutil
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from mkdocs.config import load_config
from mkdocs.structure.files import Files
from sybil import Document, Example
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser

from tenfold import settings
from tenfold.cli.line import wires
from tenfold.line.plc.wiring import check as check_wiring
from tenfold.modelfile import BUNDLED
from tenfold.recipes import recipe_file
from tests.paths import ROOT
from tests.shortcuts import tables

PICTURES = ROOT / "examples" / "pictures"
FENCE = re.compile(r"^```(python|console|toml)$", re.MULTILINE)
WITH_CODE = [
    page
    for page in [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
    if FENCE.search(page.read_text(encoding="utf-8"))
]


def load(name: str) -> ModuleType:
    """A program of docs/, which is no package."""
    spec = spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def console(example: Example) -> str | None:
    """Runs what stands behind `$ `; what follows must be its output, where "..." is anything."""
    for command, expected in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n?)*)", example.parsed, re.MULTILINE):
        places = [*example.namespace["programs"], Path(sys.executable).parent, os.environ["PATH"]]
        # Readers see what comes within two seconds; a loaded machine is no failure.
        command = command.replace("--max-time 2 ", "--max-time 15 ")
        command = command.replace("http://127.0.0.1:8000", example.namespace["served"])
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", command],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PATH": os.pathsep.join(map(str, places))},
        )
        if done.returncode != 0:
            return f"`{command}` ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        pattern = ".*?".join(re.escape(part) for part in expected.strip().split("..."))
        if expected.strip() and not re.fullmatch(pattern, done.stdout.strip(), re.DOTALL):
            return f"`{command}` is documented to print\n{expected}\nand printed\n{done.stdout}"
    return None


def toml(example: Example) -> str | None:
    """A settings file, a recipe or a station's wiring must be one that tenfold takes."""
    file = Path("documented.toml")
    file.write_text(example.parsed, encoding="utf-8")
    if "network = " in example.parsed:
        recipe_file.read(file)
    elif "[plant]" in example.parsed:
        found = wires.file(file)
        check_wiring(found["plant"], found["outputs"])
    else:
        settings.load({}, file)
    return None


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("page", WITH_CODE, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_code_on_a_page_works(
    page: Path,
    tmp_path: Path,
    own_home: Path,
    monkeypatch: pytest.MonkeyPatch,
    served: str,
    quick_tenfold: Path,
) -> None:
    if "$ curl" in page.read_text(encoding="utf-8") and not shutil.which("curl"):
        pytest.skip("needs curl: apt-get install curl")
    shutil.copytree(PICTURES, tmp_path, dirs_exist_ok=True)
    programs = shutil.ignore_patterns("pictures", "phone")
    shutil.copytree(ROOT / "examples", tmp_path / "examples", ignore=programs)
    monkeypatch.chdir(tmp_path)
    parsers = PythonCodeBlockParser(), CodeBlockParser("console", console), CodeBlockParser("toml", toml)
    document = Document.parse(str(page), *parsers)
    document.namespace["served"] = served
    # The README's commands are those of the program as it is installed, in a home where nothing was.
    document.namespace["programs"] = [] if page.name == "README.md" else [quick_tenfold.parent]
    if page.name != "README.md":
        tables.copy_tables(own_home / "tenfold.db")
    examples = list(document.examples())
    assert len(examples) >= len(FENCE.findall(document.text))
    for example in examples:
        example.evaluate()


def test_the_readme_shows_python_the_command_line_and_http() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert {"python", "console"} == set(FENCE.findall(text))
    assert "$ tenfold classify" in text
    assert "$ curl" in text


def test_the_reference_is_as_new_as_the_code() -> None:
    generate = load("generate")
    for name, write in generate.PAGES.items():
        kept = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
        assert kept == write(), f"docs/reference/{name} is older than the code: run `make docs`"


def test_the_guides_that_the_server_shows_are_as_new_as_the_documentation() -> None:
    guides = load("guides")
    for name in guides.GUIDES:
        kept = (guides.FOLDER / f"{name}.html").read_text(encoding="utf-8")
        assert kept == guides.guide(name), f"The guide {name} is older than its page: run `make docs`"


def test_every_page_is_in_the_navigation() -> None:
    named = set(re.findall(r": ([\w/-]+\.md)$", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"), re.M))
    there = {str(page.relative_to(ROOT / "docs")) for page in (ROOT / "docs").rglob("*.md")}
    assert named == there


def test_the_reports_of_the_bundled_models_are_in_the_documentation() -> None:
    config = load_config(str(ROOT / "mkdocs.yml"))
    files = config.plugins.on_files(Files([]), config=config)
    text = "".join(page.read_text(encoding="utf-8") for page in (ROOT / "docs").rglob("*.md"))
    for name in BUNDLED:
        report = files.get_file_from_path(f"reports/{name}.html")
        assert report is not None
        assert "<h1" in report.content_string
        assert f"](../reports/{name}.html)" in text


@pytest.mark.parametrize(
    "html",
    [
        '<script src="https://elsewhere.example/a.js"></script>',
        "<script defer src=//elsewhere.example/a.js></script>",
        '<link href="https://elsewhere.example/font.css" rel="stylesheet">',
        '<link rel="preconnect" href="https://elsewhere.example">',
        '<img alt="" src="http://elsewhere.example/badge.svg">',
    ],
)
def test_a_page_that_would_load_from_elsewhere_is_found(html: str) -> None:
    assert load("local_assets").from_elsewhere(f"<p>{html}</p>") == [html.partition("</script>")[0]]


def test_links_and_assets_of_the_page_itself_are_fine() -> None:
    html = (
        '<a href="https://elsewhere.example">x</a><script src="assets/a.js"></script>'
        '<link rel="stylesheet" href="../assets/a.css"><link rel="canonical" href="https://here.example/">'
    )
    assert load("local_assets").from_elsewhere(html) == []
