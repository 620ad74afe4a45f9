"""Fits a correction to corrected pictures, and evaluates it by cross-validation.

Training pictures are classified by heads of five folds (copies of a photograph fall into the same fold),
held-out ones by the head itself. Runs no model.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.catalogue.edits.corrections import CorrectedPicture
from tenfold.catalogue.entries.tables import NONE
from tenfold.evaluation.improvement import CROSS_VALIDATED, comparison
from tenfold.evaluation.significance import paired
from tenfold.modelfile import ModelInfo
from tenfold.teaching.own_sample import OwnSample
from tenfold.teaching.refit import Answers, Correction, NoveltyRule, RefitData, fit

_FOLDS = 5


@dataclass(frozen=True, eq=False)
class Material:
    """Corrected pictures and the uncorrected model's answers for them.

    live: the correction of the live model. learned: bool `[N]`, whether it has learned from them.
    """

    pictures: tuple[CorrectedPicture, ...]
    said: Answers
    labels: NDArray[np.int64]
    live: Correction | None
    learned: NDArray[np.bool_]
    own: OwnSample | None
    unread: int

    @property
    def held_out(self) -> NDArray[np.bool_]:
        return np.array([one.held_out for one in self.pictures], bool)


def cross_validated(
    material: Material, how: NoveltyRule, threshold: float, progress: Callable[[int, int], None]
) -> tuple[Correction, Answers]:
    """The correction, and the cross-validated answers for all corrected pictures.

    Args:
        how: how the model's novelty follows from its probabilities.
        threshold: above this novelty a picture is none of the classes.
        progress: called with the fits done and all; may raise.
    """
    said = material.said
    nothing = said.take(np.zeros(len(said), bool))
    own, labels, others = nothing, np.zeros(0, np.int64), nothing
    if material.own is not None:
        own, labels, others = material.own.learn, material.own.learn_labels, material.own.others
    held = material.held_out
    progress(0, _FOLDS + 1)
    lesson = RefitData(said.take(~held), material.labels[~held], own, labels, others)
    correction = fit(lesson, how, threshold)
    # Held-out pictures are classified by the head that is shipped.
    found = said.moved(how, to=correction)
    logits, novelty = found.logits.copy(), found.novelty.copy()
    fold = np.array([-1 if h else _fold(p) for p, h in zip(material.pictures, held, strict=True)])
    for number in range(_FOLDS):
        progress(number + 1, _FOLDS + 1)
        inside = fold == number
        if not inside.any():
            continue
        without = lesson.without(inside[~held])
        part = said.take(inside).moved(how, to=fit(without, how, threshold, correction))
        views = inside[said.pictures]
        logits[views], novelty[views] = part.logits, part.novelty
    return correction, Answers(logits, said.embeddings, novelty, said.pictures)


def _fold(picture: CorrectedPicture) -> int:
    """Copies of a photograph fall into the same fold."""
    key = picture.hash if picture.perceptual_hash is None else str(picture.perceptual_hash)
    return int.from_bytes(sha256(key.encode()).digest()[8:12], "big") % _FOLDS


def evaluate(
    material: Material, correction: Correction, answered: Answers, info: ModelInfo, how: NoveltyRule
) -> dict[str, Any]:
    """The figures of both models, and the verdict with its sentence, as plain JSON types."""
    # Which classes they are filed under; -1 for none of them.
    before = _filed(material.said.moved(how, to=material.live), info.threshold)
    after = _filed(answered, info.threshold)
    fair = ~material.learned
    right = [(one == material.labels)[fair] for one in (before, after)]
    on_own = None
    if material.own is not None and len(material.own.test):
        kept, truth = material.own.test, material.own.test_labels
        on_own = paired(
            *(
                kept.moved(how, to=one).of_pictures()[0].argmax(axis=1) == truth
                for one in (material.live, correction)
            )
        )
    labels = [info.labels[k] if k >= 0 else NONE for k in material.labels[fair].tolist()]
    none = (material.labels == -1) & fair
    refused = (int((said[none] == -1).sum()) for said in (before, after))
    return comparison(labels, right, on_own, (int(none.sum()), *refused), CROSS_VALIDATED)


def _filed(said: Answers, threshold: float) -> NDArray[np.int64]:
    probabilities, novelty = said.of_pictures()
    return np.where(novelty <= threshold, probabilities.argmax(axis=1), -1)
