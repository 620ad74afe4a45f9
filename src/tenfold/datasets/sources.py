"""The datasets that people added: a list of sources in a file."""

import hashlib
import json
from pathlib import Path

from tenfold.datasets.opening import CIFAR10
from tenfold.errors import DatasetError
from tenfold.files import write_whole
from tenfold.os_errors import refused
from tenfold.parsing import from_json


def key(source: str) -> str:
    """A dataset's id in addresses: "cifar10", or the start of its path's SHA-256."""
    return source if source == CIFAR10 else hashlib.sha256(source.encode()).hexdigest()[:16]


def read(file: Path) -> list[str]:
    """The sources on the list, as they were added."""
    try:
        found = from_json(file.read_bytes())
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as reason:
        raise DatasetError(
            f"The list of datasets {file}",
            "cannot be read",
            received=str(reason),
            cure="Delete the file and add them again.",
        ) from reason
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def add(file: Path, source: str) -> None:
    """Put a source on the list, if it is not there. Raises DatasetError."""
    known = read(file)
    if source not in known:
        _write(file, [*known, source])


def remove(file: Path, source: str) -> None:
    """Take a source off the list. Raises DatasetError where it is not on it."""
    known = read(file)
    if source not in known:
        raise DatasetError(
            f"The dataset {source}",
            "is not on the list of those that were added",
            cure="CIFAR-10 and the data of training runs are always there.",
            reason="not-on-list",
        )
    _write(file, [one for one in known if one != source])


def _write(file: Path, known: list[str]) -> None:
    try:
        write_whole(file, json.dumps(known, indent=2, ensure_ascii=False).encode())
    except OSError as reason:
        raise refused(DatasetError, f"The list of datasets {file}", reason, "cannot be written") from reason
