"""Real things made small: a CIFAR-10 of a few records a file, and a model file of a narrow network."""

import zlib
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tenfold import modelfile
from tenfold.datasets import cifar10
from tenfold.datasets.labelled import LabelledPictures
from tenfold.modelfile import file

MODEL = Path(__file__).parent / "data" / "tiny.onnx"
RECORDS = 20
VALIDATION = 20


def variant(path: Path, *, padding: int = 0, **changes: Any) -> Path:
    """Write the tiny model with other facts, and so another hash: `variant(path, name="other")`.

    Args:
        padding: bytes of documentation that make the file larger.
    """
    network, (_, info) = modelfile.network(MODEL), modelfile.read(MODEL)
    if padding:
        network += file._field(6, b" " * padding)  # ModelProto.doc_string
    modelfile.write(path, network, replace(info, **changes))
    return path


def batches(records: int = RECORDS) -> dict[str, bytes]:
    """The six files with so many records each, every class as often; a class is a shade with noise on it."""
    random = np.random.default_rng(3)
    files = {}
    for name in cifar10.FILES:
        labels = random.permutation(np.arange(records) % 10)
        pixels = random.integers(0, 60, (records, 3072)) + labels[:, None] * 20
        files[name] = np.concatenate([labels[:, None], pixels], axis=1).astype(np.uint8).tobytes()
    return files


def small_cifar10(folder: Path, monkeypatch: pytest.MonkeyPatch, records: int = RECORDS) -> dict[str, bytes]:
    """Make CIFAR-10 as small as `batches`, for all of tenfold; its checksums go into `folder`."""
    files = batches(records)
    each = [[zlib.crc32(file[at : at + 3073]) for at in range(0, len(file), 3073)] for file in files.values()]
    sums = [*sorted(chain(*each[:-1])), *sorted(each[-1])]
    checksums = folder / "small.crc32"
    checksums.write_bytes(np.array(sums, dtype="<u4").tobytes())
    monkeypatch.setattr(cifar10, "CHECKSUMS", checksums)
    monkeypatch.setattr(cifar10, "RECORDS_PER_FILE", records)
    monkeypatch.setattr(cifar10, "VALIDATION", VALIDATION)
    return files


def write(files: dict[str, bytes], folder: Path) -> Path:
    """Put the files into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def shades(count: int, classes: int = 10, side: int = 32, seed: int = 0) -> LabelledPictures:
    """Pictures whose class is their brightness, with noise; every class as often."""
    random = np.random.default_rng(seed)
    labels = random.permutation(np.arange(count) % classes)
    pixels = random.integers(0, 60, (count, side, side, 3)) + labels[:, None, None, None] * (190 // classes)
    names = cifar10.CLASSES if classes == 10 else tuple(f"class {k}" for k in range(classes))
    return LabelledPictures(pixels.astype(np.uint8), labels.astype(np.int64), names)


def folder(data: LabelledPictures, where: Path) -> Path:
    """Write the pictures as `class-name/number.png`."""
    for number, (pixels, label) in enumerate(zip(data.pictures, data.labels, strict=True)):
        place = where / data.classes[label]
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(place / f"{number}.png")
    return where
