"""Records a person's verdict on a part: in the trail, and as a correction that models learn from."""

from pathlib import Path

from tenfold import images
from tenfold.catalogue.edits.actions import Actions
from tenfold.catalogue.ingest.ingest import Ingest
from tenfold.errors import UnknownStation
from tenfold.jobs import Jobs
from tenfold.line.parts import Verdict
from tenfold.line.pictures import pictures
from tenfold.line.trail.history import PartHistory, history_of
from tenfold.line.trail.overrides import override
from tenfold.line.trail.trail import Trail
from tenfold.workflows import classify_job

_QUALITY = 95


class Overrule:
    """Records people's verdicts on parts."""

    def __init__(self, ingest: Ingest, actions: Actions, jobs: Jobs) -> None:
        self._ingest, self._actions, self._jobs = ingest, actions, jobs

    def __call__(
        self,
        trail: Path,
        part: int,
        verdict: Verdict,
        *,
        by: str,
        person: int,
        reason: str,
        label: str | None = None,
        station: str = "",
    ) -> tuple[PartHistory, int | None]:
        """Overrule a verdict, or agree with it.

        Args:
            by: the person's name, `person` their number.
            label: the class that the part is; its picture joins the catalogue under it, "": none of the
                classes. None: the picture joins nothing.
            station: its name, for the picture's.

        Returns:
            the part, and the number of its entry in the catalogue.

        Raises:
            UnknownStation: the trail has no such part.
            UsageError: name or reason is missing.
            LineError: the trail cannot be written.
        """
        with opened(trail) as kept:
            found = known(kept, part)
            override(kept, part, verdict, by=by, reason=reason)
            sha256 = found.body.get("picture")
            picture = kept.picture(sha256) if sha256 else None
            entry = None
            if label is not None and picture is not None:
                shown = _judged(picture, found.body.get("box"))
                entry = self._correct(shown, f"{station} {part}.jpg".strip(), label, person)
            return known(kept, part), entry

    def _correct(self, picture: bytes, name: str, label: str, person: int) -> int:
        added = self._ingest.add(picture, name=name, source="camera")
        self._actions.do("correct", [added.entry.id], by=person, administrator=True, label=label)
        classify_job.wake(self._jobs, self._ingest)
        return added.entry.id


def _judged(picture: bytes, box: list[float] | None) -> bytes:
    """The region of the picture that was judged: models are trained on what they see in use."""
    if box is None:  # of a trail of an earlier version
        return picture
    pixels = images.load(picture).pixels
    left, top, width, height = box
    return images.jpeg(pictures.region(pixels, (left, top, width, height)), quality=_QUALITY)


def opened(trail: Path) -> Trail:
    """The trail of a station. Raises UnknownStation where it has not run yet."""
    if not trail.exists():
        raise UnknownStation("The station", "has no trail yet", cure="It begins when the station first runs.")
    return Trail(trail)


def known(trail: Trail, part: int) -> PartHistory:
    """A part's history. Raises UnknownStation."""
    found = history_of(trail, part)
    if found is None:
        raise UnknownStation(f"Part {part}", "has no verdict in this station's trail")
    return found
