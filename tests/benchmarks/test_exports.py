"""The table of exports says what was measured, and what was refused and why."""

from typing import Any

from benchmarks.models import exports
from benchmarks.table import replaced

ROW: dict[str, Any] = {
    "model": "photo", "to": "litert-int8", "sha256": "00", "machine": "2 cores", "n": 2000,
    "agreement": {"value": 0.9945, "low": 0.99, "high": 0.997, "n": 2000}, "accuracy": [0.947, 0.9455],
    "largest_difference": 0.17, "bytes": [13_400_000, 7_000_000], "milliseconds": [20.0, 10.0],
    "novelty": None, "least": 0.985, "accepted": True, "versions": {"ai-edge-litert": "2.3.0"},
}  # fmt: skip


def test_an_accepted_export_stands_beside_its_original() -> None:
    assert exports.cells(ROW) == [
        "photo", "`litert-int8`", "99.45% (99.00% to 99.70%)", "2,000", "94.70% and 94.55%", "0.2",
        "13.4 to 7.0", "0.50", "", "", "accepted",
    ]  # fmt: skip


def test_what_original_and_export_say_of_halves_stands_beside_each_other() -> None:
    assert exports.cells({**ROW, "halves": 100, "halves_equal": [100, 99]})[-2:] == ["100 and 99", "accepted"]


def test_a_refused_export_says_below_which_limit_or_why() -> None:
    assert exports.cells({**ROW, "accepted": False})[-1] == "refused: below 98.5 %"
    assert exports.cells({**ROW, "accepted": False, "least": 0.99})[-1] == "refused: below 99 %"
    why = {"model": "photo", "to": "litert", "refused": "The network has an operator (Softsign)."}
    assert exports.cells(why)[-1] == "refused: The network has an operator (Softsign)."


def test_the_page_is_as_the_script_writes_it() -> None:
    page = exports.PAGE.read_text(encoding="utf-8")

    assert replaced(page, exports.table(exports.kept()), exports.START, exports.END) == page
