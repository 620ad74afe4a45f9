import os
from pathlib import Path

from tenfold.paths import Home


def test_a_home_is_its_folder_in_texts_and_as_a_path(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert str(home) == os.fspath(home) == f"{home}" == str(tmp_path)


def test_every_name_lies_in_the_folder_and_none_is_there_twice(tmp_path: Path) -> None:
    home = Home(tmp_path)
    names = [name for name, value in vars(Home).items() if isinstance(value, property)]
    places = [getattr(home, name) for name in names]
    assert len(set(places)) == len(places) > 5
    assert all(place.parent == tmp_path for place in places)
