import json
from pathlib import Path

import pytest

from benchmarks import table

RESULT: table.Result = {
    "name": "speed",
    "machine": "two cores",
    "rows": [{"what": "one | picture", "value": "2 ms ± 1", "n": "50", "peer": "3 ms"}],
}


def test_a_row_names_its_script_and_its_peer() -> None:
    assert table.tables([RESULT]) == (
        "On two cores:\n\n| | | n | Beside it | Script |\n|---|---|---|---|---|\n"
        "| one \\| picture | 2 ms ± 1 | 50 | 3 ms | `benchmarks/speed.py` |"
    )


def test_each_machine_has_a_table_of_its_own() -> None:
    text = table.tables([RESULT, {**RESULT, "machine": "one GPU"}, RESULT])
    assert [line for line in text.splitlines() if line.startswith("On ")] == ["On two cores:", "On one GPU:"]
    assert text.split("On one GPU:")[0].count("`benchmarks/speed.py`") == 2


def test_only_what_is_between_the_marks_changes() -> None:
    text = "before <!-- figures -->\nold\n<!-- /figures --> after"
    assert table.replaced(text, "new") == "before <!-- figures -->\nnew\n<!-- /figures --> after"
    assert table.replaced(text, "") == "before <!-- figures -->\n<!-- /figures --> after"


def test_a_text_without_marks_is_refused() -> None:
    with pytest.raises(SystemExit, match="needs <!-- figures --> and <!-- /figures -->"):
        table.replaced("nothing here", "new")


def test_results_are_read_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / f"{name}.json").write_text(json.dumps({**RESULT, "name": name}), encoding="utf-8")
    assert [result["name"] for result in table.read(tmp_path)] == ["a", "b"]


def test_the_readme_shows_the_results_as_they_are() -> None:
    readme = (table.ROOT / "README.md").read_text(encoding="utf-8")
    results = table.read(table.ROOT / "benchmarks" / "results")
    assert table.with_figures(readme, results) == readme, "run: python -m benchmarks.table"


def test_a_page_gets_the_results_that_it_has_a_place_for(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("Before.\n<!-- table:speed -->\n<!-- /table:speed -->\nAfter.")
    assert table.fill(page, [RESULT, {**RESULT, "name": "other"}]) == {"speed"}
    text = page.read_text()
    assert "2 ms ± 1" in text
    assert text.count("On two cores:") == 1
    assert text.startswith("Before.")
    assert text.endswith("After.")


def test_the_readme_shows_headlines_alone() -> None:
    headline: table.Row = {**RESULT["rows"][0], "what": f"{table.HEADLINES[0]} of them"}
    shown: list[table.Result] = [
        {**RESULT, "rows": [*RESULT["rows"], headline]},
        {**RESULT, "machine": "one GPU"},
    ]
    text = table.with_figures("<!-- figures --><!-- /figures -->", shown)
    assert "of them" in text
    assert "one \\| picture" not in text
    assert "one GPU" not in text


def test_the_page_of_figures_shows_all_results_as_they_are() -> None:
    page = (table.ROOT / "docs" / "reference" / "figures.md").read_text(encoding="utf-8")
    results = table.read(table.ROOT / "benchmarks" / "results")
    assert table.replaced(page, table.tables(results)) == page, "run: python -m benchmarks.table"


def test_every_headline_is_a_figure() -> None:
    found = [
        row["what"] for result in table.read(table.ROOT / "benchmarks" / "results") for row in result["rows"]
    ]
    assert [one for one in table.HEADLINES if not any(what.startswith(one) for what in found)] == []
