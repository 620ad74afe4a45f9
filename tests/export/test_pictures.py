"""The pictures that an export is compared on."""

from pathlib import Path

import pytest

from tenfold import modelfile
from tenfold.export.pictures import ExportPictures, open_pictures
from tests import tiny


@pytest.mark.slow
def test_an_export_is_compared_on_every_test_picture_unless_fewer_are_asked_for(tmp_path: Path) -> None:
    tiny.folder(tiny.shades(10), tmp_path / "data" / "train")
    tiny.folder(tiny.shades(2010), tmp_path / "data" / "test")
    info = modelfile.read(tiny.MODEL)[1]

    def opened(limit: int | None = None) -> ExportPictures:
        source, cache = str(tmp_path / "data"), tmp_path / "cache"
        return open_pictures(source, info, tmp_path, data_dir=cache, cache=cache, limit=limit)

    every = opened()
    assert (every.split, len(set(every.files))) == ("test", 2010)
    assert len(opened(40).files) == 40


def test_fewer_pictures_are_the_same_ones_each_time_and_all_of_the_test_part(tmp_path: Path) -> None:
    tiny.folder(tiny.shades(10), tmp_path / "data" / "train")
    tiny.folder(tiny.shades(20), tmp_path / "data" / "test")
    info = modelfile.read(tiny.MODEL)[1]
    chosen = [
        open_pictures(
            str(tmp_path / "data"), info, tmp_path, data_dir=tmp_path, cache=tmp_path / cache, limit=5
        ).files
        for cache in ("one", "other")
    ]
    assert chosen[0] == chosen[1]
    assert len(set(chosen[0])) == 5
    assert {one.parent.parent.name for one in map(Path, chosen[0])} == {"test"}


def test_a_few_pictures_are_all_compared_on_as_a_tenth_of_them_would_say_nothing(tmp_path: Path) -> None:
    """Those from which a model was taught, for instance."""
    tiny.folder(tiny.shades(100), tmp_path / "data")
    info = modelfile.read(tiny.MODEL)[1]
    source, cache = str(tmp_path / "data"), tmp_path / "cache"
    found = open_pictures(source, info, tmp_path, data_dir=cache, cache=cache)
    assert (found.split, len(set(found.files))) == ("all", 100)
    receipts = open_pictures(source, info, tmp_path, data_dir=cache, cache=cache, split="test")
    assert receipts.split == "test"
    assert 0 < len(receipts.files) < 50
