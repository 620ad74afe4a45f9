"""What a classifier answers. Knows nothing of models, pictures or how an answer was reached."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Prediction:
    """One picture's answer.

    Attributes:
        label: the most probable class (also where `known` is false).
        confidence: its calibrated probability, 0 to 1.
        probabilities: every class and its probability, in the model's order; they sum to 1.
        known: False says "none of these": the picture is unlike the training data.
        novelty: how unlike the training data it is; above the model's threshold means not known.
        seen: the evidence, or what makes it when it is first asked for: few ask.
        embedding: float32 `[D]` of unit length: pictures that look alike to the model lie near each other.
            None where it was not kept.
    """

    label: str
    confidence: float
    probabilities: dict[str, float]
    known: bool
    novelty: float
    seen: NDArray[np.float32] | Callable[[], NDArray[np.float32] | None] | None = field(repr=False)
    embedding: NDArray[np.float32] | None = field(repr=False, default=None)

    @cached_property
    def evidence(self) -> NDArray[np.float32] | None:
        """Float32 `[K, rows, columns]` laid over the whole picture, 0 to 1: where each class was seen. 1 is
        the strongest evidence for any class. None where the network cannot say."""
        return self.seen() if callable(self.seen) else self.seen

    def to_dict(self, *, evidence: bool = False) -> dict[str, Any]:
        """The answer as plain JSON types; evidence maps, if any, only where asked for, as `{label: rows}`."""
        answer: dict[str, Any] = {
            "label": self.label,
            "confidence": self.confidence,
            "known": self.known,
            "novelty": self.novelty,
            "probabilities": dict(self.probabilities),
        }
        if evidence and self.evidence is not None:
            maps = np.round(self.evidence.astype(float), 3).tolist()
            answer["evidence"] = dict(zip(self.probabilities, maps, strict=True))
        return answer
