"""Writes the figures of benchmarks/results/*.json into README.md, between its two marks.

A result file is {"name": script, "machine": where, "rows": [{"what", "value", "n", "peer"}, ...]}; `peer` is
what was measured beside it, or "". Knows nothing of how a figure came about.

    python benchmarks/table.py
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TypedDict

ROOT = Path(__file__).parent.parent
START, END = "<!-- figures -->", "<!-- /figures -->"


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
    return [json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.json"))]


def tables(results: Iterable[Result]) -> str:
    """One table for each machine."""
    by_machine: dict[str, list[str]] = {}
    for result in results:
        lines = by_machine.setdefault(result["machine"], [])
        for row in result["rows"]:
            cells = (row["what"], row["value"], row["n"], row["peer"], f"`benchmarks/{result['name']}.py`")
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n\n".join(
        "\n".join([f"On {machine}:", "", "| | | n | Beside it | Script |", "|---|---|---|---|---|", *lines])
        for machine, lines in by_machine.items()
    )


def replaced(text: str, content: str) -> str:
    """`text` with `content` between the marks."""
    before, start, rest = text.partition(START)
    _, end, after = rest.partition(END)
    if not (start and end):
        raise SystemExit(f"The text has no place for figures: it needs {START} and {END}.")
    inside = f"\n{content}\n" if content else "\n"
    return before + START + inside + END + after


def main() -> None:
    readme = ROOT / "README.md"
    old = readme.read_text(encoding="utf-8")
    readme.write_text(replaced(old, tables(read(ROOT / "benchmarks" / "results"))), encoding="utf-8")


if __name__ == "__main__":
    main()
