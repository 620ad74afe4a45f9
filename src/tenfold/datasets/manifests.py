"""A CSV or Parquet table of labelled pictures: path, label and perhaps split. Opens no picture.

Paths are relative to the manifest. An empty split means training. CSV is read as spreadsheets and pandas
write it: any of their delimiters, a byte order mark, Excel's first line `sep=;`, a column of row numbers.
"""

import csv
import os
import re
from collections.abc import Callable, Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO

from tenfold.class_folders import PART_NAMES, TRAINING
from tenfold.datasets.listing import ListedPicture, Listing, class_name, listing, printable_path
from tenfold.errors import DatasetError, MissingExtra, counted
from tenfold.server_files import ServerFiles

SUFFIXES = {".csv", ".parquet", ".tsv"}
_NEEDED = ("path", "label")
_KNOWN = (*_NEEDED, "split")
_DELIMITERS = ",;\t|"
# What pandas, R and pyarrow call the column of row numbers.
_INDEX = re.compile(r"|index|unnamed: 0|__index_level_0__")
# Excel's first line, which names the delimiter.
_SEPARATOR = re.compile(r'"?sep=(.)"?\r?\n?', re.IGNORECASE)
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_NAMED = 3
_LONGEST_NAMED = 300
_LONGEST_HEADER = 10_000
_Opening = Callable[[], BinaryIO]

# The number of a row, for people, and its values by column.
Row = tuple[int, dict[str, str]]


def list_manifest(manifest: Path, name: str, files: ServerFiles | None = None) -> Listing:
    """The pictures that a manifest names.

    Args:
        manifest: the file.
        name: what to call it in messages.
        files: opens the manifest, and says which paths may not be named; without it, all may.

    Raises:
        DatasetError: it cannot be read, has other columns, or names files that are not there.
        MissingExtra: it is Parquet, and pyarrow is not installed.
    """
    read = _parquet if manifest.suffix.lower() == ".parquet" else _csv
    entries: list[ListedPicture] = []
    missing: list[str] = []
    outside: list[str] = []

    def opening() -> BinaryIO:
        return manifest.open("rb") if files is None else files.open(str(manifest))

    for number, row in read(opening, name):
        entry = _entry(manifest, name, number, row)
        entries.append(entry)
        if not os.path.isfile(entry.path):
            missing.append(f"row {number}: {entry.source}")
        elif files is not None and files.problem(entry.path, (str(manifest.parent),)):
            outside.append(f"row {number}: {entry.source}")
    if outside:
        raise DatasetError(
            name,
            f"names {_count(outside)} not lie beside it",
            received=_first(outside),
            cure="Put the manifest into the folder that the pictures are in, or above it.",
            reason="manifest-outside",
        )
    if missing:
        raise DatasetError(
            name,
            f"names {_count(missing)} not exist",
            received=_first(missing),
            cure=f"Paths start where the manifest lies, in {printable_path(manifest.parent.absolute())}.",
            reason="manifest-missing-files",
        )
    return listing(name, manifest.parent, entries)


def _count(rows: list[str]) -> str:
    return counted(len(rows), "file that does", "files that do")


def _first(rows: list[str]) -> str:
    """The first rows, for people; a path of thousands of letters is cut."""
    return "; ".join(
        row if len(row) <= _LONGEST_NAMED else f"{row[:_LONGEST_NAMED]}…" for row in rows[:_NAMED]
    )


def _entry(manifest: Path, name: str, number: int, row: dict[str, str]) -> ListedPicture:
    label, split = class_name(row["label"]), row.get("split", "").strip().lower()
    if not row["path"].strip() or not label:
        raise DatasetError(
            f"Row {number} of {name}",
            "has no label that a class can have" if row["path"].strip() else "has no path",
            received=f"path {row['path']!r}, label {row['label']!r}",
            cure="Complete the row, or remove it.",
            reason="manifest-row",
            params={"row": number},
        )
    if split and split not in PART_NAMES:
        raise DatasetError(
            f"Row {number} of {name}",
            "has an unknown split",
            received=repr(split),
            cure=f"Use one of {', '.join(PART_NAMES)}.",
            reason="manifest-split",
            params={"row": number},
        )
    written = row["path"].strip()
    if "\\" in written and not os.path.isfile(manifest.parent / written):
        written = written.replace("\\", "/")  # from Windows
    return ListedPicture(
        manifest.parent / written,
        printable_path(Path(written)),
        label,
        PART_NAMES.get(split, TRAINING) if "split" in row else "",
    )


def _csv(opening: _Opening, name: str) -> Iterator[Row]:
    try:
        with opening() as binary:
            utf16 = binary.read(2) in _UTF16_MARKS
            binary.seek(0)
            file = TextIOWrapper(binary, encoding="utf-16" if utf16 else "utf-8-sig", newline="")
            yield from _rows(file, name)
    except UnicodeError as reason:
        raise _unreadable(name, "it is no text in UTF-8", "Save it as CSV in UTF-8.") from reason
    except OSError as reason:
        raise _unreadable(name, reason.strerror or "", "Check who may read it.") from reason
    except csv.Error as reason:
        raise _unreadable(name, str(reason), "Save it as CSV in UTF-8.") from reason


def _rows(file: TextIOWrapper, name: str) -> Iterator[Row]:
    header, first = file.readline(_LONGEST_HEADER), 2
    delimiter = ""
    if named := _SEPARATOR.fullmatch(header):
        header, first, delimiter = file.readline(_LONGEST_HEADER), 3, named[1]
    delimiter = delimiter or max(_DELIMITERS, key=header.count)
    columns = _columns(name, next(csv.reader([header], delimiter=delimiter), []))
    for number, values in enumerate(csv.reader(file, delimiter=delimiter, strict=True), start=first):
        if not any(values):
            continue
        if len(values) != len(columns):
            raise DatasetError(
                f"Row {number} of {name}",
                f"has {len(values)} values where the header has {len(columns)}",
                received=delimiter.join(values)[:100],
                cure="Put values that hold the delimiter into double quotes.",
                reason="manifest-row",
                params={"row": number},
            )
        yield number, dict(zip(columns, values, strict=True))


def _parquet(opening: _Opening, name: str) -> Iterator[Row]:
    try:
        from pyarrow import ArrowException, parquet
    except ModuleNotFoundError as reason:
        raise MissingExtra(
            f"A Parquet manifest such as {name}",
            "needs pyarrow, which is not installed",
            received=f"there is no {reason.name}",
            cure='Install it with: pip install "tenfold[parquet]", or save the manifest as CSV.',
            reason="extra-missing",
            params={"command": 'pip install "tenfold[parquet]"'},
        ) from reason
    try:
        with opening() as file:
            table = parquet.read_table(file)
    except (OSError, ArrowException) as reason:
        raise _unreadable(name, str(reason).splitlines()[0], "Write it again as Parquet.") from reason
    columns = _columns(name, table.column_names)
    for number, row in enumerate(table.to_pylist(), start=1):
        values = ("" if value is None else str(value) for value in row.values())
        yield number, dict(zip(columns, values, strict=True))


def _columns(name: str, found: list[str]) -> list[str]:
    columns = [column.strip().lower() for column in found]
    missing = [column for column in _NEEDED if column not in columns]
    unknown = [
        c for c in found if c.strip().lower() not in _KNOWN and not _INDEX.fullmatch(c.strip().lower())
    ]
    if missing or unknown or len(set(columns)) < len(columns):
        raise DatasetError(
            name,
            f"has no column {missing[0]!r}"
            if missing
            else f"has a column that is not known: {unknown[0]!r}"
            if unknown
            else "has a column twice",
            # What has none of the columns is no manifest; its first line may be anybody's secret.
            received=f"its columns are {', '.join(map(repr, found)) or 'none'}"
            if set(columns) & set(_KNOWN) or not found
            else f"it has {len(found)} others",
            cure="A manifest has the columns path, label and, if it likes, split.",
            reason="manifest-columns",
        )
    return columns


def _unreadable(name: str, reason: str, cure: str) -> DatasetError:
    return DatasetError(
        f"The manifest {name}", "cannot be read", received=reason, cure=cure, reason="manifest-unreadable"
    )
