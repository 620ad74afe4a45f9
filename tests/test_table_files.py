"""Rows as CSV: what a spreadsheet would run is text."""

import pytest

from tenfold.table_files import harmless


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\r=1", " =1", "＝1", "－1"])
def test_what_a_spreadsheet_would_run_is_text(text: str) -> None:
    assert harmless(text) == f"'{text}"
