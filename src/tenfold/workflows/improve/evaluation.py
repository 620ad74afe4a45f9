"""Runs the old and the new model on the same pictures, with all views as in use. Decides nothing.

A corrected picture is classified like one of the catalogue: all views, and "none of these" where the model
says so. An answer is right if the picture would be filed under its class.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.catalogue.edits.corrections import CorrectedPicture
from tenfold.catalogue.entries.tables import NONE
from tenfold.datasets.labelled import LabelledPictures
from tenfold.evaluation.evaluate import model_outputs
from tenfold.evaluation.improvement import comparison
from tenfold.evaluation.significance import paired
from tenfold.inference import Classifier
from tenfold.inference.server import ModelServer, Read
from tenfold.workflows.steps import Step

# Called with how many are done, how many there are, and the step.
Told = Callable[[int, int, Step], None]


def evaluate(
    old: Classifier,
    new: Classifier,
    held_out: Sequence[CorrectedPicture],
    none: Sequence[CorrectedPicture],
    read: Callable[[str], bytes],
    own: LabelledPictures | None,
    told: Told,
) -> dict[str, Any]:
    """The figures of both models, and the verdict with its sentence, as plain JSON types.

    Args:
        held_out: corrected pictures that neither model has learned from; their label may be "".
        none: all pictures that people say are none of the classes: they are not trained on.
        read: the content of a hash.
        own: the test part of the old model's data.
        told: called to report progress; may raise.
    """
    shown = list({one.hash: one for one in (*held_out, *none)}.values())
    filed = [
        dict(_filed(old, shown, read, told, "old-corrected")),
        dict(_filed(new, shown, read, told, "new-corrected")),
    ]
    readable = [one for one in held_out if one.hash in filed[0]]
    right = [np.array([said[one.hash] == one.label for one in readable], dtype=bool) for said in filed]
    on_own = None
    if own is not None and len(own):
        on_own = paired(
            _own_right(old, own, told, "old-own-test"),
            _own_right(new, own, told, "new-own-test"),
        )
    unknown = [one.hash for one in none if one.hash in filed[0]]
    refused = (sum(said[key] == NONE for key in unknown) for said in filed)
    return comparison([one.label for one in readable], right, on_own, (len(unknown), *refused))


def _filed(
    model: Classifier,
    pictures: Sequence[CorrectedPicture],
    read: Callable[[str], bytes],
    told: Told,
    step: Step,
) -> Iterator[tuple[str, str]]:
    """What the model files each picture under, by hash; those that cannot be read are left out."""
    reads = (_reading(read, one.hash) for one in pictures)
    with ModelServer(model) as server:
        for number, (one, said) in enumerate(zip(pictures, server.answer_each(reads), strict=True), start=1):
            told(number, len(pictures), step)
            if not isinstance(said, Exception):
                yield one.hash, said.label if said.known else NONE


def _reading(read: Callable[[str], bytes], content_hash: str) -> Read:
    return lambda model: model.prepare(read(content_hash), name=content_hash)


def _own_right(model: Classifier, own: LabelledPictures, told: Told, step: Step) -> NDArray[np.bool_]:
    found = model_outputs(
        model,
        own.pictures,
        lambda done, total: told(done, total, step),
    )
    said = np.array(model.info.labels)[found.predicted]
    return np.asarray(said == np.array(own.classes)[own.labels])
