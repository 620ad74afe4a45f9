"""Recipes in versions, of which only approved ones run. Knows no model but its hash and its classes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tenfold.database import Database, now, row_of
from tenfold.database.names import checked_name
from tenfold.errors import LineError, UnknownRecipe
from tenfold.line.parts import Verdict
from tenfold.line.recipe import StationRecipe, region_of
from tenfold.line.stations.tables import RecipeRow, RecipeVersionRow

MOST_NUMBER = 0xFFFF


@dataclass(frozen=True)
class Approved:
    """A recipe with the version that runs."""

    recipe: RecipeRow
    version: RecipeVersionRow


class Recipes:
    """The tables of recipes and their versions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, name: str, *, by: int, number: int | None = None, barcode: str = "") -> RecipeRow:
        """Add a recipe, which has no version yet.

        Args:
            number: as the plant knows it, 1 to 65535; None: the next one that is free.

        Raises:
            LineError: the number or the barcode is that of another recipe.
        """
        name, barcode = checked_name(name, "The recipe's name", LineError), barcode.strip()
        try:
            with self._database.writing() as session:
                present = list(session.scalars(select(RecipeRow).where(RecipeRow.removed_at.is_(None))))
                if barcode and any(one.barcode == barcode for one in present):
                    raise LineError(
                        f"The barcode {barcode!r}", "is that of another recipe", cure="Choose another.",
                        reason="barcode-taken", params={"barcode": barcode},
                    )  # fmt: skip
                free = number or max((one.number for one in present), default=0) + 1
                if not 1 <= free <= MOST_NUMBER:
                    raise LineError(
                        "The recipe's number",
                        "cannot be used",
                        received=str(free),
                        cure="1 to 65535.",
                        reason="recipe-number",
                    )
                row = RecipeRow(name=name, number=free, barcode=barcode, added_at=now(), added_by=by)
                session.add(row)
        except IntegrityError as reason:
            raise LineError(
                f"The number {number}", "is that of another recipe", cure="Choose another.",
                reason="number-taken", params={"number": number or 0},
            ) from reason  # fmt: skip
        return row

    def add_version(
        self,
        recipe_id: int,
        *,
        by: int,
        model_hash: str,
        classes: Sequence[str],
        regions: Sequence[Mapping[str, Any]],
        least: float = 0.6,
        none_of_these: str = Verdict.REJECT,
        unsure: str = Verdict.REJECT,
        deadline: float | None = None,
        note: str = "",
    ) -> RecipeVersionRow:
        """Add a version, which runs once it is approved.

        Args:
            classes: of the model.
            regions: as `region_of` reads them.

        Raises:
            UnknownRecipe: there is no such recipe.
            UsageError: the recipe looks at nothing, or asks for classes that the model does not have.
        """
        row = self.get(recipe_id)
        version = RecipeVersionRow(
            recipe_id=recipe_id,
            version=0,
            model_hash=model_hash,
            regions=[dict(one) for one in regions],
            least=least,
            none_of_these=none_of_these,
            unsure=unsure,
            deadline=deadline,
            note=note,
            added_at=now(),
            added_by=by,
        )
        recipe_of(row, version, deadline=1.0).check(classes)
        with self._database.writing() as session:
            self._database.lock(session, RecipeVersionRow)
            last = select(func.max(RecipeVersionRow.version)).where(RecipeVersionRow.recipe_id == recipe_id)
            version.version = (session.scalar(last) or 0) + 1
            session.add(version)
        return version

    def approve(self, recipe_id: int, version: int, *, by: int) -> RecipeVersionRow:
        """Let a version run; of the approved ones the highest does. Raises UnknownRecipe."""
        self.get(recipe_id)
        with self._database.writing() as session:
            row = _version(session, recipe_id, version)
            if row.approved_at is None:
                row.approved_at, row.approved_by = now(), by
        return row

    def keep_proof(self, recipe_id: int, version: int, proof: Mapping[str, Any]) -> None:
        """Keep a proof of a version on recorded parts; the last one counts. Raises UnknownRecipe."""
        with self._database.writing() as session:
            _version(session, recipe_id, version).proof = dict(proof)

    def remove(self, recipe_id: int) -> RecipeRow:
        """Take a recipe off the list; its versions stay for the trail. Raises UnknownRecipe."""
        with self._database.writing() as session:
            row = existing(session, recipe_id)
            row.removed_at = now()
        return row

    def get(self, recipe_id: int) -> RecipeRow:
        """One of them. Raises UnknownRecipe where there is none of that number."""
        with self._database.reading() as session:
            return existing(session, recipe_id)

    def named(self, name: str) -> RecipeRow:
        """One of them, by its name or its plant's number. Raises UnknownRecipe."""
        found = next((row for row in self.all() if name in (row.name, str(row.number))), None)
        if found is None:
            raise _unknown(name)
        return found

    def of_barcode(self, barcode: str) -> RecipeRow:
        """The recipe of a barcode. Raises UnknownRecipe."""
        found = next((row for row in self.all() if row.barcode and row.barcode == barcode.strip()), None)
        if found is None:
            raise UnknownRecipe(f"The barcode {barcode[:40]!r}", "is that of no recipe")
        return found

    def all(self) -> list[RecipeRow]:
        """Every recipe, by number."""
        query = select(RecipeRow).where(RecipeRow.removed_at.is_(None)).order_by(RecipeRow.number)
        return self._database.scalars(query)

    def versions(self, recipe_id: int) -> list[RecipeVersionRow]:
        """All versions of a recipe, the newest first. Raises UnknownRecipe."""
        self.get(recipe_id)
        query = select(RecipeVersionRow).where(RecipeVersionRow.recipe_id == recipe_id)
        return self._database.scalars(query.order_by(RecipeVersionRow.version.desc()))

    def with_version(self, recipe_id: int, version: int) -> Approved:
        """A recipe with one of its versions, approved or not. Raises UnknownRecipe."""
        row = self.get(recipe_id)
        with self._database.reading() as session:
            return Approved(row, _version(session, recipe_id, version))

    def approved(self) -> list[Approved]:
        """Each recipe that has an approved version, with the one that runs."""
        query = (
            select(RecipeRow, RecipeVersionRow)
            .join(RecipeVersionRow, RecipeVersionRow.recipe_id == RecipeRow.id)
            .where(RecipeRow.removed_at.is_(None), RecipeVersionRow.approved_at.is_not(None))
            .order_by(RecipeRow.number, RecipeVersionRow.version)
        )
        rows = self._database.rows(query)
        return list({recipe.id: Approved(recipe, version) for recipe, version in rows}.values())


def _version(session: Session, recipe_id: int, version: int) -> RecipeVersionRow:
    row = session.scalar(
        select(RecipeVersionRow).where(
            RecipeVersionRow.recipe_id == recipe_id, RecipeVersionRow.version == version
        )
    )
    if row is None:
        raise UnknownRecipe(f"Version {version} of the recipe", "does not exist")
    return row


def recipe_of(row: RecipeRow, version: RecipeVersionRow, *, deadline: float) -> StationRecipe:
    """A version as a station uses it; `deadline` where it names none."""
    return StationRecipe(
        row.name,
        tuple(region_of(one) for one in version.regions),
        number=row.number,
        version=version.version,
        least=version.least,
        none_of_these=Verdict(version.none_of_these),
        unsure=Verdict(version.unsure),
        deadline=version.deadline or deadline,
    )


def existing(session: Session, recipe_id: int) -> RecipeRow:
    """A recipe that was not removed. Raises UnknownRecipe."""
    row = row_of(session, RecipeRow, recipe_id)
    if row is None or row.removed_at is not None:
        raise _unknown(recipe_id)
    return row


def _unknown(which: int | str) -> UnknownRecipe:
    cure = "tenfold station recipe list lists them."
    return UnknownRecipe(f"Recipe {which}", "does not exist", cure=cure)
