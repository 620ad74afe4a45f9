"""Rows as a table in a file: CSV and Parquet. Knows neither what the rows are nor where they come from.

CSV is UTF-8 with a byte order mark, because Excel takes it for the machine's old code page without one, and
whatever else reads CSV knows the mark. A text that a spreadsheet would take for a formula gets an apostrophe
before it (OWASP, CSV injection); Parquet keeps every text as it is.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from typing import TYPE_CHECKING, Any

from tenfold.errors import MissingExtra

if TYPE_CHECKING:
    import pyarrow

# name: Parquet's type, and whether a person or a file may have written it.
Columns = Mapping[str, tuple[str, bool]]
# What starts a formula in a spreadsheet, also in the wide letters of East Asia.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def as_csv(parts: Iterable[Sequence[Mapping[str, Any]]], columns: Columns) -> Iterator[bytes]:
    """Rows as CSV (RFC 4180)."""
    text = StringIO(newline="")
    writer = csv.writer(text)
    text.write("\ufeff")
    writer.writerow(columns)
    for part in parts:
        for one in part:
            writer.writerow(_cell(one[name], written) for name, (_, written) in columns.items())
        yield text.getvalue().encode(errors="replace")
        text.seek(0)
        text.truncate()
    yield text.getvalue().encode()


def harmless(text: str) -> str:
    """Text that a spreadsheet takes for text."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _cell(value: Any, written: bool) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return harmless(value) if written else value


def as_parquet(parts: Iterable[Sequence[Mapping[str, Any]]], columns: Columns) -> Iterator[bytes]:
    """Rows as Parquet; a part at a time is held. Raises MissingExtra at once without pyarrow."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ModuleNotFoundError as reason:
        raise MissingExtra.of("Parquet", "parquet", str(reason.name), ", or export CSV.") from reason
    return _parquet(pyarrow, parquet, parts, columns)


def _parquet(
    arrow: "pyarrow", parquet: Any, parts: Iterable[Sequence[Mapping[str, Any]]], columns: Columns
) -> Iterator[bytes]:
    types = {"bool": arrow.bool_(), "double": arrow.float64(), "timestamp": arrow.timestamp("us", tz="UTC")}
    kinds = ((name, types.get(kind) or getattr(arrow, kind)()) for name, (kind, _) in columns.items())
    schema = arrow.schema(list(kinds))
    out = _ParquetBytes()
    with parquet.ParquetWriter(arrow.PythonFile(out, mode="w"), schema, compression="zstd") as writer:
        for part in parts:
            writer.write_table(arrow.Table.from_pylist([dict(one) for one in part], schema=schema))
            yield out.taken()
    yield out.taken()


class _ParquetBytes:
    """A file that hands on what was written into it."""

    closed = False

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._length = 0

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        self._length += len(self._parts[-1])
        return len(self._parts[-1])

    def tell(self) -> int:
        return self._length

    def flush(self) -> None:
        """There is nothing to wait for."""

    def close(self) -> None:
        """What was written stays to be taken."""

    def taken(self) -> bytes:
        data = b"".join(self._parts)
        self._parts.clear()
        return data
