"""Which answers of a model are a good part. Knows no model, no camera and no clock."""

from collections.abc import Sequence
from dataclasses import dataclass

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
    """

    name: str
    box: tuple[float, float, float, float]
    accepts: frozenset[str]


WHOLE = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True)
class Recipe:
    """What a station passes.

    Attributes:
        number: as the plant knows it.
        version: rises with each change; stands in every row of the trail.
        regions: all have to be right.
        least: confidence below which an answer is unsure.
        strangers: verdict where the model says "none of these": reject or divert.
        unsure: verdict where the model is not sure enough.
        deadline: seconds from the photo-eye to the release.
    """

    name: str
    regions: tuple[Region, ...]
    number: int = 1
    version: int = 1
    least: float = 0.6
    strangers: Verdict = Verdict.REJECT
    unsure: Verdict = Verdict.REJECT
    deadline: float = 0.4

    def __post_init__(self) -> None:
        for which, verdict in (("none of these", self.strangers), ("unsure", self.unsure)):
            if verdict is Verdict.PASS:
                raise UsageError(
                    f"The recipe {self.name}", f"passes parts that are {which}", cure="Reject or divert them."
                )
        if not self.regions:
            raise UsageError(f"The recipe {self.name}", "looks at nothing", cure="Give it a region.")

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
                )

    def judge(self, answers: Sequence[Prediction]) -> tuple[Verdict, Reason]:
        """The verdict on a part, from an answer for each region in order: the worst of them."""
        assert len(answers) == len(self.regions)
        found: tuple[Verdict, Reason] = (Verdict.PASS, "good")
        for region, answer in zip(self.regions, answers, strict=True):
            one = self._judge(region, answer)
            if _WORSE.index(one[0]) > _WORSE.index(found[0]):
                found = one
        return found

    def _judge(self, region: Region, answer: Prediction) -> tuple[Verdict, Reason]:
        if not answer.known:
            return self.strangers, "none-of-these"
        # A class is as sure as all accepted classes together: which of two good ones it is does not matter.
        sure = sum(answer.probabilities[name] for name in region.accepts)
        if answer.label not in region.accepts:
            return (Verdict.REJECT, "wrong-class") if 1 - sure >= self.least else (self.unsure, "unsure")
        return (Verdict.PASS, "good") if sure >= self.least else (self.unsure, "unsure")


_WORSE = [Verdict.PASS, Verdict.DIVERT, Verdict.REJECT]
