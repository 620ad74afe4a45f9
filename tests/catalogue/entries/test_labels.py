import pytest

from tenfold.catalogue.entries.labels import check, in_use
from tenfold.catalogue.entries.tables import Entry
from tenfold.database import Database, now
from tenfold.errors import UsageError


def test_the_classes_in_use_are_those_that_something_is_filed_under(database: Database) -> None:
    with database.writing() as session:
        for number, label in enumerate(["cat", "cat", "owl", "", None]):
            session.add(
                Entry(
                    hash=f"{number:064}",
                    bytes=1,
                    media_type="image/png",
                    added_at=now(),
                    name="x.png",
                    label=label,
                )
            )
    assert in_use(database) == {"cat", "owl"}


def test_a_class_that_is_there_passes() -> None:
    check(["cat", ""], {"cat", "dog"})


def test_a_mistyped_class_is_told_with_the_one_that_is_meant() -> None:
    with pytest.raises(UsageError) as caught:
        check(["caat"], {"cat", "dog"}, "Give --new if it is meant.")
    assert str(caught.value) == (
        "The class 'caat' is none that there is. Did you mean cat? Give --new if it is meant."
    )


def test_the_classes_are_named_where_none_is_near() -> None:
    with pytest.raises(UsageError, match=r"There are class 0, class 1, .* and 8 more\.$"):
        check(["zebra"], {f"class {n}" for n in range(20)})
