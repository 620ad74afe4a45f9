"""CIFAR-10 in its binary layout (Krizhevsky 2009). Reads and checks files; does not fetch them.

Each of the six files holds 10,000 records of one label byte and 3,072 pixel bytes: 1,024 red, then
1,024 green, then 1,024 blue, row by row. The package carries the checksum of every record as it was
published, so that a record that was altered can be named.
"""

import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tenfold.datasets.labelled import LabelledPictures
from tenfold.errors import DatasetError
from tenfold.os_errors import refused

Checksums = NDArray[np.uint32]

# The classes in the order of their labels, by their names in the languages of the page.
NAMES = {
    "airplane": {"en": "airplane", "uk": "літак", "ru": "самолёт"},
    "automobile": {"en": "automobile", "uk": "автомобіль", "ru": "автомобиль"},
    "bird": {"en": "bird", "uk": "птах", "ru": "птица"},
    "cat": {"en": "cat", "uk": "кіт", "ru": "кошка"},
    "deer": {"en": "deer", "uk": "олень", "ru": "олень"},
    "dog": {"en": "dog", "uk": "пес", "ru": "собака"},
    "frog": {"en": "frog", "uk": "жаба", "ru": "лягушка"},
    "horse": {"en": "horse", "uk": "кінь", "ru": "лошадь"},
    "ship": {"en": "ship", "uk": "корабель", "ru": "корабль"},
    "truck": {"en": "truck", "uk": "вантажівка", "ru": "грузовик"},
}
CLASSES = tuple(NAMES)
FOLDER = "cifar-10-batches-bin"
TRAIN_FILES = tuple(f"data_batch_{n}.bin" for n in range(1, 6))
TEST_FILE = "test_batch.bin"
FILES = (*TRAIN_FILES, TEST_FILE)
RECORDS_PER_FILE = 10_000
SIDE = 32
RECORD_BYTES = 1 + 3 * SIDE * SIDE
VALIDATION = 5_000
# CRC-32 of each record, sorted: the training records', then the test records'. Copies of CIFAR-10 differ in
# the order of their records, so only which records there are is checked. By scripts/cifar10_checksums.py.
CHECKSUMS = Path(__file__).with_name("cifar10.crc32")
_CURE = "Delete the file and run `tenfold data fetch cifar10` to get a good copy."


def find(data_dir: Path) -> Path:
    """The folder with the six files: `data_dir` itself or `cifar-10-batches-bin` in it.

    Raises:
        DatasetError: neither holds all six.
    """
    missing = {folder: _missing(folder) for folder in (data_dir / FOLDER, data_dir)}
    best = min(missing, key=lambda folder: len(missing[folder]))
    if missing[best]:
        raise DatasetError(
            f"CIFAR-10 in {data_dir}",
            "is not there" if len(missing[best]) == len(FILES) else "is not whole",
            received=f"missing {', '.join(missing[best])}",
            cure="Run `tenfold data fetch cifar10`, or name the folder that holds it: the setting data_dir.",
            reason="cifar10-missing",
        )
    return best


def is_whole(data_dir: Path) -> bool:
    """Whether all six files are there; loading checks what is in them."""
    return not (_missing(data_dir / FOLDER) and _missing(data_dir))


def _missing(folder: Path) -> list[str]:
    return [name for name in FILES if not (folder / name).is_file()]


def load_train(data_dir: Path) -> LabelledPictures:
    """All 50,000 training pictures. Raises DatasetError naming the file and the record at fault."""
    return _load([find(data_dir) / name for name in TRAIN_FILES], published()[0])


def load_test(data_dir: Path) -> LabelledPictures:
    """The 10,000 test pictures: only ever to report on, never to choose by."""
    return _load([find(data_dir) / TEST_FILE], published()[1])


def published() -> tuple[Checksums, Checksums]:
    """The sorted CRC-32 of the training and of the test records."""
    sums = np.fromfile(CHECKSUMS, dtype="<u4")
    train = len(sums) * len(TRAIN_FILES) // len(FILES)
    return sums[:train], sums[train:]


def checksums(records: NDArray[np.uint8]) -> Checksums:
    """The CRC-32 of each record `[N, RECORD_BYTES]`."""
    return np.array([zlib.crc32(record.data) for record in records], dtype="<u4")


def _load(paths: list[Path], expected: Checksums) -> LabelledPictures:
    records = np.concatenate([_read(path) for path in paths])
    _check(checksums(records), expected, paths)
    pixels = records[:, 1:].reshape(-1, 3, SIDE, SIDE).transpose(0, 2, 3, 1)
    sources = tuple(f"{path.name} record {record}" for path in paths for record in range(RECORDS_PER_FILE))
    return LabelledPictures(np.ascontiguousarray(pixels), records[:, 0].astype(np.int64), CLASSES, sources)


def _check(found: Checksums, expected: Checksums, paths: list[Path]) -> None:
    altered = np.flatnonzero(~np.isin(found, expected))
    if altered.size:
        file, record = divmod(int(altered[0]), RECORDS_PER_FILE)
        raise DatasetError(
            paths[file].name,
            f"has been altered: record {record} is not as it was published",
            received=f"{altered.size:,} of {len(found):,} records differ",
            cure=_CURE,
            reason="cifar10-damaged",
        )
    if not np.array_equal(np.sort(found), expected):
        again = np.setdiff1d(np.arange(len(found)), np.unique(found, return_index=True)[1])
        file, record = divmod(int(again[0]), RECORDS_PER_FILE)
        raise DatasetError(
            paths[file].name,
            f"repeats pictures: record {record} stands in an earlier place too",
            received=f"{again.size:,} of {len(found):,} records are there twice",
            cure=_CURE,
            reason="cifar10-damaged",
        )


def _read(path: Path) -> NDArray[np.uint8]:
    try:
        content = np.fromfile(path, dtype=np.uint8)
    except OSError as reason:
        cure = f"Check who may read {path}."
        raise refused(DatasetError, path.name, reason, "cannot be read", cure=cure) from reason
    expected = RECORDS_PER_FILE * RECORD_BYTES
    if content.size != expected:
        whole = content.size // RECORD_BYTES
        raise DatasetError(
            path.name,
            f"does not have {expected:,} bytes: it breaks off or runs on "
            f"at record {min(whole, RECORDS_PER_FILE)}",
            received=f"{content.size:,} bytes",
            cure=_CURE,
            reason="cifar10-damaged",
        )
    return content.reshape(RECORDS_PER_FILE, RECORD_BYTES)
