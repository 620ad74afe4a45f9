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

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
FOLDER = "cifar-10-batches-bin"
TRAIN_FILES = tuple(f"data_batch_{n}.bin" for n in range(1, 6))
TEST_FILE = "test_batch.bin"
FILES = (*TRAIN_FILES, TEST_FILE)
RECORDS_PER_FILE = 10_000
SIDE = 32
RECORD_BYTES = 1 + 3 * SIDE * SIDE
VALIDATION = 5_000
# CRC-32 of each record, file by file in the order of FILES; written by scripts/cifar10_checksums.py.
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
            cure="Run `tenfold data fetch cifar10`, or name the folder that holds it with --data-dir.",
        )
    return best


def is_whole(data_dir: Path) -> bool:
    """Whether all six files are there; whether they are good, loading tells."""
    return not (_missing(data_dir / FOLDER) and _missing(data_dir))


def _missing(folder: Path) -> list[str]:
    return [name for name in FILES if not (folder / name).is_file()]


def load_train(data_dir: Path) -> LabelledPictures:
    """All 50,000 training pictures. Raises DatasetError naming the file and the record at fault."""
    return _load([find(data_dir) / name for name in TRAIN_FILES])


def load_test(data_dir: Path) -> LabelledPictures:
    """The 10,000 test pictures: only ever to report on, never to choose by."""
    return _load([find(data_dir) / TEST_FILE])


def _load(paths: list[Path]) -> LabelledPictures:
    records = np.concatenate([_read(path) for path in paths])
    pixels = records[:, 1:].reshape(-1, 3, SIDE, SIDE).transpose(0, 2, 3, 1)
    return LabelledPictures(np.ascontiguousarray(pixels), records[:, 0].astype(np.int64), CLASSES)


def _read(path: Path) -> NDArray[np.uint8]:
    try:
        content = np.fromfile(path, dtype=np.uint8)
    except OSError as reason:
        raise DatasetError(
            path.name,
            "cannot be read",
            received=reason.strerror or str(reason),
            cure=f"Check who may read {path}.",
        ) from reason
    expected = RECORDS_PER_FILE * RECORD_BYTES
    if content.size != expected:
        whole = content.size // RECORD_BYTES
        raise DatasetError(
            path.name,
            f"does not have {expected:,} bytes: it breaks off or runs on "
            f"at record {min(whole, RECORDS_PER_FILE)}",
            received=f"{content.size:,} bytes",
            cure=_CURE,
        )
    records = content.reshape(RECORDS_PER_FILE, RECORD_BYTES)
    published = np.fromfile(CHECKSUMS, dtype="<u4").reshape(len(FILES), -1)[FILES.index(path.name)]
    wrong = np.flatnonzero(published != [zlib.crc32(record.data) for record in records])
    if wrong.size:
        raise DatasetError(
            path.name,
            f"has been altered: record {wrong[0]} is not as it was published",
            received=f"{wrong.size:,} of {RECORDS_PER_FILE:,} records differ",
            cure=_CURE,
        )
    return records
