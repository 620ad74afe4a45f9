"""Writes the checksums of CIFAR-10's records: `python scripts/cifar10_checksums.py FOLDER`.

FOLDER holds the six files as the official archive (MD5 c32a1d4ab5d03f1284b67883e8d87530) unpacks them.
"""

import sys
import zlib
from pathlib import Path

import numpy as np

from tenfold.datasets import cifar10


def main(folder: Path) -> None:
    sums = [
        zlib.crc32(record.data)
        for name in cifar10.FILES
        for record in np.fromfile(folder / name, np.uint8).reshape(-1, cifar10.RECORD_BYTES)
    ]
    np.array(sums, dtype="<u4").tofile(cifar10.CHECKSUMS)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
