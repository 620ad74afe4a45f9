import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenfold.catalogue.entries.names import LONGEST, checked_label, checked_name, kept_path, safe_file_name
from tenfold.errors import UsageError


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("cat.jpg", "cat.jpg"),
        ("holiday/2024/cat.jpg", "cat.jpg"),
        (r"C:\Users\ann\cat.jpg", "cat.jpg"),
        ("../../etc/passwd", "passwd"),
        ("line\nend\r.jpg", "line end .jpg"),
        ("bell\x07\x1b[2Jcat.jpg", "bell[2Jcat.jpg"),
        ("exe\u202egpj.cat", "exegpj.cat"),
        ("nul\0.jpg", "nul.jpg"),
        ("half \ud800 a letter.jpg", "half a letter.jpg"),
        ("кі\u0308т.jpg", "кїт.jpg"),
        ("<script>alert(1)</script>.png", "script>.png"),
        ("=cmd|' '!A0.jpg", "=cmd|' '!A0.jpg"),
        ("", "picture"),
        ("..", "picture"),
        ("/", "picture"),
        ("\u200b", "picture"),
    ],
)
def test_a_name_is_kept_without_what_could_harm(given: str, kept: str) -> None:
    assert safe_file_name(given) == kept


def test_a_name_that_is_too_long_keeps_its_ending() -> None:
    name = safe_file_name("x" * 1000 + ".jpeg")
    assert len(name) == LONGEST
    assert name.endswith("xx.jpeg")


@given(st.text(st.characters(), max_size=400))
def test_whatever_comes_a_name_is_one_line_of_some_letters(text: str) -> None:
    name = safe_file_name(text)
    assert 1 <= len(name) <= LONGEST
    assert name.isprintable()
    assert "/" not in name
    assert name not in (".", "..")
    assert safe_file_name(name) == name


def test_a_path_of_any_bytes_is_kept_as_text() -> None:
    path = os.fsdecode(b"/photos/\xff cat.jpg")
    assert kept_path(path) == "/photos/\\xff cat.jpg"
    assert kept_path("/photos/кіт.jpg") == "/photos/кіт.jpg"


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
