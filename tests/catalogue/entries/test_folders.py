import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenfold.catalogue.entries.folders import FolderLayout, file_name, folder_name
from tenfold.class_folders import class_of
from tenfold.datasets.listing import class_name

HASH = "3f2a1c9b" + "0" * 56
HOSTILE = [
    "CON",
    "con.txt",
    "aux.h.jpg",
    "COM¹",
    "..",
    ".",
    " ",
    "../../etc/passwd",
    "a\\b",
    "a\nb",
    "a\0b",
    "\u202egnp.exe",
    "trailing.",
    "trailing ",
    ".hidden",
    "=cmd|'/C calc'!A0",
    "<script>alert(1)</script>",
    "x" * 300,
    "名" * 150,
    "\ud800",
    "a:b",
    "none-of-these",
]


def check(part: str) -> None:
    assert 0 < len(part.encode()) <= 200
    assert part.isprintable()
    assert not re.search(r'[<>:"/\\|?*]', part)
    assert part[0] not in ". "
    assert part[-1] not in ". "
    assert not re.fullmatch(r"(?i)(con|prn|aux|nul|com\d|lpt\d)", part.split(".")[0].rstrip())


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_become_names_that_every_file_system_takes(text: str) -> None:
    check(folder_name(text))
    check(file_name(text, "image/jpeg"))
    assert file_name(text, "image/jpeg").endswith(".jpg")


@given(st.text())
def test_any_text_becomes_a_name(text: str) -> None:
    if text:
        check(folder_name(text))
    check(file_name(text, "image/png"))


def test_a_plain_class_is_its_folder_and_none_has_one_of_its_own() -> None:
    assert folder_name("cat") == "cat"
    assert folder_name("кіт і пес") == "кіт і пес"
    assert folder_name("") == "none-of-these"
    assert folder_name(None) == "not-classified"
    assert folder_name("none-of-these") == "%6Eone-of-these"
    assert folder_name("n/a") == "n%2Fa"
    assert class_name(folder_name("кіт")) == "кіт"


def test_two_classes_never_share_a_folder() -> None:
    assert len({folder_name(label) for label in ("a/b", "a\\b", "a_b", "a:b")}) == 4
    places = FolderLayout()
    folders = [places.folder(label) for label in ("Cat", "cat", "CAT", "", None, "none-of-these")]
    assert len({folder.lower() for folder in folders}) == 6
    assert folders[0] == "Cat"
    assert [class_of(folder) for folder in folders[:3]] == ["Cat", "cat", "CAT"]


def test_a_name_has_the_ending_of_its_content() -> None:
    assert file_name("holiday.JPG", "image/jpeg") == "holiday.JPG"
    assert file_name("holiday.jpeg", "image/jpeg") == "holiday.jpeg"
    assert file_name("setup.exe", "image/png") == "setup.exe.png"
    assert file_name("notes.txt", "image/webp") == "notes.txt.webp"
    assert file_name("x" * 300 + ".jpg", "image/jpeg") == "x" * 196 + ".jpg"


def test_a_name_that_is_taken_gets_its_content_s_hash() -> None:
    places = FolderLayout()
    assert places.place("cat", "a.jpg", "image/jpeg", "f" * 64) == ("cat", "a.jpg")
    assert places.place("cat", "A.JPG", "image/jpeg", HASH) == ("cat", "A-3f2a1c9b.JPG")
    assert places.place("dog", "a.jpg", "image/jpeg", HASH) == ("dog", "a.jpg")
    many = {places.place("cat", "a.jpg", "image/jpeg", HASH) for _ in range(20)}
    assert len(many) == 20
