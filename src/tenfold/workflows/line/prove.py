"""Proves a model on recorded parts before it goes live: judges them again, and compares with the truth.

The truth is known for parts that a person looked at again, and for challenge parts. For all others only
changes of the verdict are counted. Writes nothing but the proof, which is kept with the recipe's version.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from tenfold import images
from tenfold.errors import PictureError, counted
from tenfold.inference import Classifier
from tenfold.line.parts import Verdict
from tenfold.line.pictures import pictures
from tenfold.line.recipe import StationRecipe
from tenfold.line.stations.recipes import Approved, recipe_of
from tenfold.line.stations.tables import StationRow
from tenfold.line.trail.history import PartHistory, last_parts
from tenfold.line.trail.statistics import percentiles
from tenfold.line.trail.trail import Trail
from tenfold.metrics import Share, share

_AT_ONCE = 200
# Verdicts for reasons other than these say nothing of the model.
_JUDGED = {"good", "wrong-class", "wrong-count", "none-of-these", "unsure", "no-part"}


@dataclass(frozen=True)
class ErrorRates:
    """Parts of which it is known what they were, and how many of them got the wrong verdict."""

    before: Share
    now: Share


@dataclass(frozen=True)
class Proof:
    """The results of another model on recorded parts.

    Attributes:
        parts: that were judged again, challenge parts too.
        now_rejected: parts that passed, and would be rejected or diverted.
        now_passed: parts that were rejected for the model's answer, and would pass.
        good: parts known to be good: the share that is rejected; None without any.
        bad: parts known to be bad: the share that passes; None without any.
        milliseconds: for a part: median, 99 %, largest.
        changed: numbers of some parts whose verdict changes, the newest first.
    """

    parts: int = 0
    now_rejected: int = 0
    now_passed: int = 0
    good: ErrorRates | None = None
    bad: ErrorRates | None = None
    milliseconds: tuple[float, float, float] | tuple[()] = ()
    changed: list[int] = field(default_factory=list)

    @property
    def worse(self) -> bool:
        """Whether more bad parts pass, or more good ones are rejected, than before."""
        return any(one is not None and one.now.value > one.before.value for one in (self.good, self.bad))


@dataclass(frozen=True)
class _Judged:
    part: int
    before: bool
    now: bool
    comparable: bool
    truth: bool | None


def prove_version(
    trail: Trail,
    station: StationRow,
    chosen: Approved,
    classifier: Classifier,
    *,
    last: int,
    tell: Callable[[int], None] = lambda done: None,
) -> Proof:
    """Judge the last parts of a station again by a version of their recipe, approved or not.

    Args:
        tell: called with how many are done.

    Raises:
        UsageError: the model does not have the recipe's classes.
    """
    recipe = recipe_of(chosen.recipe, chosen.version, deadline=station.deadline)
    recipe.check([one.label for one in classifier.info.classes])
    found, times = list[_Judged](), list[float]()
    before: int | None = None
    while len(found) < last and (some := last_parts(trail, limit=_AT_ONCE, before=before)):
        before = some[-1].number
        for part in some:
            sha256 = part.body.get("picture")
            content = trail.picture(sha256) if sha256 else None
            if content is None or part.body.get("recipe", [0])[0] != recipe.number or len(found) >= last:
                continue
            began = time.monotonic()
            passes = _passes(content, recipe, classifier, station)
            times.append(1000 * (time.monotonic() - began))
            found.append(_judged(part, passes))
            tell(len(found))
    return _proof(found, times)


def _passes(content: bytes, recipe: StationRecipe, classifier: Classifier, station: StationRow) -> bool:
    left, top, width, height = station.region
    try:
        picture = images.read(content, name="a part's picture")
        part = pictures.part(picture, (left, top, width, height), locate=station.locate)
    except PictureError:
        return False
    if part is None:
        return False
    shown = [classifier.prepare(pictures.region(part, one)) for one in recipe.boxes]
    return recipe.judge(classifier.run(shown))[0] is Verdict.PASS


def _judged(part: PartHistory, passes: bool) -> _Judged:
    # The verdict on a held part is under "judged".
    own = part.body.get("judged", {"verdict": part.station_verdict, "reason": part.station_reason})
    truth = part.overrides[-1].body["verdict"] if part.overrides else part.challenge
    return _Judged(
        part.part,
        own["verdict"] == Verdict.PASS,
        passes,
        own["reason"] in _JUDGED,
        None if not truth else truth == Verdict.PASS,
    )


def _proof(found: Sequence[_Judged], times: Sequence[float]) -> Proof:
    fair = [one for one in found if one.comparable]
    changed = [one for one in fair if one.before != one.now]
    return Proof(
        parts=len(found),
        now_rejected=sum(one.before for one in changed),
        now_passed=sum(one.now for one in changed),
        good=_known([(not one.before, not one.now) for one in fair if one.truth is True]),
        bad=_known([(one.before, one.now) for one in fair if one.truth is False]),
        milliseconds=percentiles(times),
        changed=[one.part for one in changed][:20],
    )


def _known(wrong: Sequence[tuple[bool, bool]]) -> ErrorRates | None:
    if not wrong:
        return None
    n = len(wrong)
    return ErrorRates(share(sum(before for before, _ in wrong), n), share(sum(now for _, now in wrong), n))


def to_keep(proof: Proof, station: str, at: str) -> dict[str, Any]:
    """A proof as it is kept with a version. station: whose parts it was made with. at: ISO 8601 in UTC."""
    return asdict(proof) | {"worse": proof.worse, "station": station, "at": at}


def said_of(kept: Mapping[str, Any] | None) -> str:
    """A stored proof in one sentence; None: there is none."""
    if kept is None:
        return "It was not proven on recorded parts."
    what = "it is worse than before" if kept["worse"] else "it is no worse than before"
    parts = counted(kept["parts"], "recorded part")
    return f"It was proven on {parts} of {kept['station']} at {kept['at']}: {what}."
