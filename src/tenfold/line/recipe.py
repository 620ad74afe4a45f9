"""Recipes: which answers of a model mean a good part. Knows no model, no camera and no clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from tenfold.errors import UsageError
from tenfold.line.parts import Reason, Verdict
from tenfold.predictions import Prediction


@dataclass(frozen=True)
class Region:
    """A part of the picture, and what has to be there.

    Attributes:
        name: for people: "cap", "label".
        box: left, top, width and height as shares of the part's picture, 0 to 1.
        accepts: classes that pass.
        grid: columns and rows of equal cells, each of which is judged.
        count: the exact number of cells that must show an accepted class; None: all of them.
    """

    name: str
    box: tuple[float, float, float, float]
    accepts: frozenset[str]
    grid: tuple[int, int] = (1, 1)
    count: int | None = None

    def __post_init__(self) -> None:
        left, top, width, height = self.box
        if min(left, top) < 0 or min(width, height) <= 0 or left + width > 1.001 or top + height > 1.001:
            raise UsageError(
                f"The region {self.name}",
                "is not in the picture",
                received=str(self.box),
                cure="0 to 1.",
                reason="region-outside",
            )
        cells = self.grid[0] * self.grid[1]
        if min(self.grid) < 1 or cells > MOST_CELLS or not 0 <= (self.count or 0) <= cells:
            raise UsageError(
                f"The region {self.name}",
                "cannot be divided like this",
                received=f"{self.grid[0]} x {self.grid[1]}, {self.count} of them",
                cure=f"At most {MOST_CELLS} cells, and a count of at most the cells.",
                reason="region-cells",
                params={"most": MOST_CELLS},
            )

    @property
    def cells(self) -> list[tuple[float, float, float, float]]:
        """Each cell as a box, row by row."""
        left, top, width, height = self.box
        across, down = self.grid
        width, height = width / across, height / down
        return [
            (left + x * width, top + y * height, width, height) for y in range(down) for x in range(across)
        ]


MOST_CELLS = 64
WHOLE = (0.0, 0.0, 1.0, 1.0)


def region_of(kept: Mapping[str, Any]) -> Region:
    """A region as it was kept: name, box, accepts, and where it has any, grid and count."""
    left, top, width, height = kept["box"]
    columns, rows = kept.get("grid") or (1, 1)
    return Region(
        kept["name"],
        (left, top, width, height),
        frozenset(kept["accepts"]),
        grid=(columns, rows),
        count=kept.get("count"),
    )


@dataclass(frozen=True)
class StationRecipe:
    """What a station passes.

    Attributes:
        number: as the plant knows it.
        version: rises with each change; stands in every row of the trail.
        regions: all have to be right.
        least: confidence below which an answer is unsure.
        none_of_these: verdict where the model says "none of these": reject or divert.
        unsure: verdict where the model is not sure enough.
        deadline: seconds from the photo-eye to the release.
    """

    name: str
    regions: tuple[Region, ...]
    number: int = 1
    version: int = 1
    least: float = 0.6
    none_of_these: Verdict = Verdict.REJECT
    unsure: Verdict = Verdict.REJECT
    deadline: float = 0.4

    def __post_init__(self) -> None:
        for which, verdict in (("none of these", self.none_of_these), ("unsure", self.unsure)):
            if verdict is Verdict.PASS:
                raise UsageError(
                    f"The recipe {self.name}",
                    f"passes parts that are {which}",
                    cure="Reject or divert them.",
                    reason="recipe-passes",
                )
        if not self.regions:
            raise UsageError(
                f"The recipe {self.name}", "looks at nothing", cure="Give it a region.", reason="recipe-empty"
            )

    def check(self, classes: Sequence[str]) -> None:
        """Raise UsageError where the model of `classes` cannot answer what the recipe asks."""
        for region in self.regions:
            unknown = sorted(region.accepts - set(classes))
            if unknown or not region.accepts:
                raise UsageError(
                    f"The recipe {self.name}",
                    f"accepts what the model does not know in the region {region.name}",
                    received=", ".join(unknown) or "no class",
                    cure=f"The model's classes are: {', '.join(classes)}.",
                    reason="recipe-classes",
                    params={"region": region.name, "classes": ", ".join(classes)},
                )

    @property
    def boxes(self) -> list[tuple[float, float, float, float]]:
        """What is shown to the model of a part's picture: the cells of all regions, in order."""
        return [cell for region in self.regions for cell in region.cells]

    def judge(self, answers: Sequence[Prediction]) -> tuple[Verdict, Reason]:
        """The verdict on a part, from an answer for each of `boxes` in order: the worst of them."""
        assert len(answers) == len(self.boxes)
        found: list[tuple[Verdict, Reason]] = [(Verdict.PASS, "good")]
        remaining = iter(answers)
        for region in self.regions:
            each = [self._judge(region, answer) for answer in islice(remaining, len(region.cells))]
            found += each if region.count is None else [self._counted(region, each)]
        return max(found, key=lambda one: _WORSE.index(one[0]))

    def _counted(self, region: Region, each: Sequence[tuple[Verdict, Reason]]) -> tuple[Verdict, Reason]:
        """An unsure cell makes the count unsure too."""
        if any(reason == "unsure" for _, reason in each):
            return self.unsure, "unsure"
        there = sum(verdict is Verdict.PASS for verdict, _ in each)
        return (Verdict.PASS, "good") if there == region.count else (Verdict.REJECT, "wrong-count")

    def _judge(self, region: Region, answer: Prediction) -> tuple[Verdict, Reason]:
        if not answer.known:
            return self.none_of_these, "none-of-these"
        # A class is as sure as all accepted classes together: which of two good ones it is does not matter.
        sure = sum(answer.probabilities[name] for name in region.accepts)
        if answer.label not in region.accepts:
            return (Verdict.REJECT, "wrong-class") if 1 - sure >= self.least else (self.unsure, "unsure")
        return (Verdict.PASS, "good") if sure >= self.least else (self.unsure, "unsure")


_WORSE = [Verdict.PASS, Verdict.DIVERT, Verdict.REJECT]
