from pathlib import Path

import pytest

from tenfold.datasets import sources
from tenfold.errors import DatasetError

LIST = "datasets.json"


def test_the_list_is_empty_at_first(tmp_path: Path) -> None:
    assert sources.read(tmp_path / LIST) == []


def test_a_source_is_listed_once_until_it_is_taken_off(tmp_path: Path) -> None:
    for source in ("/birds", "/fish", "/birds"):
        sources.add(tmp_path / LIST, source)
    assert sources.read(tmp_path / LIST) == ["/birds", "/fish"]
    sources.remove(tmp_path / LIST, "/birds")
    assert sources.read(tmp_path / LIST) == ["/fish"]


def test_what_is_not_listed_cannot_be_taken_off(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="The dataset /birds is not on the list of those that were added"):
        sources.remove(tmp_path / LIST, "/birds")


def test_a_damaged_list_is_told(tmp_path: Path) -> None:
    (tmp_path / LIST).write_text("[")
    with pytest.raises(DatasetError, match=r"cannot be read .*Delete the file and add them again\."):
        sources.read(tmp_path / LIST)
