"""The classes' names in the languages of the page."""

from tenfold.datasets.cifar10 import CLASSES
from tenfold.datasets.names import NAMES


def test_each_class_has_a_name_in_each_language() -> None:
    assert tuple(NAMES) == CLASSES
    for names in NAMES.values():
        assert list(names) == ["en", "uk", "ru"]
        assert all(names.values())


def test_the_ukrainian_names_are_those_that_people_know() -> None:
    known = "літак, автомобіль, птах, кіт, олень, пес, жаба, кінь, корабель, вантажівка"
    assert ", ".join(names["uk"] for names in NAMES.values()) == known


def test_no_two_classes_share_a_name() -> None:
    for language in ("en", "uk", "ru"):
        assert len({names[language] for names in NAMES.values()}) == len(NAMES)
