"""Corrected entries as labelled pictures, split into training and held-out ones. Trains nothing.

A held-out picture is never trained on, in this improvement or in any later one. The split depends only on
what the picture looks like: the same on every machine, whatever is corrected before or after
it, and copies of one photograph (saved again, or with other facts in the file) fall on the same side.
"""

from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import select

from tenfold.catalogue.entries.tables import NONE, WAITING, Entry
from tenfold.database import Database

# One picture in five is held out.
HELD_OUT_SHARE = 0.2
_SALT = b"tenfold: kept back for judging\0"
_ROWS = 1000


def is_held_out(key: str) -> bool:
    """Whether a picture is held out, by its perceptual hash, or else its content's SHA-256 in hex."""
    number = int.from_bytes(sha256(_SALT + key.encode()).digest()[:8], "big")
    return number < HELD_OUT_SHARE * 2**64


@dataclass(frozen=True)
class CorrectedPicture:
    """A picture that a person corrected or confirmed.

    Attributes:
        label: what they said, "" for none of the classes.
        perceptual_hash: the same for most copies; None where it is not known.
    """

    hash: str
    label: str
    perceptual_hash: int | None = None

    @property
    def held_out(self) -> bool:
        return is_held_out(self.hash if self.perceptual_hash is None else f"look {self.perceptual_hash}")


@dataclass(frozen=True)
class Count:
    """How many corrected pictures of a class are for training, and how many are held out."""

    training: int = 0
    held_out: int = 0

    @property
    def all(self) -> int:
        return self.training + self.held_out


@dataclass(frozen=True)
class Corrections:
    """All corrected pictures of a moment.

    Attributes:
        pictures: each content once, in the order of their hashes.
        contradicted: how many contents were left out because people do not agree on them.
    """

    pictures: tuple[CorrectedPicture, ...]
    contradicted: int = 0

    def counts(self) -> dict[str, Count]:
        """Of each label, "" for none of the classes, in the order of the labels."""
        found: dict[str, Count] = {}
        for one in self.pictures:
            old = found.get(one.label, Count())
            found[one.label] = Count(old.training + (not one.held_out), old.held_out + one.held_out)
        return dict(sorted(found.items()))

    def training(self) -> list[CorrectedPicture]:
        """Those to train on; "none of the classes" cannot be learned."""
        return [one for one in self.pictures if not one.held_out and one.label != NONE]

    def held_out(self) -> list[CorrectedPicture]:
        """Those that are held out for evaluation."""
        return [one for one in self.pictures if one.held_out]

    def none_of_these(self) -> list[CorrectedPicture]:
        """Those that people say are none of the classes."""
        return [one for one in self.pictures if one.label == NONE]


class CorrectedEntries:
    """The corrected entries of a catalogue, of everybody, without those in the bin."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self) -> Corrections:
        """All present corrections of entries that a model has classified.

        A picture's perceptual hash decides its split; it is not trained on before that is known.
        """
        wanted = (
            select(Entry.hash, Entry.corrected_label, Entry.perceptual_hash)
            .where(Entry.corrected_at.is_not(None), Entry.deleted_at.is_(None), Entry.state != WAITING)
            .execution_options(yield_per=_ROWS)
        )
        labels: dict[str, set[str]] = {}
        hashes: dict[str, int | None] = {}
        for content_hash, label, perceptual_hash in self._database.rows(wanted):
            labels.setdefault(content_hash, set()).add(label or NONE)
            hashes[content_hash] = perceptual_hash
        agreed = [
            CorrectedPicture(h, next(iter(said)), hashes[h])
            for h, said in sorted(labels.items())
            if len(said) == 1
        ]
        return Corrections(tuple(agreed), len(labels) - len(agreed))
