"""The pictures that an export is compared on."""

from pathlib import Path

from tenfold import modelfile
from tenfold.export.pictures import ExportPictures, open_pictures
from tests import tiny


def test_an_export_is_compared_on_every_test_picture_unless_fewer_are_asked_for(
    pictures: Path, tmp_path: Path
) -> None:
    info = modelfile.read(tiny.MODEL)[1]

    def opened(limit: int | None = None) -> ExportPictures:
        cache = tmp_path / "cache"
        return open_pictures(str(pictures), info, tmp_path, data_dir=cache, cache=cache, limit=limit)

    every = sum(1 for file in pictures.rglob("*") if file.is_file())
    assert len(opened().files) == len(set(opened().files)) == every == 60
    assert len(opened(40).files) == 40
