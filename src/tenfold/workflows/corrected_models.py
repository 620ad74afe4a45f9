"""Models that differ only in a correction of the head: one's answer is computed from the other's.

Connects the registry and the catalogue's stored answers. Reads no picture and runs no network.
"""

from collections.abc import Sequence
from io import BytesIO

import numpy as np

from tenfold import modelfile
from tenfold.catalogue.similar.stored_answers import StoredAnswer
from tenfold.modelfile import ModelInfo
from tenfold.models.registry import Registry
from tenfold.predictions import Prediction
from tenfold.teaching import own_sample, refit_file
from tenfold.teaching.own_sample import OwnSample
from tenfold.teaching.refit import Answers, Correction, NoveltyRule, answers

# View rules with a single view, so that the answer follows from the embedding alone.
_ONE_VIEW = ("whole", "centre")


class CorrectedModels:
    """The relations between corrected models of the registry."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._corrections: dict[str, Correction | None] = {}
        self._novelty: dict[str, NoveltyRule] = {}

    def base(self, key: str) -> str:
        """The hash of the model without a correction, whose embeddings all of them have."""
        return self._registry.embedding_of(key)

    def siblings(self, base: str) -> Sequence[str]:
        """The hashes of a model and of those that differ from it by a correction."""
        return self._registry.of_embedding(base)

    def correction(self, key: str) -> Correction | None:
        """What a model adds to its base's answers; None where it is the base. Raises ModelFileError."""
        if key not in self._corrections:
            base = self.base(key)
            self._corrections[key] = None if base == key else refit_file.correction_of(self._content(key))
        return self._corrections[key]

    def novelty(self, base: str) -> NoveltyRule:
        """How a base's novelty follows from its probabilities. Raises ModelFileError where it has no head."""
        if base not in self._novelty:
            subject = f"The model {self._registry.get(base).name}"
            self._novelty[base] = refit_file.parts(self._content(base), subject).novelty
        return self._novelty[base]

    def sample(self, base: str) -> OwnSample | None:
        """A base model's answers for its own data, where they are stored beside it."""
        if (file := own_sample.of_bundled(base)) is not None:
            return own_sample.load(file)
        content = self._registry.sample(base)
        return None if content is None else own_sample.load(BytesIO(content))

    def has_sample(self, base: str) -> bool:
        """Whether `sample` has something, without reading all of it."""
        return own_sample.of_bundled(base) is not None or self._registry.sample(base) is not None

    def shows_once(self, info: ModelInfo) -> bool:
        """Whether a stored answer is of one view, so that another correction's answer follows from it."""
        return info.views in _ONE_VIEW

    def answers(self, stored: Sequence[StoredAnswer], labels: Sequence[str], wanted: str) -> Answers:
        """What a model would say of pictures, from what it or a sibling said.

        Args:
            labels: the classes in the model's order.
            wanted: the model's hash.

        Raises:
            ModelFileError: a model's file cannot be read.
        """
        how, to = self.novelty(self.base(wanted)), self.correction(wanted)
        given = answers(
            np.array([[one.probabilities[label] for label in labels] for one in stored]),
            np.stack([one.embedding for one in stored]),
            np.array([one.novelty for one in stored]),
        )
        models = np.array([one.model for one in stored])
        logits, novelty = given.logits.copy(), given.novelty.copy()
        for model in np.unique(models):
            mine = models == model
            part = given.take(mine)
            if model != wanted:
                part = part.moved(how, of=self.correction(str(model)), to=to)
            logits[mine], novelty[mine] = part.logits, part.novelty
        return Answers(logits, given.embeddings, novelty, given.pictures)

    def predictions(self, stored: Sequence[StoredAnswer], info: ModelInfo, wanted: str) -> list[Prediction]:
        """The same as predictions, without evidence and embeddings. Raises ModelFileError."""
        if not stored:
            return []
        probabilities, novelty = self.answers(stored, info.labels, wanted).of_pictures()
        return [
            Prediction(
                label=info.labels[int(shares.argmax())],
                confidence=float(shares.max()),
                probabilities={label: float(p) for label, p in zip(info.labels, shares, strict=True)},
                known=bool(strange <= info.threshold),
                novelty=float(strange),
                seen=None,
            )
            for shares, strange in zip(probabilities, novelty, strict=True)
        ]

    def _content(self, key: str) -> bytes:
        with self._registry.local_copy(key) as path:
            return modelfile.read(path)[0]
