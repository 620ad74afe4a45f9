"""CIFAR-10 in its binary layout (Krizhevsky 2009). Reads and checks files; does not fetch them.

Each of the six files holds 10,000 records of one label byte and 3,072 pixel bytes: 1,024 red, then
1,024 green, then 1,024 blue, row by row.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tenfold.datasets.labelled import LabelledPictures
from tenfold.errors import DatasetError

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
FOLDER = "cifar-10-batches-bin"
TRAIN_FILES = tuple(f"data_batch_{n}.bin" for n in range(1, 6))
TEST_FILE = "test_batch.bin"
RECORDS_PER_FILE = 10_000
SIDE = 32
RECORD_BYTES = 1 + 3 * SIDE * SIDE
VALIDATION = 5_000
_CURE = "Delete the file and run `tenfold data fetch cifar10` to get a good copy."


def find(data_dir: Path) -> Path:
    """The folder with the six files: `data_dir` itself or `cifar-10-batches-bin` in it.

    Raises:
        DatasetError: neither holds all six.
    """
    wanted = (*TRAIN_FILES, TEST_FILE)
    for folder in (data_dir / FOLDER, data_dir):
        if all((folder / name).is_file() for name in wanted):
            return folder
    missing = [name for name in wanted if not (data_dir / FOLDER / name).is_file()]
    raise DatasetError(
        f"CIFAR-10 in {data_dir}",
        "is not there",
        received=f"missing {', '.join(missing)}",
        cure="Run `tenfold data fetch cifar10`, or name the folder that holds it with --data-dir.",
    )


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
    content = np.fromfile(path, dtype=np.uint8)
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
    wrong = np.flatnonzero(records[:, 0] >= len(CLASSES))
    if wrong.size:
        raise DatasetError(
            path.name,
            f"has been altered: record {wrong[0]} has no valid class",
            received=f"class {records[wrong[0], 0]}, expected 0 to {len(CLASSES) - 1}",
            cure=_CURE,
        )
    return records
