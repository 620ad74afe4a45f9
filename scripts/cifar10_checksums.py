"""Writes the checksums of CIFAR-10's records: `python scripts/cifar10_checksums.py FOLDER`.

FOLDER holds the six files as the official archive (MD5 c32a1d4ab5d03f1284b67883e8d87530) unpacks them.
"""

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tenfold.datasets import cifar10


def main(folder: Path) -> None:
    def sums(names: tuple[str, ...]) -> NDArray[np.uint32]:
        files = [np.fromfile(folder / name, np.uint8) for name in names]
        return np.sort(cifar10.checksums(np.concatenate(files).reshape(-1, cifar10.RECORD_BYTES)))

    both = np.concatenate([sums(cifar10.TRAIN_FILES), sums((cifar10.TEST_FILE,))])
    both.astype("<u4").tofile(cifar10.CHECKSUMS)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
