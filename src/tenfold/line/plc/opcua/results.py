"""Results of a station in the form of OPC 40100-1. Knows no server.

Pass or fail is not in the model: `ResultContent` holds the verdict, the reason, and the reason's code.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from asyncua import ua

from tenfold.line.parts import CODES
from tenfold.line.plc.signals import PartResult

_KEPT = 200
_COMPLETED = 1


@dataclass(frozen=True)
class KnownRecipe:
    """A recipe that the plant may ask for: by its number, which is the internal id, or by its name."""

    number: int
    name: str
    version: int = 1


@dataclass(frozen=True)
class VisionJob:
    """A run of the station; measurement, part and product are the plant's names, for a single part."""

    id: str = ""
    measurement: str = ""
    part: str = ""
    product: str = ""


def internal_id(recipe: KnownRecipe | None) -> Any:
    """A recipe's RecipeIdInternalDataType."""
    return ua.RecipeIdInternalDataType(
        Id=str(recipe.number) if recipe else "", Version=str(recipe.version) if recipe else None
    )


class Results:
    """The last results.

    Args:
        simulated: whether they come from a simulation, which each of them says.
    """

    def __init__(self, recipes: Callable[[], Iterable[KnownRecipe]], *, simulated: bool) -> None:
        self._recipes = recipes
        self._simulated = simulated
        self._kept: deque[Any] = deque(maxlen=_KEPT)

    def add(self, result: PartResult, job: VisionJob) -> Any:
        """Keep a result; gives its ResultDataType."""
        known = (one for one in self._recipes() if one.number == result.recipe)
        recipe = next(known, KnownRecipe(result.recipe, ""))
        reason = result.reason
        content = [
            ua.Variant(str(result.verdict), ua.VariantType.String),
            ua.Variant(reason, ua.VariantType.String),
            ua.Variant(CODES[reason], ua.VariantType.UInt16),
        ]
        made = ua.ResultDataType(
            ResultId=ua.ResultIdDataType(Id=uuid4().hex),
            HasTransferableDataOnFile=False,
            IsPartial=False,
            IsSimulated=self._simulated,
            ResultState=_COMPLETED,
            MeasId=ua.MeasIdDataType(Id=job.measurement),
            PartId=ua.PartIdDataType(Id=job.part or str(result.number)),
            ExternalRecipeId=ua.RecipeIdExternalDataType(Id=recipe.name),
            InternalRecipeId=internal_id(recipe),
            ProductId=ua.ProductIdDataType(Id=job.product),
            ExternalConfigurationId=ua.ConfigurationIdDataType(Id=""),
            InternalConfigurationId=ua.ConfigurationIdDataType(Id=""),
            JobId=ua.JobIdDataType(Id=job.id),
            CreationTime=result.decided,
            ProcessingTimes=ua.ProcessingTimesDataType(
                StartTime=result.triggered or result.decided,
                EndTime=result.decided,
                ProcessingDuration=_milliseconds(result.triggered, result.decided),
            ),
            ResultContent=content,
        )
        self._kept.append(made)
        return made

    def by_id(self, name: str) -> Any | None:
        """A ResultDataType; None where none of that id is kept."""
        return next((one for one in self._kept if one.ResultId.Id == name), None)

    def filtered(self, wanted: dict[str, Any], most: int, first: int) -> tuple[list[Any], bool]:
        """Results, the newest first.

        Args:
            wanted: values of fields, as the method's arguments; those that are empty are not asked for.
            most: how many; 0: all.
            first: how many are passed over.

        Returns:
            the results, and whether there are no more.
        """
        asked = {name: _id(value) for name, value in wanted.items() if _id(value)}
        fits = [
            one for one in reversed(self._kept)
            if all(_id(getattr(one, name)) == value for name, value in asked.items())
        ]  # fmt: skip
        end = first + most if most else len(fits)
        return fits[first:end], end >= len(fits)


def _id(value: Any) -> Any:
    return getattr(value, "Id", value)


def _milliseconds(begin: datetime | None, end: datetime) -> float:
    return 0.0 if begin is None else (end - begin).total_seconds() * 1000
