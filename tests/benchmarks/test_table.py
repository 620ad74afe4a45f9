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


def test_rows_for_the_documentation_stay_out_of_the_readme() -> None:
    rows: list[table.Row] = [
        *RESULT["rows"],
        {"what": "detail", "value": "1", "n": "1", "peer": "", "only": "docs"},
    ]
    text = table.with_figures("<!-- figures --><!-- /figures -->", [{**RESULT, "rows": rows}])
    assert "2 ms ± 1" in text
    assert "detail" not in text
    only_docs: list[table.Result] = [{**RESULT, "rows": rows[1:]}]
    assert "two cores" not in table.with_figures("<!-- figures --><!-- /figures -->", only_docs)
