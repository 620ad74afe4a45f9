"""A trail as a table: a row for each of its rows, as CSV and as Parquet.

Only a part of it is in memory at a time.

`at`, `body` and `hash` are as in the trail, so that the chain of hashes of a whole trail can be checked from
the table too.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from tenfold.line.trail.trail import JOB, Row, Trail
from tenfold.table_files import Columns, as_csv, as_parquet

COLUMNS: Columns = {
    "number": ("int64", False),
    "at": ("string", False),
    "kind": ("string", False),
    "part": ("int64", False),
    "order": ("int64", False),
    "batch": ("int64", False),
    "shift": ("int64", False),
    "verdict": ("string", False),
    "reason": ("string", True),
    "by": ("string", True),
    "class": ("string", True),
    "confidence": ("double", False),
    "novelty": ("double", False),
    "picture_ms": ("double", False),
    "verdict_ms": ("double", False),
    "model": ("string", False),
    "recipe": ("string", False),
    "picture": ("string", False),
    "body": ("string", False),
    "hash": ("string", False),
}
_AS_THEY_ARE = (*JOB, "verdict", "reason", "by", "picture_ms", "verdict_ms", "model", "picture")
_AT_ONCE = 500


def csv(trail: Trail, *, order: int | None = None) -> Iterator[bytes]:
    """The trail as CSV. order: only that order, as of `Trail.rows`."""
    return as_csv(_parts(trail, order), COLUMNS)


def parquet(trail: Trail, *, order: int | None = None) -> Iterator[bytes]:
    """The same as Parquet. Raises MissingExtra at once without pyarrow."""
    return as_parquet(_parts(trail, order), COLUMNS)


def _parts(trail: Trail, order: int | None) -> Iterator[Sequence[Mapping[str, Any]]]:
    rows = trail.rows(order=order)
    while part := [_row(one) for one in islice(rows, _AT_ONCE)]:
        yield part


def least_sure(row: Row) -> tuple[str, float, float] | None:
    """Class, confidence and novelty of the least sure answer on a part's regions; None without any."""
    found = [
        (answer["label"], answer["probabilities"][answer["label"]], answer["novelty"], answer["known"])
        for answer in row.body.get("answers", ())
    ]
    return min(found, key=lambda one: (one[3], one[1]))[:3] if found else None


def _row(row: Row) -> dict[str, Any]:
    body = row.body
    label, confidence, novelty = least_sure(row) or (None, None, None)
    return {
        "number": row.number,
        "at": row.at,
        "kind": row.kind,
        "part": row.part,
        **{name: body.get(name) for name in _AS_THEY_ARE},
        "class": label,
        "confidence": confidence,
        "novelty": novelty,
        "recipe": "/".join(map(str, body["recipe"])) if "recipe" in body else None,
        "body": row.text,
        "hash": row.hash,
    }
