"""The datasets that people added: a list of sources kept in tenfold's folder."""

import json
from pathlib import Path

from tenfold.errors import DatasetError
from tenfold.files import write_whole

FILE = "datasets.json"


def read(home: Path) -> list[str]:
    """The sources on the list, as they were added."""
    try:
        found = json.loads((home / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as reason:
        raise DatasetError(
            f"The list of datasets {home / FILE}",
            "cannot be read",
            received=str(reason),
            cure="Delete the file and add them again.",
        ) from reason
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def add(home: Path, source: str) -> None:
    """Put a source on the list, if it is not there. Raises DatasetError."""
    known = read(home)
    if source not in known:
        _write(home, [*known, source])


def remove(home: Path, source: str) -> None:
    """Take a source off the list. Raises DatasetError where it is not on it."""
    known = read(home)
    if source not in known:
        raise DatasetError(
            f"The dataset {source}",
            "is not on the list of those that were added",
            cure="CIFAR-10 and the data of training runs are always there.",
        )
    _write(home, [one for one in known if one != source])


def _write(home: Path, known: list[str]) -> None:
    try:
        write_whole(home / FILE, json.dumps(known, indent=2, ensure_ascii=False).encode())
    except OSError as reason:
        raise DatasetError(
            f"The list of datasets {home / FILE}",
            "cannot be written",
            received=reason.strerror or str(reason),
        ) from reason
