import pytest

from tenfold.catalogue.entries.words import checked_label, checked_name
from tenfold.errors import UsageError


def test_a_class_is_kept_in_one_form() -> None:
    assert checked_label("  кі\u0442 ") == "кіт"
    assert checked_label("cafe\u0301") == "caf\u00e9"
    assert checked_label("") == ""
    assert checked_label("x" * 100) == "x" * 100
    assert checked_label("<script>alert(1)</script>") == "<script>alert(1)</script>"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x" * 101, "has a name of 101 characters"),
        ("a\nb", "has characters that cannot be shown"),
        ("\u202egnp", "has characters that cannot be shown"),
        ("a\0", "has characters that cannot be shown"),
        ("\ud800", "has characters that cannot be shown"),
        ("  ", "needs a name with letters in it"),
    ],
)
def test_what_cannot_be_a_class_is_refused(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        checked_label(text)


def test_a_name_may_have_marks_that_join_letters_and_nothing_else_unseen() -> None:
    family = "\U0001f469\u200d\U0001f467.jpg"
    assert checked_name(family) == family
    for text in ("", " ", "a\rb", "\u202ea", "x" * 256):
        with pytest.raises(UsageError):
            checked_name(text)
