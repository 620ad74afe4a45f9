"""Writes the figures of benchmarks/results into README.md and the pages of docs/, between their marks.

A result file is {"name": "models/robustness", "machine": where, "rows": [{"what", "value", "n", "peer"}]};
`peer` is what was measured beside it, or "". All stand in docs/reference/figures.md, some in the README too.
Knows nothing of how a figure came about.

    python -m benchmarks.table
"""

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypedDict

ROOT = Path(__file__).parent.parent
START, END = "<!-- figures -->", "<!-- /figures -->"
# What the README shows, in this order: rows that begin so.
HEADLINES = (
    "photo: photographs right, all",
    "photo: unrelated photographs called none of these",
    "photographs classified by photo",
    "Test accuracy, one view",
    "Cold start",
    "HTTP, a JPEG of 500 x 400",
    "Catalogue of 1,000,000 entries, SQLite: one filter",
    "Pictures lost, doubled or without an answer",
    "A line at 10 parts a second",
    "An epoch of `sequential-6conv`, 2,000 pictures as they are, float32",
)


class Row(TypedDict):
    what: str
    value: str
    n: str
    peer: str


class Result(TypedDict):
    name: str
    machine: str
    rows: list[Row]


def read(folder: Path) -> list[Result]:
    """All results in a folder, by file name."""
    return [json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.rglob("*.json"))]


def tables(results: Iterable[Result]) -> str:
    """One table for each machine."""
    by_machine: dict[str, list[str]] = {}
    for result in results:
        if not result["rows"]:
            continue
        lines = by_machine.setdefault(result["machine"], [])
        for row in result["rows"]:
            cells = (row["what"], row["value"], row["n"], row["peer"], f"`benchmarks/{result['name']}.py`")
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n\n".join(
        "\n".join([f"On {machine}:", "", "| | | n | Beside it | Script |", "|---|---|---|---|---|", *lines])
        for machine, lines in by_machine.items()
    )


def markdown(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table without an end of line after it."""
    return "\n".join("| " + " | ".join(line) + " |" for line in (heads, ["---"] * len(heads), *rows))


def replaced(text: str, content: str, start: str = START, end: str = END) -> str:
    """`text` with `content` between the marks."""
    before, found, rest = text.partition(start)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise SystemExit(f"The text has no place for figures: it needs {start} and {end}.")
    inside = f"\n{content}\n" if content else "\n"
    return before + start + inside + end + after


def fill(page: Path, results: list[Result]) -> set[str]:
    """Fill a page's places for single results, `<!-- table:NAME -->`; the names that it has places for."""
    text = page.read_text(encoding="utf-8")
    names = set(re.findall(r"<!-- table:([\w/]+) -->", text))
    for name in names:
        content = tables(result for result in results if result["name"] == name)
        text = replaced(text, content, f"<!-- table:{name} -->", f"<!-- /table:{name} -->")
    if names:
        page.write_text(text, encoding="utf-8")
    return names


def with_figures(readme: str, results: list[Result]) -> str:
    """The README with its figures."""
    shown: list[Result] = [
        {**result, "rows": [row for row in result["rows"] if row["what"].startswith(headline)]}
        for headline in HEADLINES
        for result in results
    ]
    return replaced(readme, tables(shown))


def main() -> None:
    results = read(ROOT / "benchmarks" / "results")
    for page in sorted((ROOT / "docs").rglob("*.md")):
        fill(page, results)
    readme, figures = ROOT / "README.md", ROOT / "docs" / "reference" / "figures.md"
    readme.write_text(with_figures(readme.read_text(encoding="utf-8"), results), encoding="utf-8")
    figures.write_text(replaced(figures.read_text(encoding="utf-8"), tables(results)), encoding="utf-8")


if __name__ == "__main__":
    main()
