"""A CSV or Parquet table of labelled pictures: path, label and perhaps split. Opens no picture.

Paths are relative to the manifest. An empty split means training. CSV is read as spreadsheets and pandas
write it: any of their delimiters, a byte order mark, Excel's first line `sep=;`, a column of row numbers.
Columns may have the names that other tools give them, and files may be named without their folder or ending,
as in `train.csv` beside `train`; what was taken for what is said.
"""

import csv
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO

from tenfold.class_folders import PART_NAMES, TRAINING
from tenfold.datasets.dataset import Skipped
from tenfold.datasets.listing import (
    ListedPicture,
    Listing,
    Remark,
    class_name,
    listing,
    printable_path,
)
from tenfold.errors import DatasetError, MissingExtra, counted
from tenfold.folder_walk import passed_over
from tenfold.server_files import ServerFiles

SUFFIXES = {".csv", ".parquet", ".tsv"}
_NEEDED = ("path", "label")
_KNOWN = (*_NEEDED, "split")
# What other tools call these, in lower case, where a name of our own is not there.
_ALSO = {
    "path": (
        "file", "filename", "file_name", "filepath", "file_path", "image", "imagename", "image_name",
        "imagepath", "image_path", "img", "img_path", "picture", "photo",
    ),
    "label": ("class", "classname", "class_name", "category", "labels", "label_name"),
    "split": ("subset", "partition", "part", "set"),
}  # fmt: skip
# The same where there is none of these either.
_ELSE = {"path": ("id", "imageid", "image_id", "img_id", "fname"), "label": ("target", "class_label")}
# A column so much like a known one is a slip, not a column to pass over.
_SLIP = 0.75
_DELIMITERS = ",;\t|"
# What pandas, R and pyarrow call the column of row numbers.
_INDEX = re.compile(r"|index|unnamed: 0|__index_level_0__")
# Excel's first line, which names the delimiter.
_SEPARATOR = re.compile(r'"?sep=(.)"?\r?\n?', re.IGNORECASE)
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_NAMED = 3
_LONGEST_NAMED = 300
_LONGEST_HEADER = 10_000
# What a name without an ending may lack.
_ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif")
# The most folders beside a manifest that are looked into, the names that choose one of them, and how many
# files may be asked for to choose: each is a journey where the pictures lie on another computer.
_MOST_FOLDERS, _MOST_NAMES, _MOST_ASKED = 50, 1000, 20_000
_Opening = Callable[[], BinaryIO]


@dataclass(frozen=True)
class _Short:
    """What the names in a manifest lack, such as `train/` and `.jpg`.

    Attributes:
        folder: the folder beside the manifest that they lie in; "" for the manifest's own.
        ending: what stands behind each of them.
    """

    folder: str = ""
    ending: str = ""

    def whole(self, name: str) -> str:
        return os.path.join(self.folder, name) + self.ending


# The number of a row, for people, and its values by column.
Row = tuple[int, dict[str, str]]


def list_manifest(
    manifest: Path, name: str, files: ServerFiles | None = None, *, some: bool = False
) -> Listing:
    """The pictures that a manifest names.

    Args:
        manifest: the file.
        name: what to call it in messages.
        files: opens the manifest, and says which paths may not be named; without it, all may.
        some: files that are not there are skipped, where others are.

    Raises:
        DatasetError: it cannot be read, has other columns, or names files that are not there.
        MissingExtra: it is Parquet, and pyarrow is not installed.
    """
    read = _parquet if manifest.suffix.lower() == ".parquet" else _csv
    entries: list[ListedPicture] = []
    remarks: list[Remark] = []
    missing: dict[str, int] = {}
    outside: list[str] = []

    def opening() -> BinaryIO:
        return manifest.open("rb") if files is None else files.open(str(manifest))

    rows = list(read(opening, name, remarks))
    short = _missing(manifest, [row["path"].strip() for _, row in rows])
    if short != _Short():
        remarks.append(_said(short))
    seen: set[ListedPicture] = set()
    for number, row in rows:
        entry = _entry(manifest, name, number, row, short)
        if entry in seen:
            continue
        seen.add(entry)
        if not os.path.isfile(entry.path):
            address = "://" in row["path"]  # as a path it would read otherwise
            missing.setdefault(row["path"].strip() if address else entry.source, number)
            continue
        entries.append(entry)
        if files is not None and files.problem(entry.path, (str(manifest.parent),)):
            outside.append(f"row {number}: {entry.source}")
    if twice := len(rows) - len(seen):
        sentence = counted(twice, "row that stands twice counts", "rows that stand twice count") + " once"
        remarks.append(Remark("rows-twice", sentence, (f"{twice}",)))
    if outside:
        raise DatasetError(
            name,
            f"names {_count(outside)} not lie beside it",
            received=_first(outside),
            cure="Put the manifest into the folder that the pictures are in, or above it.",
            reason="manifest-outside",
        )
    if missing and not (some and entries):
        gone = [f"row {number}: {source}" for source, number in missing.items()]
        raise DatasetError(
            name,
            f"names {_count(gone)} not exist",
            received=_first(gone),
            cure="Download them, and name them by their paths."
            if any("://" in source for source in missing)
            else f"Paths start where the manifest lies, in {printable_path(manifest.parent.absolute())}.",
            reason="manifest-missing-files",
        )
    skipped = [Skipped(source, "missing", f"row {n}: does not exist") for source, n in missing.items()]
    return listing(name, manifest.parent, entries, skipped, remarks)


def _said(short: _Short) -> Remark:
    shown = printable_path(Path(short.whole("*")))
    return Remark("short-paths", f"files are looked for as {shown}", (shown,))


def _count(rows: list[str]) -> str:
    return counted(len(rows), "file that does", "files that do")


def _first(rows: list[str]) -> str:
    """The first rows, for people; a path of thousands of letters is cut."""
    return "; ".join(
        row if len(row) <= _LONGEST_NAMED else f"{row[:_LONGEST_NAMED]}…" for row in rows[:_NAMED]
    )


def _entry(manifest: Path, name: str, number: int, row: dict[str, str], short: _Short) -> ListedPicture:
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
    written = short.whole(written)
    return ListedPicture(
        manifest.parent / written,
        printable_path(Path(written)),
        label,
        PART_NAMES.get(split, TRAINING) if "split" in row else "",
    )


def _csv(opening: _Opening, name: str, remarks: list[Remark]) -> Iterator[Row]:
    try:
        with opening() as binary:
            utf16 = binary.read(2) in _UTF16_MARKS
            binary.seek(0)
            file = TextIOWrapper(binary, encoding="utf-16" if utf16 else "utf-8-sig", newline="")
            yield from _rows(file, name, remarks)
    except UnicodeError as reason:
        raise _unreadable(name, "it is not text in UTF-8", "Save it as CSV in UTF-8.") from reason
    except OSError as reason:
        raise _unreadable(name, reason.strerror or "", "Check who may read it.") from reason
    except csv.Error as reason:
        raise _unreadable(name, str(reason), "Save it as CSV in UTF-8.") from reason


def _rows(file: TextIOWrapper, name: str, remarks: list[Remark]) -> Iterator[Row]:
    header, first = file.readline(_LONGEST_HEADER), 2
    delimiter = ""
    if named := _SEPARATOR.fullmatch(header):
        header, first, delimiter = file.readline(_LONGEST_HEADER), 3, named[1]
    delimiter = delimiter or max(_DELIMITERS, key=header.count)
    columns = _columns(name, next(csv.reader([header], delimiter=delimiter), []), remarks)
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


def _parquet(opening: _Opening, name: str, remarks: list[Remark]) -> Iterator[Row]:
    try:
        from pyarrow import ArrowException, parquet
    except ModuleNotFoundError as reason:
        subject, otherwise = f"A Parquet manifest such as {name}", ", or save the manifest as CSV."
        raise MissingExtra.of(subject, "parquet", str(reason.name), otherwise) from reason
    try:
        with opening() as file:
            table = parquet.read_table(file)
    except (OSError, ArrowException) as reason:
        raise _unreadable(name, str(reason).splitlines()[0], "Write it again as Parquet.") from reason
    columns = _columns(name, table.column_names, remarks)
    for number, row in enumerate(table.to_pylist(), start=1):
        yield number, dict(zip(columns, map(_text, row.values()), strict=True))


def _text(value: object) -> str:
    """A value of a Parquet table; "" where it is missing, for which pandas also writes the number NaN."""
    return "" if value is None or value != value else str(value)


def _columns(name: str, found: list[str], remarks: list[Remark]) -> list[str]:
    """The columns by our names for them; those that are passed over as they are called.

    Args:
        remarks: takes what was guessed.
    """
    called = [column.strip().lower() for column in found]
    columns = [_ours(column, called) for column in called]
    missing = [column for column in _NEEDED if column not in columns]
    read_as = zip(columns, called, strict=True)
    others = [c for ours, c in read_as if ours == c and c not in _KNOWN and not _INDEX.fullmatch(c)]
    slips = [c for c in others if get_close_matches(c, _KNOWN, 1, _SLIP)]
    twice = [ours for ours in _KNOWN if columns.count(ours) > 1]
    if missing or slips or twice:
        raise DatasetError(
            name,
            f"has no column {missing[0]!r}"
            if missing
            else f"has a column that is not known: {slips[0]!r}"
            if slips
            else f"has more than one column for {twice[0]}",
            # What has none of the columns is no manifest; its first line may be anybody's secret.
            received=f"its columns are {', '.join(map(repr, found)) or 'none'}"
            if set(columns) & set(_KNOWN) or not found
            else f"it has {len(found)} others",
            cure="A manifest has the columns path, label and optionally split.",
            reason="manifest-columns",
        )
    read = [(ours, c) for ours, c in zip(columns, called, strict=True) if ours != c]
    if read:
        sentence = "columns: " + ", ".join(f"{ours} ({c})" for ours, c in read)
        remarks.append(Remark("columns", sentence, tuple(text for pair in read for text in pair)))
    if others:
        remarks.append(Remark("passed-over", f"not read: {', '.join(others)}", tuple(others)))
    return columns


def _plain(column: str) -> str:
    return re.sub(r"[\s-]+", "_", column)


def _ours(column: str, called: list[str]) -> str:
    """Our name for a column; the column itself where it has none, or where another one is called by it."""
    for ours, also in _ALSO.items():
        named = ours in called
        if not named and _plain(column) in also:
            return ours
        if not named and _plain(column) in _ELSE.get(ours, ()) and not any(_plain(c) in also for c in called):
            return ours
    return column


def _missing(manifest: Path, names: Sequence[str]) -> _Short:
    """What the names of a manifest's rows lack; nothing where one of them is a file as it stands.

    Where several folders fit, the one in which most files are is taken, and of these the one that is called
    as the manifest is.
    """
    here = manifest.parent
    all_names = [name for name in dict.fromkeys(names) if name and not os.path.isabs(name)]
    some = _spread(all_names, _MOST_NAMES)
    if not some or any(os.path.isfile(here / name) for name in some):
        return _Short()
    ways = [_Short(folder, ending) for folder in ("", *_folders(here)) for ending in _endings(some)]
    some = _spread(some, _MOST_ASKED // len(ways))

    def fit(short: _Short) -> tuple[int, bool]:
        found = sum(os.path.isfile(here / short.whole(name)) for name in some)
        return found, bool(found) and short.folder.lower().startswith(manifest.stem.lower())

    best = max(ways, key=fit)
    return best if fit(best)[0] else _Short()


def _spread(names: Sequence[str], most: int) -> Sequence[str]:
    """So many of the names, from the first to the last."""
    return names[:: -(-len(names) // most)] if len(names) > most else names


def _endings(names: Sequence[str]) -> list[str]:
    bare = not any(os.path.splitext(name)[1].lower() in _ENDINGS for name in names)
    return ["", *_ENDINGS, *map(str.upper, _ENDINGS)] if bare else [""]


def _folders(place: Path) -> list[str]:
    try:
        found = sorted(os.listdir(place))
    except OSError:
        return []
    inner = [name for name in found if not passed_over(name, folder=True) and os.path.isdir(place / name)]
    return inner[:_MOST_FOLDERS]


def _unreadable(name: str, reason: str, cure: str) -> DatasetError:
    return DatasetError(
        f"The manifest {name}", "cannot be read", received=reason, cure=cure, reason="manifest-unreadable"
    )
