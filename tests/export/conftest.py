"""A few pictures of the small model's classes, and its export with a receipt."""

from pathlib import Path

import pytest

from tenfold import modelfile
from tenfold.export.export import OpenPictures, export
from tenfold.export.pictures import ExportPictures, open_pictures
from tests import tiny


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of 60 pictures, larger than the model's."""
    return tiny.folder(tiny.shades(60, side=40), tmp_path_factory.mktemp("pictures"))


@pytest.fixture(scope="session")
def opening(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> OpenPictures:
    """Opens these pictures for a model."""
    cache = tmp_path_factory.mktemp("cache")

    def opened(info: modelfile.ModelInfo, folder: Path) -> ExportPictures:
        return open_pictures(str(pictures), info, folder, data_dir=cache, cache=cache, limit=40)

    return opened


@pytest.fixture(scope="session")
def exported(opening: OpenPictures, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small model as ONNX with integers; it is too narrow to agree well."""
    target = tmp_path_factory.mktemp("exported") / "tiny-int8.onnx"
    export(tiny.MODEL, "onnx-int8", target, opening, least=0.0)
    return target
