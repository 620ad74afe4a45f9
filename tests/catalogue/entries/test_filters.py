"""Filters are stored with a filing, so that one that was cut off can go on."""

import json
from datetime import UTC, datetime

from tenfold.catalogue.entries.filters import Filters


def test_filters_come_back_from_json_as_they_were() -> None:
    filters = Filters(
        person=3,
        labels=("cat", ""),
        corrected=True,
        confidence_from=0.5,
        added_from=datetime(2026, 1, 2, tzinfo=UTC),
        text="two words",
        class_names=(("cat", ("Katze", "кіт")),),
        ids=(1, 2),
    )
    assert Filters.of_json(json.loads(json.dumps(filters.as_json()))) == filters
    assert Filters.of_json(json.loads(json.dumps(Filters().as_json()))) == Filters()
