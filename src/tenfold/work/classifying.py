"""The model's answers for pictures that wait for them: the job "classify", and what `adding` uses too.

Answers are written some at a time, so that whatever ends the work costs no more than one lot; entries without
an answer stay waiting and are found again. Knows no folder and no HTTP.
"""

import threading
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

from tenfold import images
from tenfold.catalogue.intake import Intake, Waiting
from tenfold.catalogue.looks import look
from tenfold.catalogue.store import Store
from tenfold.catalogue.tables import HOUSE
from tenfold.errors import CatalogueError, PictureError
from tenfold.inference import Classifier
from tenfold.inference.classifier import PIXELS_PER_INPUT, Prepared
from tenfold.inference.live import Live
from tenfold.jobs import Jobs, Stopped, Work

KIND = "classify"
# Pictures answered between two looks at what else waits, and written together.
LOT = 64
# A job that found nothing more stays for this long: pictures come in many small uploads.
_LINGER_SECONDS = 3.0
_SECONDS_BETWEEN_LOOKS = 0.2


class Classifying:
    """The job "classify": answers everything that waits.

    Args:
        live: the model that answers; each lot asks which one that is.
        batch: pictures sent to the network together.
    """

    def __init__(self, intake: Intake, store: Store, live: Live, *, batch: int = 16) -> None:
        self._intake, self._store, self._live, self._batch = intake, store, live, batch
        # Two jobs of one process must not answer the same pictures.
        self._one_at_a_time = threading.Lock()

    def __call__(self, work: Work) -> dict[str, Any]:
        done, failed, idle_since = 0, 0, time.monotonic()
        while True:
            if work.stopping:
                raise Stopped
            answered = self.answer()
            if answered:
                done, failed = done + len(answered), failed + sum(not fine for fine in answered.values())
                work.progress(done, done + (LOT if len(answered) == LOT else 0))
                idle_since = time.monotonic()
            elif time.monotonic() - idle_since > _LINGER_SECONDS:
                return {"classified": done - failed, "failed": failed}
            else:
                time.sleep(_SECONDS_BETWEEN_LOOKS)

    def answer(self, among: Sequence[int] | None = None) -> dict[int, bool]:
        """Answer what waits, a lot of it at most.

        Args:
            among: only these entries.

        Returns:
            The entries that got an answer, and whether it was one: False where the picture is damaged.
        """
        with self._one_at_a_time:
            waiting = self._intake.waiting(LOT, among)
            if not waiting:
                return {}
            classifier, looks = self._live.classifier, dict[int, int]()
            jobs = [partial(self._prepared, classifier, one, looks) for one in waiting]
            outcomes = list(classifier.answer_each(jobs, self._batch))
            answers = [(one.entry, said) for one, said in zip(waiting, outcomes, strict=True)]
            self._intake.take_answers(
                answers, classifier.sha256, threshold=classifier.info.threshold, looks=looks
            )
            return {entry: not isinstance(said, PictureError) for entry, said in answers}

    def _prepared(self, classifier: Classifier, one: Waiting, looks: dict[int, int]) -> Prepared:
        """One picture read and cut; what it looks like goes into `looks`. In one of several threads."""
        try:
            content = self._store.read(one.hash)
        except CatalogueError as reason:
            raise PictureError(
                one.name, "cannot be read from the store", received=str(reason), cure=reason.cure
            ) from reason
        needed = classifier.info.input_size * PIXELS_PER_INPUT
        read = images.load(content, name=one.name, limits=self._intake.limits, needed=needed)
        looks[one.entry] = look(read.pixels)
        return classifier.prepare(read.pixels, name=one.name)


def wake(jobs: Jobs, intake: Intake) -> None:
    """Have everything that waits classified; nothing where nothing waits.

    A job that is about to end may be taken for one that goes on: whoever adds pictures calls this again after
    a while.
    """
    if intake.waiting(1):
        jobs.submit(KIND, {}, title="Classify new pictures", by=HOUSE, key=KIND)
