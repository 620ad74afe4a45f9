"""Maps the labels of pictures from elsewhere to a model's classes. Knows nothing of files and scores."""

from collections.abc import Sequence

import numpy as np

from tenfold.datasets.labelled import LabelledPictures
from tenfold.errors import DatasetError
from tenfold.evaluation.evaluate import named


def with_classes(data: LabelledPictures, labels: Sequence[str]) -> LabelledPictures:
    """The same pictures with their labels counted in the order of the model's classes.

    Data may lack some of the classes; their scores are then those of no pictures.

    Raises:
        DatasetError: the data have a class that the model does not know.
    """
    if data.classes == tuple(labels):
        return data
    unknown = [name for name in data.classes if name not in labels]
    if unknown:
        raise DatasetError(
            "These pictures",
            "have classes that this model does not know",
            received=named(unknown),
            cure=f"The model knows {named(labels)}.",
            reason="different-classes",
        )
    places = np.array([list(labels).index(name) for name in data.classes], dtype=np.int64)
    return LabelledPictures(data.pictures, places[data.labels], tuple(labels), data.sources)


def joined(parts: Sequence[LabelledPictures]) -> LabelledPictures:
    """Parts of one dataset as one, in their order."""
    filled = [part for part in parts if len(part)]
    if len(filled) <= 1:
        return filled[0] if filled else parts[0]
    sources = tuple(source for part in filled for source in part.sources)
    return LabelledPictures(
        np.concatenate([part.pictures for part in filled]),
        np.concatenate([part.labels for part in filled]),
        filled[0].classes,
        sources if all(part.sources for part in filled) else (),
    )
