"""The input and output of every section of a report. Measures and draws nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tenfold.datasets.labelled import LabelledPictures
from tenfold.evaluation.evaluate import Evaluation, ModelOutputs
from tenfold.inference import Classifier


@dataclass(frozen=True, eq=False)
class EvaluatedModel:
    """A classifier, the pictures it was evaluated on, its outputs for them, and their figures."""

    classifier: Classifier
    data: LabelledPictures
    found: ModelOutputs
    result: Evaluation

    def source(self, index: int) -> str:
        """Where a picture came from, or its number."""
        return self.data.sources[index] if self.data.sources else f"picture {index:,}"


@dataclass(frozen=True)
class Section:
    """One section of the page.

    Attributes:
        name: its template and its anchor.
        title: its heading.
        facts: what goes into the JSON file, by name; plain JSON types.
        shown: what its template is given.
    """

    name: str
    title: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    shown: Mapping[str, Any] = field(default_factory=dict)
