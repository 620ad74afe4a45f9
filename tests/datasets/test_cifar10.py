"""CIFAR-10's files are found, read as they are meant, and told apart from damaged ones by file and record."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tenfold.datasets import cifar10
from tenfold.errors import DatasetError
from tests import tiny
from tests.paths import SHARED

CHECKSUMS_SHA256 = "ccfc532a2ead2ccdcaa5898b2b95b2bfb4b71ae983618a879828b85ce508f234"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    return tiny.small_cifar10(tmp_path, monkeypatch)


@pytest.fixture
def data_dir(files: dict[str, bytes], tmp_path: Path) -> Path:
    """A folder that holds the small data in its subfolder."""
    tiny.write(files, tmp_path / "data" / cifar10.FOLDER)
    return tmp_path / "data"


def refusal(data_dir: Path) -> str:
    with pytest.raises(DatasetError) as caught:
        cifar10.load_train(data_dir)
    return str(caught.value)


def test_the_files_are_found_in_the_folder_or_in_its_subfolder(
    files: dict[str, bytes], data_dir: Path, tmp_path: Path
) -> None:
    assert cifar10.find(data_dir) == data_dir / cifar10.FOLDER
    direct = tiny.write(files, tmp_path / "direct")
    assert cifar10.find(direct) == direct
    assert cifar10.is_whole(data_dir)
    assert cifar10.is_whole(direct)


def test_records_become_upright_rgb_pictures(files: dict[str, bytes], data_dir: Path) -> None:
    train, test = cifar10.load_train(data_dir), cifar10.load_test(data_dir)
    assert train.pictures.shape == (5 * tiny.RECORDS, 32, 32, 3)
    assert test.pictures.shape == (tiny.RECORDS, 32, 32, 3)
    assert (str(train.pictures.dtype), str(train.labels.dtype)) == ("uint8", "int64")
    assert train.classes == cifar10.CLASSES
    record = files["data_batch_2.bin"][3 * 3073 : 4 * 3073]
    index = tiny.RECORDS + 3
    assert train.labels[index] == record[0]
    row, column = 5, 9
    for channel in range(3):
        assert train.pictures[index, row, column, channel] == record[1 + channel * 1024 + row * 32 + column]


def test_a_folder_without_the_data_says_how_to_get_it(tmp_path: Path) -> None:
    assert refusal(tmp_path) == (
        f"CIFAR-10 in {tmp_path} is not there (missing data_batch_1.bin, data_batch_2.bin, data_batch_3.bin, "
        "data_batch_4.bin, data_batch_5.bin, test_batch.bin). "
        "Run `tenfold data fetch cifar10`, or name the folder that holds it: the setting data_dir."
    )
    assert not cifar10.is_whole(tmp_path)


@pytest.mark.parametrize("within", [cifar10.FOLDER, "."])
def test_a_folder_that_lacks_a_file_names_it(files: dict[str, bytes], tmp_path: Path, within: str) -> None:
    (tiny.write(files, tmp_path / within) / "data_batch_4.bin").unlink()
    assert f"CIFAR-10 in {tmp_path} is not whole (missing data_batch_4.bin). " in refusal(tmp_path)


@pytest.mark.parametrize(
    ("size", "record"), [(0, 0), (3072, 0), (3 * 3073 + 100, 3), (tiny.RECORDS * 3073 + 1, tiny.RECORDS)]
)
def test_a_file_of_another_length_is_named_with_the_record(data_dir: Path, size: int, record: int) -> None:
    file = data_dir / cifar10.FOLDER / "data_batch_3.bin"
    file.write_bytes((file.read_bytes() * 2)[:size])
    assert refusal(data_dir) == (
        f"data_batch_3.bin does not have 61,460 bytes: it breaks off or runs on at record {record} "
        f"({size:,} bytes). Delete the file and run `tenfold data fetch cifar10` to get a good copy."
    )


@pytest.mark.parametrize(("at", "record"), [(0, 0), (7 * 3073, 7), (7 * 3073 + 1500, 7), (8 * 3073 - 1, 7)])
def test_an_altered_label_or_pixel_is_named_with_its_record(data_dir: Path, at: int, record: int) -> None:
    file = data_dir / cifar10.FOLDER / "data_batch_5.bin"
    content = bytearray(file.read_bytes())
    content[at] ^= 1
    file.write_bytes(content)
    assert refusal(data_dir) == (
        f"data_batch_5.bin has been altered: record {record} is not as it was published "
        "(1 of 100 records differ). "
        "Delete the file and run `tenfold data fetch cifar10` to get a good copy."
    )


def test_the_test_pictures_are_checked_too(data_dir: Path) -> None:
    file = data_dir / cifar10.FOLDER / "test_batch.bin"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(DatasetError, match=r"^test_batch\.bin does not have"):
        cifar10.load_test(data_dir)


def test_records_may_stand_in_another_order_and_file(data_dir: Path) -> None:
    """As they do in copies that were shuffled; the pictures are what counts."""
    folder = data_dir / cifar10.FOLDER
    before = cifar10.load_train(data_dir)
    one, two = (folder / "data_batch_1.bin"), (folder / "data_batch_2.bin")
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second[3073:] + second[:3073])
    two.write_bytes(first)
    assert cifar10.load_train(data_dir).fingerprint() == before.fingerprint()


def test_a_file_that_is_there_twice_is_named(data_dir: Path) -> None:
    folder = data_dir / cifar10.FOLDER
    (folder / "data_batch_2.bin").write_bytes((folder / "data_batch_1.bin").read_bytes())
    assert "data_batch_2.bin repeats pictures: record 0 stands in an earlier place too" in refusal(data_dir)
    assert "(20 of 100 records are there twice)" in refusal(data_dir)


def test_a_test_picture_is_no_training_picture(data_dir: Path) -> None:
    folder = data_dir / cifar10.FOLDER
    (folder / "data_batch_3.bin").write_bytes((folder / "test_batch.bin").read_bytes())
    assert "data_batch_3.bin has been altered: record 0 " in refusal(data_dir)


def test_a_file_that_may_not_be_read_is_named(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = np.fromfile

    def deny(path: Path, dtype: Any) -> Any:
        if path.suffix == ".bin":
            raise PermissionError(13, "Permission denied", str(path))
        return read(path, dtype)

    monkeypatch.setattr(np, "fromfile", deny)
    file = data_dir / cifar10.FOLDER / "data_batch_1.bin"
    assert refusal(data_dir) == (
        f"data_batch_1.bin cannot be read (Permission denied). Check who may read {file}."
    )


def test_the_package_carries_a_checksum_of_each_record() -> None:
    content = cifar10.CHECKSUMS.read_bytes()
    assert len(content) == len(cifar10.FILES) * cifar10.RECORDS_PER_FILE * 4
    assert hashlib.sha256(content).hexdigest() == CHECKSUMS_SHA256


@pytest.mark.skipif(
    not cifar10.is_whole(SHARED), reason="needs CIFAR-10: `tenfold data fetch cifar10 --data-dir ../shared`"
)
def test_cifar10_itself_fits_its_checksums() -> None:
    assert np.bincount(cifar10.load_test(SHARED).labels).tolist() == [1000] * 10


def test_each_class_has_a_name_in_each_language() -> None:
    for names in cifar10.NAMES.values():
        assert list(names) == ["en", "uk", "ru"]
        assert all(names.values())


def test_the_ukrainian_names_are_those_that_people_know() -> None:
    known = "літак, автомобіль, птах, кіт, олень, пес, жаба, кінь, корабель, вантажівка"
    assert ", ".join(names["uk"] for names in cifar10.NAMES.values()) == known


def test_no_two_classes_share_a_name() -> None:
    for language in ("en", "uk", "ru"):
        assert len({names[language] for names in cifar10.NAMES.values()}) == len(cifar10.NAMES)
