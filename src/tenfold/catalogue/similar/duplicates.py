"""Near duplicates: pictures that look the same (perceptual_hash.py), in groups. Knows no pixels.

Two pictures are near duplicates where their hashes differ in at most ALIKE of 64 bits; groups are transitive.
Two such hashes have at least two of their eight bytes in common, so only those
are compared: for each of the 28 pairs of bytes, the ones that are equal there (Norouzi, Punjani and Fleet
2012 use such parts of codes in the same way).
"""

import threading
import time
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from tenfold.catalogue.entries.filters import Filters, conditions
from tenfold.catalogue.entries.tables import SYSTEM, Entry
from tenfold.catalogue.similar.perceptual_hash import ALIKE, distance
from tenfold.database import GREATEST_ID, Database
from tenfold.errors import UsageError

assert ALIKE == 6, "more different bits need other parts"
# Pictures with nearly no edges, a wall or a sky, all look the same; they are not compared.
_PLAIN = 3
# Among hashes that are equal in two bytes, each is compared with this many that follow.
_MOST_FOLLOWING = 300
_SECONDS_KEPT = 30.0
_KEPT = 8

Hashes = NDArray[np.uint64]
Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Groups:
    """A page of groups, the one with the newest entry first; next: what to ask for the page after it."""

    groups: "list[list[Duplicate]]"
    next: str | None


@dataclass(frozen=True)
class Duplicate:
    """An entry of a group; likeness: the share of equal bits in its hash and that of the group's first."""

    entry: Entry
    likeness: float


class Duplicates:
    """Finds near duplicates for a person."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._found: dict[tuple[int, bool], tuple[float, list[Ids]]] = {}

    def page(
        self, *, person: int = SYSTEM, administrator: bool = False, limit: int = 20, after: str | None = None
    ) -> Groups:
        """A page of groups of two and more entries that look the same, of what the person sees.

        The best of a group is its first: the one with the most pixels; of several, the one with the most
        bytes; of several, the one that was added first. The others follow by their likeness to it.

        Entries of the last half minute may not be included yet.

        Args:
            after: `next` of the page before.

        Raises:
            UsageError: `after` is from no page.
        """
        below = 2**63 if after is None else _checked(after)
        found = self._groups(person, administrator)
        chosen = [group for group in found if group[-1] < below]
        groups = self._entries([group.tolist() for group in chosen[:limit]], person, administrator)
        more = len(chosen) > limit
        return Groups(groups, str(chosen[limit - 1][-1]) if more else None)

    def _groups(self, person: int, administrator: bool) -> list[Ids]:
        """All groups, each in the order of ids, the one with the greatest id first."""
        key = person, administrator
        with self._lock:  # others that ask meanwhile wait for the same answer
            at, groups = self._found.pop(key, (-1e9, []))
            if time.monotonic() - at > _SECONDS_KEPT:
                groups = grouped(*self._hashes(person, administrator))
                at = time.monotonic()
            self._found[key] = at, groups
            while len(self._found) > _KEPT:
                del self._found[next(iter(self._found))]
            return groups

    def _hashes(self, person: int, administrator: bool) -> tuple[Ids, Hashes]:
        seen = conditions(Filters(person=person, administrator=administrator), self._database)
        query = select(Entry.id, Entry.perceptual_hash).where(Entry.perceptual_hash.is_not(None), *seen)
        rows = np.array([tuple(row) for row in self._database.rows(query)], np.int64).reshape(-1, 2)
        return rows[:, 0], rows[:, 1].astype(np.uint64)

    def _entries(self, groups: list[list[int]], person: int, administrator: bool) -> list[list[Duplicate]]:
        """Groups with their entries, but for those that are gone since."""
        seen = conditions(Filters(person=person, administrator=administrator), self._database)
        numbers = [number for group in groups for number in group]
        query = select(Entry).where(Entry.id.in_(numbers), *seen)
        entries = {entry.id: entry for entry in self._database.scalars(query)}
        whole = [[entries[number] for number in group if number in entries] for group in groups]
        return [_best_first(group) for group in whole if len(group) > 1]


def _best_first(group: list[Entry]) -> list[Duplicate]:
    best = max(group, key=lambda one: ((one.width or 0) * (one.height or 0), one.bytes, -one.id))
    found = [Duplicate(one, 1 - _distance(one, best) / 64) for one in group]
    return sorted(found, key=lambda one: (one.entry is not best, -one.likeness, one.entry.id))


def _distance(one: Entry, other: Entry) -> int:
    if one.perceptual_hash is None or other.perceptual_hash is None:
        return 0  # emptied since the groups were made
    return distance(one.perceptual_hash, other.perceptual_hash)


def grouped(ids: Ids, hashes: Hashes) -> list[Ids]:
    """The groups of two and more that look the same.

    Args:
        ids: int64 `[N]`, all different; hashes: uint64 `[N]`.

    Returns:
        Groups, each with its ids in order, the one with the greatest id first.
    """
    bits = np.bitwise_count(hashes)
    told = (bits >= _PLAIN) & (bits <= 64 - _PLAIN)
    ids, hashes = ids[told], hashes[told]
    different, which = np.unique(hashes, return_inverse=True)
    leader = _leaders(different)[which]
    order = np.lexsort((ids, leader))
    cuts = np.flatnonzero(np.diff(leader[order])) + 1
    groups = [group for group in np.split(ids[order], cuts) if len(group) > 1]
    return sorted(groups, key=lambda group: -int(group[-1]))


def _leaders(hashes: Hashes) -> NDArray[np.int64]:
    """For each of some different hashes, in order, the index of its group's representative."""
    parent = list(range(len(hashes)))

    def top(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    for one, other in _alike(hashes):
        first, second = sorted((top(one), top(other)))
        parent[second] = first
    return np.array([top(place) for place in range(len(hashes))], np.int64)


def _alike(hashes: Hashes) -> set[tuple[int, int]]:
    """The places of hashes that differ in at most ALIKE bits."""
    found: set[tuple[int, int]] = set()
    parts = [(hashes >> np.uint64(8 * place) & np.uint64(0xFF)).astype(np.uint16) for place in range(8)]
    for one, other in combinations(range(8), 2):
        key = parts[one] << np.uint16(8) | parts[other]
        order = np.argsort(key, kind="stable")  # within a key in the order of hashes, as they come
        sorted_key, sorted_hashes = key[order], hashes[order]
        starts = np.arange(max(len(hashes) - 1, 0))
        for step in range(1, _MOST_FOLLOWING + 1):
            starts = starts[starts + step < len(hashes)]
            starts = starts[sorted_key[starts] == sorted_key[starts + step]]
            if not len(starts):
                break
            differing = np.bitwise_count(sorted_hashes[starts] ^ sorted_hashes[starts + step])
            near = starts[differing <= ALIKE]
            found.update(zip(order[near].tolist(), order[near + step].tolist(), strict=True))
    return found


def _checked(after: str) -> int:
    if after.isascii() and after.isdigit() and len(after) < 20 and 0 < int(after) <= GREATEST_ID:
        return int(after)
    raise UsageError(
        "after",
        "is no place among the duplicates",
        received=f"{after!a:.80}",
        cure="Send `next` of the page before.",
    )
