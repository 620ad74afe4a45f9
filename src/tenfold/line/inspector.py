"""Takes a part's picture and judges it; notices when camera or model fail, and when they work again."""

import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeAlias

from tenfold.errors import LineError
from tenfold.line.parts import Event, FaultBegan, FaultEnded, Inspect, Judged, Pictured, Reason, Verdict
from tenfold.line.pictures import pictures
from tenfold.line.pictures.camera import TriggeredCamera
from tenfold.line.pictures.pictures import PictureCheck, Pixels
from tenfold.line.recipe import StationRecipe
from tenfold.predictions import Prediction

# An answer for each picture, by a time of the monotonic clock. Raises TimeoutError where that passes, and
# LineError where the model does not answer.
Classify: TypeAlias = Callable[[Sequence[Pixels], float], Sequence[Prediction]]
# Takes an event, and facts of its part for the trail.
Tell: TypeAlias = Callable[[Event, Mapping[str, Any], bytes | None], None]

PICTURE_FAULTS: tuple[Reason, ...] = ("camera", "dark-picture", "frozen-picture")
_PROBE_SECONDS = 0.1
_PATIENCE = 0.5


class Inspector:
    """Judges parts in as many threads as it is run in.

    Args:
        box: the region of the camera's picture that is used: left, top, width and height as shares, 0 to 1.
        locate: the part is found in the region by the colour of the belt; else the region is the part.
        within: seconds from the photo-eye to the picture; later it may show the next part.
    """

    def __init__(
        self,
        camera: TriggeredCamera,
        classify: Classify,
        recipe: StationRecipe,
        *,
        box: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0),
        locate: bool = True,
        within: float = 0.2,
    ) -> None:
        self._within, self._locate = within, locate
        self._camera, self._box = camera, box
        self._job = classify, recipe
        self._check = PictureCheck()
        self._work: queue.SimpleQueue[Inspect | None] = queue.SimpleQueue()

    def change(self, classify: Classify, recipe: StationRecipe) -> None:
        """Judge by another recipe from the next part on."""
        self._job = classify, recipe

    def put(self, work: Inspect) -> None:
        """Have a part judged."""
        self._work.put(work)

    def end(self) -> None:
        """End one thread of `run`."""
        self._work.put(None)

    def run(self, tell: Tell) -> None:
        """Judge parts until `end`."""
        with suppress(
            LineError
        ):  # connects in advance, so that the first part need not wait; reports a camera that is away
            self._camera.take(_PATIENCE)
        while (work := self._work.get()) is not None:
            self._inspect(work, tell)

    def _inspect(self, work: Inspect, tell: Tell) -> None:
        def judged(verdict: Verdict, reason: Reason, facts: Mapping[str, Any], data: bytes | None) -> None:
            tell(Judged(work.part, verdict, reason, time.monotonic()), facts, data)

        classify, recipe = self._job
        latest = min(work.deadline, work.deadline - recipe.deadline + self._within)
        if time.monotonic() >= latest:  # the camera is not to blame, and its picture would show another part
            return judged(Verdict.REJECT, "no-picture", {}, None)
        try:
            shot = self._camera.take(min(work.deadline - time.monotonic(), _PATIENCE))
        except LineError as error:
            judged(Verdict.REJECT, "no-picture", {"error": str(error)}, None)
            tell(FaultBegan("camera", time.monotonic()), {}, None)
            return
        taken: dict[str, Any] = {"picture_at": shot.at}
        tell(Pictured(work.part, shot.at), {}, None)
        if shot.at > latest:
            return judged(Verdict.REJECT, "no-picture", taken, shot.data)
        if fault := self._check.fault(shot.pixels):
            judged(Verdict.REJECT, fault, taken, shot.data)
            tell(FaultBegan(fault, time.monotonic()), {}, None)
            return
        place = pictures.place(shot.pixels, self._box, locate=self._locate)
        if place is None:
            return judged(Verdict.REJECT, "no-part", taken, shot.data)
        part = pictures.crop(shot.pixels, place)
        parts = [pictures.region(part, box) for box in recipe.boxes]
        taken["box"] = pictures.shares(place, shot.pixels)
        try:
            answers = classify(parts, work.deadline)
        except TimeoutError:
            return judged(Verdict.REJECT, "late", taken, shot.data)
        except LineError as error:
            judged(Verdict.REJECT, "model", taken | {"error": str(error)}, shot.data)
            tell(FaultBegan("model", time.monotonic()), {}, None)
            return
        verdict, reason = recipe.judge(answers)
        judged(verdict, reason, taken | {"answers": _facts(answers, recipe)}, shot.data)

    def probe(self, faults: Callable[[], Sequence[Reason]], tell: Tell, stop: threading.Event) -> None:
        """While camera or model fail, check periodically whether they work."""
        while not stop.wait(_PROBE_SECONDS):
            failing = [fault for fault in faults() if fault in (*PICTURE_FAULTS, "model")]
            if not failing:
                continue
            try:
                shot = self._camera.take(_PATIENCE)
                fault = self._check.fault(shot.pixels)
            except LineError:
                continue
            if fault:
                if fault not in failing:
                    tell(FaultBegan(fault, time.monotonic()), {}, None)
                continue
            if "model" in failing:
                try:
                    self._job[0]([shot.pixels], time.monotonic() + _PATIENCE)
                except (LineError, TimeoutError):
                    continue
            for gone in failing:
                tell(FaultEnded(gone, time.monotonic()), {}, None)


def _facts(answers: Sequence[Prediction], recipe: StationRecipe) -> list[dict[str, Any]]:
    names = [region.name for region in recipe.regions for _ in region.cells]
    return [
        {
            "region": name,
            "label": answer.label,
            "known": answer.known,
            "novelty": round(answer.novelty, 4),
            "probabilities": {name: round(value, 4) for name, value in answer.probabilities.items()},
        }
        for name, answer in zip(names, answers, strict=True)
    ]
