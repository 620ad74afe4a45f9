"""Exports from the catalogue: tables, archives and folders of pictures by class. Changes nothing in it.

Entries are read a part at a time, so that hundreds of thousands need little memory.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple

from sqlalchemy import select

from tenfold.catalogue.entries.filters import Filters, conditions, sees_paths
from tenfold.catalogue.entries.folders import FolderLayout
from tenfold.catalogue.entries.originals import Originals
from tenfold.catalogue.entries.tables import Entry, Name
from tenfold.catalogue.export.table import COLUMNS, row
from tenfold.catalogue.export.zip_stream import Zip
from tenfold.class_folders import PART_NAMES
from tenfold.database import Database, now
from tenfold.errors import CatalogueError, counted
from tenfold.files import write_whole
from tenfold.os_errors import refused
from tenfold.table_files import as_csv, as_parquet

Labels = Literal["corrected", "all"]

_PART, _PIECE = 2000, 1 << 20
_FEWEST_CLASSES = 2


class ExportFile(NamedTuple):
    """One file of an archive or a folder: its path there, and how to open it."""

    path: str
    open: Callable[[], BinaryIO]
    at: datetime


class Exports:
    """Entries as tables, archives and folders. `filters` say which, and for whom."""

    def __init__(self, database: Database, originals: Originals) -> None:
        self._database, self._originals = database, originals

    def csv(self, filters: Filters, *, system_paths: bool = True) -> Iterator[bytes]:
        """A table of the entries, as CSV.

        Args:
            system_paths: whether it says where the files of everybody's pictures are; those of another
                person's are for administrators in any case.
        """
        return as_csv(self._rows(filters, system_paths), COLUMNS)

    def parquet(self, filters: Filters, *, system_paths: bool = True) -> Iterator[bytes]:
        """The same as Parquet; raises MissingExtra without pyarrow."""
        return as_parquet(self._rows(filters, system_paths), COLUMNS)

    def pictures_zip(self, filters: Filters) -> Iterator[bytes]:
        """An archive of `class/name`, with `none-of-these` and `not-classified` beside the classes."""
        return _zipped(self._pictures(self._numbers(filters)))

    def pictures_folder(self, filters: Filters, folder: Path) -> int:
        """The same as files in a new or empty folder; how many. Raises CatalogueError."""
        return _written(self._pictures(self._numbers(filters)), folder)

    def training_zip(self, filters: Filters, labels: Labels = "corrected") -> Iterator[bytes]:
        """An archive of `class/picture` that `tenfold train --data` takes once it is unpacked.

        Args:
            labels: which classes are believed: those that people said, or the model's too.

        Raises:
            CatalogueError: there are fewer than two classes.
        """
        return _zipped(self._training(filters, labels))

    def training_folder(self, filters: Filters, folder: Path, labels: Labels = "corrected") -> int:
        """The same as files in a new or empty folder; how many pictures. Raises as `training_zip`."""
        return _written(self._training(filters, labels), folder) - 1  # without labels.csv

    def _numbers(self, filters: Filters) -> Sequence[int]:
        found = select(Entry.id).where(*conditions(filters, self._database)).order_by(Entry.id)
        return self._database.scalars(found)

    def _parts(self, numbers: Sequence[int]) -> Iterator[Sequence[Entry]]:
        """The entries with these numbers, each part read when it is needed."""
        for start in range(0, len(numbers), _PART):
            chosen = select(Entry).where(Entry.id.in_(numbers[start : start + _PART])).order_by(Entry.id)
            yield self._database.scalars(chosen)

    def _rows(self, filters: Filters, system_paths: bool) -> Iterator[Sequence[dict[str, object]]]:
        for part in self._parts(self._numbers(filters)):
            of_part = Name.entry_id.in_([entry.id for entry in part])
            named = select(Name.entry_id, Name.path).where(of_part, Name.path != "")
            paths = {one.entry_id: one.path for one in self._database.rows(named.order_by(Name.id.desc()))}
            yield [
                row(
                    entry,
                    paths.get(entry.id, "")
                    if sees_paths(
                        entry, filters.person, administrator=filters.administrator, system=system_paths
                    )
                    else "",
                )
                for entry in part
            ]

    def _pictures(self, numbers: Sequence[int]) -> Iterator[ExportFile]:
        places, missing = FolderLayout(), []
        for part in self._parts(numbers):
            for entry in part:
                folder, name = places.place(entry.label, entry.name, entry.media_type, entry.hash)
                if self._originals.has(entry.hash):
                    yield self._file(f"{folder}/{name}", entry)
                else:
                    missing.append(f"{folder}/{name}")
        if missing:
            text = "The originals of these are missing from the store:\r\n" + "\r\n".join(missing) + "\r\n"
            yield ExportFile("not-included.txt", partial(BytesIO, text.encode()), now())

    def _training(self, filters: Filters, labels: Labels) -> Iterator[ExportFile]:
        """Checks at once that there is something to learn from."""
        believed = [*conditions(filters, self._database), Entry.label.is_not(None), Entry.label != ""]
        if labels == "corrected":
            believed.append(Entry.corrected_at.is_not(None))
        with self._database.reading() as session:
            classes = session.scalars(select(Entry.label).where(*believed).distinct()).all()
            numbers = session.scalars(select(Entry.id).where(*believed).order_by(Entry.id)).all()
        if len(classes) < _FEWEST_CLASSES:
            corrected = " that a person corrected or confirmed" if labels == "corrected" else ""
            raise CatalogueError(
                "Training data",
                f"needs pictures of two classes or more{corrected}",
                received=f"{counted(len(numbers), 'picture')} of {counted(len(classes), 'class', 'classes')}",
                cure="Correct more pictures, or choose more of them.",
                reason="two-classes-needed",
            )
        # A class that is called like a part would be taken for one, unless all classes lie in a part.
        above = "train/" if any((label or "").lower() in PART_NAMES for label in classes) else ""
        return self._labelled(numbers, above)

    def _labelled(self, numbers: Sequence[int], above: str) -> Iterator[ExportFile]:
        """The pictures, each content once, and at last labels.csv with the classes' own names."""
        places, seen = FolderLayout(), set[bytes]()
        lines = ["path,label\r\n"]
        for part in self._parts(numbers):
            for entry in part:
                content = bytes.fromhex(entry.hash)
                if content in seen or not entry.label or not self._originals.has(entry.hash):
                    continue
                seen.add(content)
                folder, name = places.place(entry.label, entry.name, entry.media_type, entry.hash)
                lines.append(f"{_quoted(f'{above}{folder}/{name}')},{_quoted(entry.label)}\r\n")
                yield self._file(f"{above}{folder}/{name}", entry)
        yield ExportFile("labels.csv", partial(BytesIO, "".join(lines).encode()), now())

    def _file(self, path: str, entry: Entry) -> ExportFile:
        return ExportFile(path, partial(self._originals.open, entry.hash), entry.added_at)


def _zipped(files: Iterator[ExportFile]) -> Iterator[bytes]:
    archive = Zip()
    for file in files:
        yield from archive.add(file.path, file.open, file.at)
    yield from archive.finish()


def _written(files: Iterator[ExportFile], folder: Path) -> int:
    """Write files under a folder that is empty or not there yet; how many."""
    count = 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            cure = "Name a folder that is empty or does not exist."
            raise CatalogueError(f"The folder {folder}", "is not empty", cure=cure)
        for file in files:
            with file.open() as source:
                write_whole(folder / file.path, iter(partial(source.read, _PIECE), b""), lasting=False)
            count += 1
    except OSError as reason:
        problem = f"cannot be written; it holds {counted(count, 'file')}"
        cure = "Make room there or choose another, and export again."
        raise refused(CatalogueError, f"The folder {folder}", reason, problem, cure=cure) from reason
    return count


def _quoted(text: str) -> str:
    quoted = text.replace('"', '""')
    return f'"{quoted}"'
