import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tenfold.datasets.browsing import browse
from tenfold.errors import DamagedPicture, DatasetError, NotAPicture
from tenfold.server_files import ServerFiles
from tests.fakes import BLUE, RED, picture
from tests.paths import SHARED

CIFAR = SHARED
FILES = ServerFiles(Path("/nowhere"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for part, label, colour, count in (
        ("train", "red", RED, 3),
        ("train", "blue", BLUE, 2),
        ("test", "red", RED, 1),
    ):
        place = tmp_path / part / label
        place.mkdir(parents=True)
        for number in range(count):
            (place / f"{number}.png").write_bytes(picture(colour, size=(40 + number, 30)))
    return tmp_path


def test_pictures_are_counted_by_part_and_class(folder: Path) -> None:
    data = browse(str(folder), folder, FILES)
    assert len(data) == 6
    assert data.counts == {"training": {"blue": 2, "red": 3}, "test": {"blue": 0, "red": 1}}


def test_a_source_without_parts_is_not_divided(folder: Path) -> None:
    shutil.rmtree(folder / "test")
    assert browse(str(folder / "train"), folder, FILES).counts == {"all": {"blue": 2, "red": 3}}


def test_a_page_holds_what_was_asked_for(folder: Path) -> None:
    data = browse(str(folder), folder, FILES)
    total, items = data.page("training", "red", 1, 10)
    assert total == 3
    assert [item.source for item in items] == ["train/red/1.png", "train/red/2.png"]
    assert {(item.label, item.part) for item in items} == {("red", "training")}
    assert data.page("", "", 6, 10) == (6, [])


def test_a_picture_is_itself(folder: Path) -> None:
    data = browse(str(folder), folder, FILES)
    (item,) = data.page("test", "red", 0, 1)[1]
    assert data.picture(item.number, 256).shape == (30, 40, 3)
    assert data.picture(item.number, 256)[0, 0].tolist() == list(RED)


@pytest.mark.parametrize(
    ("part", "label", "words"),
    [
        ("half", "", "has no part 'half'. It has training, validation, test, all."),
        ("", "cow", "has no class 'cow'"),
    ],
)
def test_what_is_not_there_is_told(folder: Path, part: str, label: str, words: str) -> None:
    with pytest.raises(DatasetError) as caught:
        browse(str(folder), folder, FILES).page(part, label, 0, 1)
    assert words in str(caught.value)


def test_a_number_out_of_range_is_told(folder: Path) -> None:
    with pytest.raises(DatasetError, match=r"has no picture 6 \(it has 6, counted from 0\)"):
        browse(str(folder), folder, FILES).picture(6, 64)


def test_a_damaged_file_is_told_when_it_is_looked_at(folder: Path) -> None:
    (folder / "train" / "red" / "0.png").write_bytes(b"hello")
    data = browse(str(folder), folder, FILES)
    (item, *_) = data.page("training", "red", 0, 1)[1]
    with pytest.raises((NotAPicture, DamagedPicture), match=r"train/red/0\.png"):
        data.picture(item.number, 64)


def test_cifar10_is_looked_into_without_loading_it() -> None:
    if not (CIFAR / "cifar-10-batches-bin").is_dir():
        pytest.skip("needs CIFAR-10 in ../shared")
    data = browse("cifar10", CIFAR, FILES)
    assert set(data.counts["training"].values()) == {5000}
    assert set(data.counts["test"].values()) == {1000}
    total, items = data.page("test", "cat", 0, 25)
    assert (total, len(items)) == (1000, 25)
    pixels = data.picture(items[0].number, 256)
    assert pixels.shape == (32, 32, 3)
    assert pixels.dtype == np.uint8
    assert Image.fromarray(pixels).getextrema() != ((0, 0),) * 3
    assert items[0].source.startswith("test_batch.bin record ")
