"""Class names become folders and come back."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenfold.class_folders import class_of, folder_of


@pytest.mark.parametrize(
    ("label", "folder"),
    [
        ("cat", "cat"),
        ("кіт і пес", "кіт і пес"),
        ("n/a", "n%2Fa"),
        ("AC/DC", "AC%2FDC"),
        ("con", "%63on"),
        ("nul.txt", "%6Eul.txt"),
        ("thumbs.db", "%74humbs.db"),
        ("__macosx", "%5F_macosx"),
        ("None-of-these", "%4Eone-of-these"),
        (".hidden", "%2Ehidden"),
        ("St. Nicholas .", "St. Nicholas%20%2E"),
        ("100 %", "100 %25"),
        ("...", "%2E%2E%2E"),
    ],
)
def test_a_class_is_a_folder_that_every_file_system_takes_and_comes_back(label: str, folder: str) -> None:
    assert folder_of(label) == folder
    assert class_of(folder) == label


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=40), st.integers(0, 3))
def test_any_class_comes_back(label: str, escaped: int) -> None:
    composed = unicodedata.normalize("NFC", label)
    folder = folder_of(label, escaped)
    assert not folder or class_of(folder) == composed


@pytest.mark.parametrize("folder", ["50%20off", "100%", "a%2fb", "%41bc%20d", "%zz", "%FF"])
def test_a_folder_of_somebody_elses_is_its_own_class(folder: str) -> None:
    assert class_of(folder) == folder
