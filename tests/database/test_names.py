"""Names that people give rows."""

from dataclasses import dataclass

import pytest

from tenfold.database.names import LONGEST_NAME, by_name, checked_name
from tenfold.errors import CameraError


@dataclass
class Row:
    id: int
    name: str


@pytest.mark.parametrize("name", ["", "  \t ", "x" * (LONGEST_NAME + 1), "gate\x07", "gate\u202e"])
def test_a_name_that_cannot_be_shown_is_refused(name: str) -> None:
    with pytest.raises(CameraError, match="The camera's name cannot be used") as caught:
        checked_name(name, "The camera's name", CameraError)
    assert (caught.value.reason, caught.value.params) == ("name-length", {"most": LONGEST_NAME})


def test_spaces_around_a_name_do_not_count() -> None:
    assert checked_name("  the   gate ", "The camera's name", CameraError) == "the gate"


def test_a_row_that_is_called_like_a_number_is_found_by_its_name() -> None:
    rows = [Row(2, "gate"), Row(1, "2")]
    assert by_name(rows, "2") is rows[1]
    assert by_name(rows, "1") is rows[1]
    assert by_name(rows, "gate") is rows[0]
    assert by_name(rows, "3") is None
