"""How fast the catalogue finds: each filter, in each order, over HTTP, at 10^4, 10^5 and 10^6 entries.

The entries are made up (synthetic.py); the server is `tenfold serve` in a process of its own. Every
request asks for the first 50 entries, or for the numbers beside them. Beside it stands the same filter as
plain SQL, planned by the database alone. PostgreSQL is measured at 10^5 where it is installed.

    python -m benchmarks.catalogue.queries [--sizes 10000 100000 1000000] [--keep FOLDER]
"""

import argparse
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import numpy as np
from sqlalchemy import select

from benchmarks.catalogue.synthetic import MODELS, START, build
from benchmarks.record import machine, write
from benchmarks.served import serving
from tenfold.catalogue.entries.filters import Filters, conditions
from tenfold.catalogue.entries.tables import Entry
from tenfold.catalogue.search.orders import order_of
from tenfold.database import Database
from tenfold.database.upgrading import upgrade

ORDERS = ("newest", "oldest", "surest", "unsure", "novel", "taken", "name")
ROUNDS = 5


def day(number: int) -> str:
    return (START + timedelta(days=number)).isoformat()


# What a person asks for: the parameters of the address.
FILTERS: dict[str, dict[str, Any]] = {
    "everything": {},
    "a class": {"label": "cat"},
    "a rare class": {"label": "deer"},
    "two classes": {"label": ["cat", "dog"]},
    "none of these": {"none": True},
    "sure": {"confidence_from": 0.9},
    "unsure": {"confidence_to": 0.4},
    "strange": {"novelty_from": 1.2},
    "added in a week": {"added_from": day(300), "added_to": day(307)},
    "added long ago": {"added_to": day(500)},
    "taken in a year": {"taken_from": day(-800), "taken_to": day(-435)},
    "from a folder": {"source": "folder"},
    "from a camera": {"source": "camera"},
    "a word": {"text": "КІТ"},
    "two words": {"text": "море парк"},
    "a rare word": {"text": "scan_12"},
    "two letters": {"text": "кі"},
    "a part of a name": {"name": "Київ море 1"},
    "waiting": {"state": "waiting"},
    "failed": {"state": "failed"},
    "corrected": {"corrected": True},
    "an old model": {"model": MODELS[0]},
    "the new model": {"model": MODELS[2]},
    "deleted": {"deleted": True},
    "shared": {"owner": "shared"},
}
# Filters that are used together, each with each.
USUAL = (
    "a class", "sure", "unsure", "added in a week", "added long ago", "from a camera", "a word", "corrected",
    "the new model", "shared",
)  # fmt: skip


def pairs() -> Iterator[tuple[str, dict[str, Any]]]:
    for one, other in combinations(USUAL, 2):
        together = {**FILTERS[one], **FILTERS[other]}
        if len(together) == len(FILTERS[one]) + len(FILTERS[other]) and {one, other} != {"sure", "unsure"}:
            yield f"{one}, {other}", together


def measured(client: httpx.Client, asked: list[tuple[str, str, dict[str, Any]]]) -> tuple[list[float], str]:
    """The milliseconds of each request, and which one had the greatest median."""
    times = np.zeros((len(asked), ROUNDS))
    for turn in range(-1, ROUNDS):  # the first turn warms up
        for place, (_, path, params) in enumerate(asked):
            start = time.perf_counter()
            answer = client.get(f"/api/v1/catalogue/{path}", params=params)
            if answer.status_code != 200:
                raise SystemExit(answer.text)
            if turn >= 0:
                times[place, turn] = (time.perf_counter() - start) * 1000
    middles = np.median(times, axis=1)
    slowest = int(middles.argmax())
    return times.ravel().tolist(), f"{asked[slowest][0]} {middles[slowest]:.0f} ms"


def planned_alone(database: Database, filters: dict[str, Any], order: str) -> float:
    """Milliseconds of the same filter as plain SQL."""
    given = {
        **{key: value for key, value in filters.items() if key not in ("label", "none", "state")},
        "labels": ("",) if "none" in filters else _several(filters.get("label")),
        "states": _several(filters.get("state")),
    }
    for name in ("added_from", "added_to", "taken_from", "taken_to"):
        if name in given:
            given[name] = START + timedelta(days=(_moment(given[name]) - START).days)
    which = conditions(Filters(administrator=True, **given), database)
    query = select(Entry.id).where(*which).order_by(*order_of(order).sorting()).limit(50)
    with database.reading() as session:
        start = time.perf_counter()
        session.execute(query).all()
        return (time.perf_counter() - start) * 1000


def _moment(text: str) -> Any:
    return type(START).fromisoformat(text)


def _several(value: Any) -> tuple[str, ...]:
    return () if value is None else tuple(value) if isinstance(value, list) else (value,)


def said(times: list[float]) -> str:
    p50, p95, p99 = np.percentile(times, (50, 95, 99))
    return f"p50 {p50:.1f}, p95 {p95:.1f}, p99 {p99:.1f} ms"


def rows(database: Database, client: httpx.Client, count: int) -> Iterator[dict[str, str]]:
    where = f"{count:,} entries, {'SQLite' if database.sqlite else 'PostgreSQL'}"
    lists = [(f"{name}, {o}", "entries", {**f, "order": o}) for name, f in FILTERS.items() for o in ORDERS]
    both = [
        (f"{n}, {o}", "entries", {**f, "order": o}) for n, f in pairs() for o in ("newest", "surest", "taken")
    ]
    numbers = [(name, "counts", f) for name, f in (*FILTERS.items(), *pairs())]
    alone = [planned_alone(database, f, order) for f in FILTERS.values() for order in ORDERS]
    for what, asked, peer in (
        ("one filter, each in seven orders", lists, f"plain SQL: {said(alone)}"),
        ("two filters, each in three orders", both, ""),
        ("numbers of one and two filters", numbers, ""),
    ):
        times, slowest = measured(client, asked)
        yield {
            "what": f"Catalogue of {where}: {what}",
            "value": f"{said(times)}; slowest: {slowest}",
            "n": f"{len(asked)} queries, {ROUNDS} times",
            "peer": peer,
        }


def one_size(folder: Path, count: int, url: str | None = None) -> list[dict[str, str]]:
    """Build a catalogue, or take the one that is there, and measure it."""
    home = folder / f"{count}"
    home.mkdir(exist_ok=True, parents=True)
    ready = home / "ready"
    database = Database(url or f"sqlite:///{home / 'tenfold.db'}")
    upgrade(database)
    if url is not None or not ready.exists():
        build(database, count)
        ready.touch()
    try:
        with serving(home, TENFOLD_DATABASE_URL=url or "") as server:
            assert server.get("/api/v1/catalogue/counts")["total"] > count / 2
            return list(rows(database, server.client, count))
    finally:
        database.close()


def on_postgresql(folder: Path, count: int) -> list[dict[str, str]]:
    """The same on a PostgreSQL server of its own; nothing where it is not installed."""
    from tests.environment import postgres

    if postgres.programs() is None:
        return []
    place = folder / "postgresql"
    place.mkdir()
    with postgres.server(place) as address:
        return one_size(folder / "on-postgresql", count, f"{address}/postgres")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument(
        "--keep", type=Path, help="build the catalogues there, and keep them for another time"
    )
    chosen = parser.parse_args()
    with ExitStack() as stack:
        temporary = Path(stack.enter_context(TemporaryDirectory()))
        temporary.chmod(0o711)
        folder = chosen.keep or temporary
        found = [row for size in chosen.sizes for row in one_size(folder, size)]
        if 100_000 in chosen.sizes:
            found += on_postgresql(temporary, 100_000)
    load = os.getloadavg()[1]
    for row in found:
        row["n"] += f"; the machine had other work (load {load:.0f})" if load > 2 else ""
    write(__file__, found)
    print(machine())


if __name__ == "__main__":
    main()
